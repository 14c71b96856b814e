import WGLinux
import WGQuick

extension Program {
    func up(_ text: String) -> ExitStatus {
        do {
            let argument = try ConfigArgument(text)
            guard let config = loadConfig(argument) else { return .failure }
            return withSystem { system, signals throws(QuickError) in
                let executor = PlanExecutor(system: system, reporter: reporter, signals: signals)
                let up = TunnelUp(
                    name: argument.name, config: config, system: system, executor: executor, reporter: reporter)
                try up.run()
                return .success
            }
        } catch {
            return fail(messages.text(error))
        }
    }
}
