import WGLinux
import WGPlan
import WGQuick

extension Program {
    /// By the record that `up` left; without one, by the file.
    ///
    /// - Parameter shows: only shows what would be done.
    func down(_ text: String, shows: PlanFormat?) -> ExitStatus {
        do {
            let argument = try ConfigArgument(text)
            return withSystem(onlyLooks: shows != nil) { system, signals throws(QuickError) in
                let planner = try TunnelDown.planner(of: argument.name, in: system) { loadConfig(argument)?.config }
                guard let planner else { return .failure }
                let path = planner.recorded?.configPath ?? (try? argument.locate().path)
                let save = path.map { path in
                    TunnelSave(name: argument.name, path: path, record: planner.recorded, system: system)
                }
                if let shows {
                    return try show(argument.name, shows, system) { simulated, collector throws(QuickError) in
                        let save = path.map { path in
                            TunnelSave(name: argument.name, path: path, record: planner.recorded, system: simulated)
                        }
                        try TunnelDown(
                            planner: planner, system: simulated, reporter: collector, signals: signals, save: save
                        ).run()
                        return []
                    }
                }
                try TunnelDown(planner: planner, system: system, reporter: reporter, signals: signals, save: save).run()
                return .success
            }
        } catch {
            return fail(messages.text(error))
        }
    }
}
