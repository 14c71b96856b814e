import WGLinux
import WGPlan
import WGQuick

extension Program {
    func up(_ text: String, _ options: UpOptions) -> ExitStatus {
        let dns: DNSPolicy
        switch DNSPolicy.chosen(options, environment: { Terminal.environment($0.rawValue) }) {
        case .success(let policy): dns = policy
        case .failure(let fault): return fail(messages.text(fault))
        }
        do {
            let argument = try ConfigArgument(text)
            guard let file = loadConfig(argument) else { return .failure }
            return withSystem(onlyLooks: options.shows != nil) { system, signals throws(QuickError) in
                if let format = options.shows {
                    return try show(argument.name, format, system) { simulated, collector throws(QuickError) in
                        let executor = PlanExecutor(
                            name: argument.name, hooks: TunnelRecord.Hooks(file.config), system: simulated,
                            reporter: collector, signals: signals)
                        try TunnelUp(
                            name: argument.name, config: file.config, path: file.path, dns: dns, system: simulated,
                            executor: executor, reporter: collector
                        ).run()
                        return []
                    }
                }
                let executor = PlanExecutor(
                    name: argument.name, hooks: TunnelRecord.Hooks(file.config), system: system, reporter: reporter,
                    signals: signals)
                let up = try TunnelUp(
                    name: argument.name, config: file.config, path: file.path, dns: dns, system: system,
                    executor: executor, reporter: reporter)
                try up.run()
                if options.waits, let record = system.record(argument.name) {
                    try wait(for: TunnelReresolve(record: record, system: system, executor: executor), record, signals)
                }
                return .success
            }
        } catch {
            return fail(messages.text(error))
        }
    }
}
