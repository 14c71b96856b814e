import WGLinux
import WGPlan
import WGQuick

extension Program {
    /// Into the file that is named, whichever one the tunnel came from.
    func save(_ text: String) -> ExitStatus {
        do {
            let argument = try ConfigArgument(text)
            guard let file = loadConfig(argument) else { return .failure }
            return withSystem { system, signals throws(QuickError) in
                let record = try TunnelDown.record(of: argument.name, in: system)
                let link = try system.snapshot(argument.name, .link).link
                let save = TunnelSave(
                    name: argument.name, path: file.path,
                    record: record.flatMap { record in link.map(record.describes) == true ? record : nil },
                    system: system)
                let executor = PlanExecutor(
                    name: argument.name, system: system, reporter: reporter, signals: signals)
                try executor.execute(try save.plan())
                return .success
            }
        } catch {
            return fail(messages.text(error))
        }
    }
}
