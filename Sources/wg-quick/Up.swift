import WGLinux
import WGPlan
import WGQuick

extension Program {
    /// - Parameter waits: whether to stay until every endpoint has an address.
    func up(_ text: String, waits: Bool) -> ExitStatus {
        do {
            let argument = try ConfigArgument(text)
            guard let file = loadConfig(argument) else { return .failure }
            return withSystem { system, signals throws(QuickError) in
                let executor = PlanExecutor(
                    name: argument.name, hooks: TunnelRecord.Hooks(file.config), system: system, reporter: reporter,
                    signals: signals)
                let up = try TunnelUp(
                    name: argument.name, config: file.config, path: file.path, system: system, executor: executor,
                    reporter: reporter)
                try up.run()
                if waits, let record = system.record(argument.name) {
                    try wait(for: TunnelReresolve(record: record, system: system, executor: executor), record, signals)
                }
                return .success
            }
        } catch {
            return fail(messages.text(error))
        }
    }
}
