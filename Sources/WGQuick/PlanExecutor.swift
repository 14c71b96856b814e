import WGLinux
public import WGModel
public import WGPlan

/// Executes plans, and takes them back. This is the only caller of `QuickSystem.perform`.
///
/// For each operation of a plan:
/// 1. a signal that came meanwhile ends the plan;
/// 2. so does a test that wants this step to fail;
/// 3. the reporter shows it;
/// 4. it is done;
/// 5. its inverse goes to the journal. (An operation that can half happen goes there before it is done.)
///
/// Routes over the tunnel's link that follow one another are shown, done and noted together: a tunnel may have many.
///
/// A refusal of what the plan can do without is told, and the plan goes on. After any other error the caller decides:
/// `rollBack` performs the journal's inverses, the last first, whatever signals come and whatever fails. One executor sees
/// a whole `up` through, so the journal spans all stages.
public final class PlanExecutor {
    /// Called with the number of the step, from 0 over all plans, and the step. Tests let it throw.
    public typealias StepProbe = (Int, Operation) throws(QuickError) -> Void

    /// How many routes go together. With each refused, the answers fit into a socket's buffer.
    private static let batch = 64

    private let system: any QuickSystem
    private let reporter: any QuickReporter
    private let signals: (any SignalSource)?
    private let probe: StepProbe?
    private var journal: Journal
    /// How many steps were begun.
    public private(set) var stepCount = 0

    /// - Parameter hooks: those for down are run when a tunnel's hooks for up are taken back.
    public init(
        name: InterfaceName, hooks: TunnelRecord.Hooks = TunnelRecord.Hooks(), system: any QuickSystem,
        reporter: any QuickReporter, signals: (any SignalSource)?, probe: StepProbe? = nil
    ) {
        journal = Journal(name, hooks: hooks)
        self.system = system
        self.reporter = reporter
        self.signals = signals
        self.probe = probe
    }

    public func execute(_ plan: Plan) throws(QuickError) {
        plan.warnings.forEach(reporter.warn)
        var rest = plan.operations[...]
        while let operation = rest.first {
            try checkSignals()
            let routes = rest.prefix(while: \.isLinkRoute).prefix(Self.batch)
            if routes.count > 1 { try addRoutes(routes) } else { try execute(operation) }
            rest = rest.dropFirst(max(1, routes.count))
        }
    }

    private func execute(_ operation: Operation) throws(QuickError) {
        try begin(operation)
        reporter.willPerform(operation)
        if operation.canHalfHappen { journal.append(operation) }
        do {
            try system.perform(operation)
        } catch  where operation.isDispensable(after: error) {
            reporter.couldNotDo(operation, error)
            return
        }
        if !operation.canHalfHappen { journal.append(operation) }
    }

    /// A test's fault in their midst keeps the first of them.
    private func addRoutes(_ routes: ArraySlice<Operation>) throws(QuickError) {
        var begun = routes.prefix(0)
        var fault: QuickError?
        for operation in routes {
            do { try begin(operation) } catch { fault = error }
            if fault != nil { break }
            begun = routes.prefix(begun.count + 1)
        }
        reporter.willPerformAll(begun)
        begun.forEach { journal.append($0) }
        try system.addRoutes(begun)
        if let fault { throw fault }
    }

    private func begin(_ operation: Operation) throws(QuickError) {
        let step = stepCount
        stepCount += 1
        try probe?(step, operation)
    }

    /// Does all that can be done, whatever fails or comes.
    ///
    /// - Parameter makesWay: what programs refuse to forget is told, and is no error.
    /// - Returns: the first error; the record is not removed after one.
    public func executeAll(_ plan: Plan, makesWay: Bool = false) -> QuickError? {
        var first: QuickError?
        for operation in plan.operations {
            if case .removeRecord = operation, first != nil { continue }
            reporter.willPerform(operation)
            do {
                try system.perform(operation)
            } catch  where operation.isDispensable(after: error) || makesWay && operation.isRemovalByProgram {
                reporter.couldNotDo(operation, error)
            } catch {
                reporter.couldNotUndo(operation, error)
                first = first ?? error
            }
        }
        return first
    }

    /// Between the stages, where time passes too.
    public func checkSignals() throws(QuickError) {
        if let signal = signals?.next() { throw .interrupted(signal) }
    }

    /// Takes everything back that was executed so far.
    public func rollBack() {
        var failed = false
        for operation in journal.rollback {
            // An engine that failed may have made no link, and a link may have been deleted by others.
            if case .deleteLink(let name, _) = operation, isGone(name) { continue }
            if case .removeRecord = operation, failed { continue }
            let failure = executeAll(Plan([operation]))
            // What a hook left is out of reach of another attempt.
            if case .runHook = operation { continue }
            failed = failed || failure != nil
        }
    }

    private func isGone(_ name: InterfaceName) -> Bool {
        do {
            return try system.snapshot(name, .link).link == nil
        } catch {
            return false
        }
    }
}

extension Operation {
    /// A program that is not there any more can't be told to forget, however often it is tried.
    fileprivate func isDispensable(after error: QuickError) -> Bool {
        if isRemovalByProgram, case .toolNotFound = error { true } else { isDispensable }
    }

    /// A route to be added that goes with the tunnel's link.
    fileprivate var isLinkRoute: Bool {
        if case .addRoute(let route, _) = self { route.kind == .link } else { false }
    }
}
