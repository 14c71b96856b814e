import WGCommandLine
import WGModel
import WGPlan
import WGQuick

/// How a plan is shown.
enum PlanFormat: Equatable {
    case text, json

    /// `nil` without `--dry-run`.
    init?(_ arguments: Arguments) {
        guard arguments.has(.dryRun) else { return nil }
        self = arguments.has(.json) ? .json : .text
    }
}

extension Program {
    /// Runs something on values instead of the system, and prints what it would have done.
    ///
    /// - Parameter body: gives the hooks that it would not run.
    func show(
        _ name: InterfaceName, _ format: PlanFormat, _ system: LiveSystem,
        _ body: (any QuickSystem, any QuickReporter) throws(QuickError) -> [ChangedHook]
    ) throws(QuickError) -> ExitStatus {
        let simulated = try SimulatedSystem(name, on: system, kernelHasWireGuard: system.kernelHasWireGuard)
        let collector = PlanCollector()
        let hooks = try body(simulated, collector)
        let shown = ShownPlan(
            interface: name, operations: collector.operations, names: simulated.names,
            warnings: collector.warnings.map { messages.text($0) }, hooks: hooks)
        for warning in shown.warnings { reporter.say(warning) }
        for hook in hooks { reporter.say(messages.text(hook)) }
        let status = print(format == .json ? shown.json : shown.text)
        guard status == .success else { return status }
        return shown.isPending ? .pending : .success
    }
}

/// What would be done. The man page documents the JSON. Under the same number members are added to it, but none is taken
/// away or gets another meaning.
struct ShownPlan {
    private static let schema = 1

    let interface: InterfaceName
    /// The tool's own book-keeping is left out of what is shown.
    let operations: [Operation]
    let names: [PublicKey: EndpointName]
    let warnings: [String]
    /// Hooks that changed, and that would not be run.
    let hooks: [ChangedHook]

    var isPending: Bool { operations.contains { !$0.planLines().isEmpty } }

    var text: String { operations.flatMap { $0.planLines(names: names) }.map { "\($0)\n" }.joined() }

    var json: String {
        var json = JSONWriter()
        json.object {
            $0.member("schema", Self.schema)
            $0.member("interface", interface.text)
            $0.member("pending", isPending)
            $0.name("operations")
            $0.array(operations.filter { !$0.planLines().isEmpty }, write)
            $0.name("hooks_not_run")
            $0.array(hooks, write)
            $0.name("warnings")
            $0.array(warnings) { json, warning in json.string(String(warning.dropLast())) }
        }
        return json.text + "\n"
    }

    private func write(_ json: inout JSONWriter, _ operation: Operation) {
        json.object {
            $0.member("kind", operation.kind)
            $0.member("stage", operation.stage?.rawValue)
            $0.name("commands")
            $0.array(operation.planLines(names: names)) { json, line in json.string(line) }
        }
    }

    private func write(_ json: inout JSONWriter, _ hook: ChangedHook) {
        json.object {
            $0.member("stage", hook.stage.rawValue)
            $0.member("command", hook.command)
            $0.member("new", hook.isNew)
        }
    }
}

extension Operation {
    fileprivate var stage: HookStage? {
        if case .runHook(let stage, _) = self { stage } else { nil }
    }
}
