public import WGConfig
import WGControl
public import WGModel
public import WGPlan

/// `wg-quick up`: each stage is planned from a fresh snapshot and executed; any failure takes everything back.
///
/// 1. What an `up` that was killed has left, or a tunnel whose link has gone, is taken away.
/// 2. Nothing is changed yet: the name is free, and so is the port.
/// 3. The record for `down`. The link: the kernel's; where it has no such kind, an engine's.
/// 4. PreUp.
/// 5. The device's configuration, with names resolved now, since PreUp may have brought the network; addresses. A name
///    that has no address yet leaves its peer without an endpoint, for `TunnelReresolve`.
/// 6. MTU and link up, the MTU from the endpoints that the device has now.
/// 7. The resolvers.
/// 8. Routes from the allowed IPs that the device has now; for a default route, rules and a table.
/// 9. PostUp.
public final class TunnelUp {
    private let name: InterfaceName
    private let config: QuickConfig
    private let dns: DNSPolicy
    private var planner: UpPlanner
    private let system: any QuickSystem
    private let executor: PlanExecutor
    private let reporter: any QuickReporter

    /// - Parameter path: of the configuration file, for the record.
    public init(
        name: InterfaceName, config: QuickConfig, path: String, dns: DNSPolicy = DNSPolicy(), system: any QuickSystem,
        executor: PlanExecutor,
        reporter: any QuickReporter
    ) throws(QuickError) {
        self.name = name
        self.config = config
        self.dns = dns
        planner = UpPlanner(
            name: name, config: config, path: path, host: try system.host(), maker: system.identity(),
            resolvers: system.resolvers())
        self.system = system
        self.executor = executor
        self.reporter = reporter
    }

    public func run() throws(QuickError) {
        try takeAwayLeftovers()
        do {
            try createLink()
            try prepare()
            try configure()
            try bringUp()
            try setDNS()
            try route()
            try note()
            for plan in planner.finish() { try executor.execute(plan) }
            try executor.checkSignals()
        } catch {
            executor.rollBack()
            throw error
        }
    }

    private func takeAwayLeftovers() throws(QuickError) {
        guard let record = try TunnelDown.record(of: name, in: system) else { return }
        if let link = try system.snapshot(name, .link).link,
            [.up, .goingDown].contains(record.progress) || !record.describes(link)
        {
            return
        }
        reporter.warn(.leftovers(name))
        try TunnelDown(
            planner: DownPlanner(record: record), system: system, reporter: reporter, signals: nil, makesWay: true
        ).run()
    }

    private func createLink() throws(QuickError) {
        let before = try system.snapshot(name, UpPlanner.createLinkNeeds)
        let plan = try planned { () throws(PlanError) in try planner.createLink(before) }
        if case .number(let port) = config.wireGuard.listenPort, port != 0, system.isPortInUse(port) {
            throw .listenPortInUse(port)
        }
        do {
            try executor.execute(plan)
        } catch .linkKindUnsupported {
            let engine = try system.findEngine()
            reporter.willFallBack(to: engine)
            try executor.execute(planner.startEngine(engine))
        }
    }

    private func prepare() throws(QuickError) {
        let snapshot = try system.snapshot(name, UpPlanner.prepareNeeds)
        try executor.execute(try planned { () throws(PlanError) in try planner.prepare(snapshot) })
    }

    private func configure() throws(QuickError) {
        let resolution: Result<EndpointResolution.Resolved, QuickError>
        do {
            resolution = .success(try system.resolve(config.wireGuard, by: nil))
        } catch {
            resolution = .failure(error)
        }
        // A signal ends the wait for a name; then that is the reason, not the name.
        try executor.checkSignals()
        let resolved = try resolution.get()
        for open in resolved.unresolved { report(open) }
        let snapshot = try system.snapshot(name, UpPlanner.configureNeeds)
        let change = resolved.change
        try executor.execute(try planned { () throws(PlanError) in try planner.configure(change, snapshot) })
    }

    private func report(_ open: EndpointResolution.Unresolved) {
        guard case .endpoint(let endpoint) = open.failure.subject, let peer = open.peer else { return }
        let named = TunnelRecord.NamedEndpoint(peer: config.wireGuard.peers[peer].publicKey, name: endpoint)
        reporter.isOpen(named, of: name, open.failure.failure)
    }

    private func bringUp() throws(QuickError) {
        let snapshot = try system.snapshot(name, planner.bringUpNeeds)
        try executor.execute(try planned { () throws(PlanError) in try planner.bringUp(snapshot) })
    }

    private func setDNS() throws(QuickError) {
        guard planner.hasDNS else { return }
        let snapshot = try system.snapshot(name, .dnsHost)
        do {
            try executor.execute(try dnsPlan(snapshot))
        } catch  where dns.onFailure == .warn && error.concernsDNS {
            reporter.couldNotDo(.setDNS(name, from: nil, to: planner.record.effects.dns), error)
            try executor.execute(planner.doWithoutDNS())
        }
    }

    private func dnsPlan(_ snapshot: SystemSnapshot) throws(QuickError) -> Plan {
        do { return try planner.setDNS(snapshot, dns) } catch { throw .dns(error) }
    }

    private func route() throws(QuickError) {
        guard config.table != .off else { return }
        guard config.isFullTunnel else { return try makeRoutes() }
        try system.inTurn { () throws(QuickError) in try makeRoutes() }
    }

    private func makeRoutes() throws(QuickError) {
        let snapshot = try system.snapshot(name, UpPlanner.routeNeeds)
        try executor.execute(try planned { () throws(PlanError) in try planner.route(snapshot) })
    }

    private func note() throws(QuickError) {
        let device = planner.isNoteworthy ? try system.snapshot(name, .device).device : nil
        planner.note(device, file: try system.contents(of: planner.record.configPath))
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
