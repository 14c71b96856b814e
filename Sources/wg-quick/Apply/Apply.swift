import WGLinux
import WGPlan
import WGQuick

extension Program {
    /// A running tunnel becomes what the file says, or what would be done for that is shown.
    func apply(_ text: String, _ options: Command.Apply) -> ExitStatus {
        let dns: DNSPolicy
        switch DNSPolicy.chosen(options.common, environment: { Terminal.environment($0.rawValue) }) {
        case .success(let policy): dns = policy
        case .failure(let fault): return fail(messages.text(fault))
        }
        do {
            let argument = try ConfigArgument(text)
            return withSystem(onlyLooks: options.common.shows != nil) { system, signals throws(QuickError) in
                if options.onlyIfGone, try !TunnelApply.linkHasGone(argument.name, in: system) { return .success }
                guard let file = loadConfig(argument) else { return .failure }
                func run(_ system: any QuickSystem, _ reporter: any QuickReporter) throws(QuickError) -> [ChangedHook] {
                    let executor = PlanExecutor(
                        name: argument.name, hooks: TunnelRecord.Hooks(file.config), system: system,
                        reporter: reporter, signals: signals)
                    return try TunnelApply(
                        name: argument.name, config: file.config, path: file.path, dns: dns,
                        runsHooks: options.runsHooks, system: system, executor: executor, reporter: reporter
                    ).run()
                }
                if let format = options.common.shows { return try show(argument.name, format, system, run) }
                let changed = try run(system, Reporter(messages, writesOut: true))
                for hook in changed { reporter.say(messages.text(hook)) }
                return changed.isEmpty || options.hooksMayDiffer ? .success : .hooksNotRun
            }
        } catch {
            return fail(messages.text(error))
        }
    }
}
