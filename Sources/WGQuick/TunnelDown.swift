public import WGConfig
public import WGModel
public import WGPlan

/// `wg-quick down`.
///
/// 1. Nothing is changed yet: the name is a WireGuard interface's, or there is a record of one.
/// 2. PreDown, and the state of the tunnel is saved, if its file asks for that. A failure ends it here, with the tunnel
///    still up.
/// 3. Rules, link and what goes with it, settings, and the record. Signals wait, and a failure does not stop it: the record
///    stays then, so that another `down` can do the rest.
/// 4. PostDown.
public struct TunnelDown {
    private let planner: DownPlanner
    private let system: any QuickSystem
    private let hooks: PlanExecutor
    private let teardown: PlanExecutor
    private let makesWay: Bool
    private let save: TunnelSave?

    /// - Parameters:
    ///   - planner: from the record where there is one, else from the file.
    ///   - signals: end PreDown and PostDown hooks, but not what is between them.
    ///   - save: between PreDown and what follows; a failure ends it there, too.
    ///   - makesWay: for another `up`. What hooks and programs fail to take away does not keep the tunnel up.
    public init(
        planner: DownPlanner, system: any QuickSystem, reporter: any QuickReporter, signals: (any SignalSource)?,
        save: TunnelSave? = nil, makesWay: Bool = false
    ) {
        self.save = save
        self.planner = planner
        self.system = system
        self.makesWay = makesWay
        hooks = PlanExecutor(name: planner.name, system: system, reporter: reporter, signals: signals)
        teardown = PlanExecutor(name: planner.name, system: system, reporter: reporter, signals: nil)
    }

    public func run() throws(QuickError) {
        let before = try system.snapshot(planner.name, planner.beginNeeds)
        try run(hooks: try planned { () throws(PlanError) in try planner.begin(before) })
        try hooks.checkSignals()
        if let save { try hooks.execute(try save.planForDown()) }
        // It goes down all the same where that can't be written.
        _ = teardown.executeAll(planner.announcement)
        let failure = teardown.executeAll(
            planner.tearDown(try system.snapshot(planner.name, planner.tearDownNeeds)), makesWay: makesWay)
        try run(hooks: planner.finish())
        if let failure { throw failure }
    }

    private func run(hooks plan: Plan) throws(QuickError) {
        if makesWay {
            _ = hooks.executeAll(plan)
        } else {
            try hooks.execute(plan)
        }
    }

    /// The record that `up` left for this name on this boot of this host, in this network namespace.
    ///
    /// - Throws: `isBeingBroughtUp` if that `up` still runs.
    public static func record(of name: InterfaceName, in system: any QuickSystem) throws(QuickError) -> TunnelRecord? {
        guard let record = system.record(name), record.host == (try system.host()) else { return nil }
        if ![.up, .goingDown].contains(record.progress), system.isRunning(record.maker) {
            throw .plan(.isBeingBroughtUp(name, record.maker))
        }
        return record
    }

    /// By the record, if it speaks of the link that is there now, or if there is none; else by the file.
    ///
    /// - Parameter config: read only if needed.
    /// - Returns: `nil` if that gave nothing.
    public static func planner(
        of name: InterfaceName, in system: any QuickSystem, config: () -> QuickConfig?
    ) throws(QuickError) -> DownPlanner? {
        let record = try record(of: name, in: system)
        if let record {
            let link = try system.snapshot(name, .link).link
            if link.map(record.describes) ?? true { return DownPlanner(record: record) }
        }
        return config().map { DownPlanner(name: name, config: $0, stale: record) }
    }
}
