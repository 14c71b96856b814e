import WGConfig
import WGLinux
import WGModel
import WGPlan
import WGQuick

/// `wg-quick up` with a fault at one step. Only the project's own tests build it.
///
///     quick-fault-injector count NAME|FILE       all steps; prints how many there were
///     quick-fault-injector fail K NAME|FILE      step K (from 0) is not done: as if it had been refused
///     quick-fault-injector signal K NAME|FILE    SIGTERM just before step K
///     quick-fault-injector kill K NAME|FILE      SIGKILL just before step K
///
/// Exit status 0 for a whole `up`, 3 for one that was taken back, 2 for anything else.
@main struct Main {
    static func main() {
        let arguments = CommandLine.arguments
        guard let fault = Fault(Array(arguments.dropFirst())), let file = arguments.last else {
            Terminal.exit(2)
        }
        Terminal.exit(run(fault, file))
    }

    private static func run(_ fault: Fault, _ file: String) -> Int32 {
        do {
            let argument = try ConfigArgument(file)
            let path = try argument.locate().path
            let bytes = try Files.read(path)
            guard let config = ConfigParser.parseQuick(Document(bytes: bytes)).value else { return 2 }
            let signals = try SignalQueue([.interrupt, .terminate])
            let system = try LiveSystem(signals: signals) { _ in }
            let reporter = Quiet()
            let executor = PlanExecutor(
                name: argument.name, hooks: TunnelRecord.Hooks(config), system: system, reporter: reporter,
                signals: signals, probe: fault.probe)
            do {
                try TunnelUp(
                    name: argument.name, config: config, path: path, system: system, executor: executor,
                    reporter: reporter
                ).run()
                say("\(executor.stepCount)\n", to: Terminal.standardOutput)
                return 0
            } catch {
                say("\(error)\n", to: Terminal.standardError)
                return reporter.undoFailed ? 2 : 3
            }
        } catch {
            say("\(error)\n", to: Terminal.standardError)
            return 2
        }
    }
}

private enum Fault {
    case none
    case fail(Int)
    case signal(Int, Signal)

    init?(_ arguments: [String]) {
        switch (arguments.first, arguments.count) {
        case ("count", 2): self = .none
        case ("fail", 3):
            guard let step = Int(arguments[1]) else { return nil }
            self = .fail(step)
        case ("signal", 3), ("kill", 3):
            guard let step = Int(arguments[1]) else { return nil }
            self = .signal(step, arguments[0] == "kill" ? .kill : .terminate)
        default: return nil
        }
    }

    var probe: PlanExecutor.StepProbe {
        { (step, _) throws(QuickError) in
            switch self {
            case .fail(step): throw .injected(step)
            case .signal(step, let signal): CurrentProcess.send(signal)
            case .none, .fail, .signal: break
            }
        }
    }
}

private final class Quiet: QuickReporter {
    private(set) var undoFailed = false

    func willPerform(_ operation: Operation) {}
    func willFallBack(to engine: EngineProgram) {}
    func isOpen(_ endpoint: TunnelRecord.NamedEndpoint, of name: InterfaceName, _ failure: Resolver.Failure) {}
    func warn(_ warning: PlanWarning) {}

    func couldNotDo(_ operation: Operation, _ error: QuickError) { couldNotUndo(operation, error) }

    func couldNotUndo(_ operation: Operation, _ error: QuickError) {
        undoFailed = true
        say("could not undo \(operation.trace ?? "a record"): \(error)\n", to: Terminal.standardError)
    }
}

private func say(_ text: String, to descriptor: Int32) { try? writeDescriptor(descriptor, Array(text.utf8)) }
