import WGLinux
import WGPlan
import WGQuick

extension Program {
    /// By the record that `up` left; without one, by the file.
    func down(_ text: String) -> ExitStatus {
        do {
            let argument = try ConfigArgument(text)
            return withSystem { system, signals throws(QuickError) in
                let planner: DownPlanner
                if let record = try TunnelDown.record(of: argument.name, in: system) {
                    planner = DownPlanner(record: record)
                } else if let config = loadConfig(argument) {
                    planner = DownPlanner(name: argument.name, config: config)
                } else {
                    return .failure
                }
                try TunnelDown(planner: planner, system: system, reporter: reporter, signals: signals).run()
                return .success
            }
        } catch {
            return fail(messages.text(error))
        }
    }
}
