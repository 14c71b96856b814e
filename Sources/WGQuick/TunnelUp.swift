public import WGConfig
public import WGModel
import WGPlan

/// `wg-quick up`: each stage is planned from a fresh snapshot and executed; any failure takes everything back.
///
/// 1. Nothing is changed yet: the name is free, and so is the port.
/// 2. The link: the kernel's; where it has no such kind, an engine's.
/// 3. The record for `down`, then PreUp.
/// 4. The device's configuration, with names resolved now, since PreUp may have brought the network; addresses.
/// 5. MTU and link up, the MTU from the endpoints that the device has now.
/// 6. Routes from the allowed IPs that the device has now.
/// 7. PostUp.
public struct TunnelUp {
    private let name: InterfaceName
    private let config: QuickConfig
    private let planner: UpPlanner
    private let system: any QuickSystem
    private let executor: PlanExecutor
    private let reporter: any QuickReporter

    public init(
        name: InterfaceName, config: QuickConfig, system: any QuickSystem, executor: PlanExecutor,
        reporter: any QuickReporter
    ) {
        self.name = name
        self.config = config
        planner = UpPlanner(name: name, config: config)
        self.system = system
        self.executor = executor
        self.reporter = reporter
    }

    public func run() throws(QuickError) {
        do {
            try createLink()
            try prepare()
            try configure()
            try bringUp()
            try route()
            try executor.execute(planner.finish())
        } catch {
            executor.rollBack()
            throw error
        }
    }

    private func createLink() throws(QuickError) {
        let before = try system.snapshot(name, UpPlanner.createLinkNeeds)
        let plan = try planned { () throws(PlanError) in try planner.createLink(before, engine: nil) }
        if case .number(let port) = config.wireGuard.listenPort, port != 0, system.isPortInUse(port) {
            throw .listenPortInUse(port)
        }
        do {
            try executor.execute(plan)
        } catch .linkKindUnsupported {
            let engine = try system.findEngine()
            reporter.willFallBack(to: engine)
            try executor.execute(try planned { () throws(PlanError) in try planner.createLink(before, engine: engine) })
        }
    }

    private func prepare() throws(QuickError) {
        let snapshot = try system.snapshot(name, UpPlanner.prepareNeeds)
        let host = try system.host()
        try executor.execute(try planned { () throws(PlanError) in try planner.prepare(snapshot, host: host) })
    }

    private func configure() throws(QuickError) {
        let change: Result<DeviceChange, QuickError>
        do {
            change = .success(try system.resolve(config.wireGuard))
        } catch {
            change = .failure(error)
        }
        // A signal ends the wait for a name; then that is the reason, not the name.
        try executor.checkSignals()
        try executor.execute(planner.configure(try change.get()))
    }

    private func bringUp() throws(QuickError) {
        let parts = config.mtu == nil ? UpPlanner.bringUpNeeds : .link
        let snapshot = try system.snapshot(name, parts)
        try executor.execute(try planned { () throws(PlanError) in try planner.bringUp(snapshot) })
    }

    private func route() throws(QuickError) {
        guard config.table != .off else { return }
        let snapshot = try system.snapshot(name, UpPlanner.routeNeeds)
        try executor.execute(try planned { () throws(PlanError) in try planner.route(snapshot) })
    }
}

/// A plan, or the planner's reason as this module's error.
func planned(_ body: () throws(PlanError) -> Plan) throws(QuickError) -> Plan {
    do {
        return try body()
    } catch {
        throw .plan(error)
    }
}
