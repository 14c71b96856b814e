import WGLinux
import WGPlan
import WGQuick

extension Program {
    /// By the record that `up` left; without one, by the file.
    func down(_ text: String) -> ExitStatus {
        do {
            let argument = try ConfigArgument(text)
            return withSystem { system, signals throws(QuickError) in
                let planner = try TunnelDown.planner(of: argument.name, in: system) { loadConfig(argument)?.config }
                guard let planner else { return .failure }
                let path = planner.recorded?.configPath ?? (try? argument.locate().path)
                let save = path.map { path in
                    TunnelSave(name: argument.name, path: path, record: planner.recorded, system: system)
                }
                try TunnelDown(planner: planner, system: system, reporter: reporter, signals: signals, save: save).run()
                return .success
            }
        } catch {
            return fail(messages.text(error))
        }
    }
}
