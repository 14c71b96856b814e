public import WGModel
public import WGPlan

/// `wg-quick down`.
///
/// 1. Nothing is changed yet: the name is a WireGuard interface's.
/// 2. PreDown. A failure ends it here, with the tunnel still up.
/// 3. The link, with all that goes with it, and the record. Signals wait.
/// 4. PostDown.
public struct TunnelDown {
    private let planner: DownPlanner
    private let system: any QuickSystem
    private let hooks: PlanExecutor
    private let teardown: PlanExecutor

    /// - Parameters:
    ///   - planner: from the record where there is one, else from the file.
    ///   - signals: end PreDown and PostDown hooks, but not what is between them.
    public init(
        planner: DownPlanner, system: any QuickSystem, reporter: any QuickReporter, signals: (any SignalSource)?
    ) {
        self.planner = planner
        self.system = system
        hooks = PlanExecutor(system: system, reporter: reporter, signals: signals)
        teardown = PlanExecutor(system: system, reporter: reporter, signals: nil)
    }

    public func run() throws(QuickError) {
        let before = try system.snapshot(planner.name, DownPlanner.beginNeeds)
        try hooks.execute(try planned { () throws(PlanError) in try planner.begin(before) })
        try hooks.checkSignals()
        try teardown.execute(planner.tearDown(try system.snapshot(planner.name, DownPlanner.tearDownNeeds)))
        try hooks.execute(planner.finish())
    }

    /// The record that `up` left for this very link; `nil` if there is none, or if it speaks of another link that had
    /// the name before.
    public static func record(of name: InterfaceName, in system: any QuickSystem) throws(QuickError) -> TunnelRecord? {
        guard let record = system.record(name) else { return nil }
        let link = try system.snapshot(name, .link).link
        return record.describes(link, on: try system.host()) ? record : nil
    }
}
