public import WGConfig
import WGControl
public import WGModel
public import WGPlan

/// `wg-quick apply`: a tunnel that is up becomes what the file says, changing only what differs; one that is down is brought
/// up.
///
/// There is no rollback: see `ApplyPlanner`.
public final class TunnelApply {
    /// What it found to begin with.
    private enum Situation {
        case down
        case up(TunnelRecord?)
        case linkHasGone(TunnelRecord)
    }

    private let name: InterfaceName
    private let config: QuickConfig
    private let path: String
    private let dns: DNSPolicy
    private let runsHooks: Bool
    private let system: any QuickSystem
    private let executor: PlanExecutor
    private let reporter: any QuickReporter

    /// - Parameters:
    ///   - path: of the configuration file, for the record.
    ///   - runsHooks: whether PreUp and PostUp hooks are run that are new in the file. Those of a link that has gone are run
    ///     again in any case.
    public init(
        name: InterfaceName, config: QuickConfig, path: String, dns: DNSPolicy = DNSPolicy(), runsHooks: Bool,
        system: any QuickSystem, executor: PlanExecutor, reporter: any QuickReporter
    ) {
        self.name = name
        self.config = config
        self.path = path
        self.dns = dns
        self.runsHooks = runsHooks
        self.system = system
        self.executor = executor
        self.reporter = reporter
    }

    /// Whether the record says that the tunnel is up, and its link is not there.
    public static func linkHasGone(_ name: InterfaceName, in system: any QuickSystem) throws(QuickError) -> Bool {
        if case .linkHasGone = try situation(name, in: system) { true } else { false }
    }

    /// - Returns: the hooks that differ between the file and what ran, and that were not run.
    @discardableResult
    public func run() throws(QuickError) -> [ChangedHook] {
        switch try Self.situation(name, in: system) {
        case .down:
            try TunnelUp(
                name: name, config: config, path: path, dns: dns, system: system, executor: executor,
                reporter: reporter
            ).run()
            return []
        case .up(let record?): return try run(planner(record), restores: false)
        case .linkHasGone(let record): return try run(planner(record), restores: true)
        case .up(nil):
            let planner = ApplyPlanner(
                name: name, config: config, path: path, host: try system.host(), maker: system.identity(),
                runsHooks: runsHooks)
            return try run(planner, restores: false)
        }
    }

    private func planner(_ record: TunnelRecord) -> ApplyPlanner {
        ApplyPlanner(name: name, config: config, path: path, record: record, runsHooks: runsHooks)
    }

    private static func situation(
        _ name: InterfaceName, in system: any QuickSystem
    ) throws(QuickError) -> Situation {
        // In this order: `down` says in the record that it has begun before it deletes the link.
        let link = try system.snapshot(name, .link).link
        let record = try TunnelDown.record(of: name, in: system)
        guard let link else {
            guard let record, record.wasUp, record.progress != .goingDown else { return .down }
            return .linkHasGone(record)
        }
        guard let record, record.describes(link) else { return .up(nil) }
        // What a killed `up` has left is none, and `up` knows what to do about it.
        return record.wasUp ? .up(record) : .down
    }

    private func run(_ start: ApplyPlanner, restores: Bool) throws(QuickError) -> [ChangedHook] {
        var planner = start
        let changedHooks = planner.changedHooks
        if restores { try executor.execute(planner.loseLink()) }
        _ = executor.executeAll(planner.hooksToTakeBack)
        if restores { try restoreLink(&planner) }
        let first = try system.snapshot(name, ApplyPlanner.beginNeeds)
        try executor.execute(try planned { () throws(PlanError) in try planner.begin(first) })
        let before = try system.snapshot(name, .device)
        let change = try resolve(planner.wanted(before), planner.record)
        let device = try system.snapshot(name, ApplyPlanner.configureNeeds)
        try executor.execute(try planned { () throws(PlanError) in try planner.configure(change, device) })
        let link = try system.snapshot(name, planner.settleNeeds)
        try executor.execute(try planned { () throws(PlanError) in try planner.settle(link) })
        try setDNS(&planner)
        try route(change, &planner)
        let last = try system.snapshot(name, ApplyPlanner.finishNeeds)
        let file = try system.contents(of: path)
        try executor.execute(
            try planned { () throws(PlanError) in try planner.finish(change, file: file, last) })
        return runsHooks ? [] : changedHooks
    }

    private func restoreLink(_ planner: inout ApplyPlanner) throws(QuickError) {
        do {
            try executor.execute(planner.createLink())
        } catch .linkKindUnsupported {
            let engine = try system.findEngine()
            reporter.willFallBack(to: engine)
            try executor.execute(planner.startEngine(engine))
        }
        let link = try system.snapshot(name, ApplyPlanner.tookLinkNeeds)
        try executor.execute(try planned { () throws(PlanError) in try planner.tookLink(link) })
    }

    private func route(_ change: DeviceChange, _ planner: inout ApplyPlanner) throws(QuickError) {
        guard planner.concernsRules else { return try makeRoutes(change, &planner) }
        try system.inTurn { () throws(QuickError) in try makeRoutes(change, &planner) }
    }

    private func makeRoutes(_ change: DeviceChange, _ planner: inout ApplyPlanner) throws(QuickError) {
        let routes = try system.snapshot(name, planner.routeNeeds)
        try executor.execute(try planned { () throws(PlanError) in try planner.route(change, routes) })
    }

    private func setDNS(_ planner: inout ApplyPlanner) throws(QuickError) {
        guard planner.concernsDNS else { return }
        let host = try system.snapshot(name, .dnsHost)
        let before = planner.record.effects.dns
        do {
            let decision = try decideDNS(planner, host)
            let found = try decision.state.flatMap { (state) throws(QuickError) in
                try system.observeDNS(name, like: state)
            }
            try executor.execute(planner.setDNS(to: decision, found: found))
        } catch  where dns.onFailure == .warn && error.concernsDNS {
            reporter.couldNotDo(.setDNS(name, from: before, to: planner.record.effects.dns), error)
            try executor.execute(planner.didWithoutDNS(before))
        }
    }

    private func decideDNS(_ planner: ApplyPlanner, _ host: SystemSnapshot) throws(QuickError) -> DNSDecision {
        do { return try planner.dns(host, dns) } catch { throw .dns(error) }
    }

    /// Past the tunnel, as `TunnelReresolve` does: it may be dead for want of this very answer.
    private func resolve(_ wanted: WireGuardConfig, _ record: TunnelRecord) throws(QuickError) -> DeviceChange {
        let resolution: Result<EndpointResolution.Resolved, QuickError>
        do {
            resolution = .success(try system.resolve(wanted, by: record.nameServers(now: system.resolvers())))
        } catch {
            resolution = .failure(error)
        }
        // A signal ends the wait for a name; then that is the reason, not the name.
        try executor.checkSignals()
        let resolved = try resolution.get()
        for open in resolved.unresolved {
            guard case .endpoint(let endpoint) = open.failure.subject, let peer = open.peer else { continue }
            let named = TunnelRecord.NamedEndpoint(peer: config.wireGuard.peers[peer].publicKey, name: endpoint)
            reporter.isOpen(named, of: name, open.failure.failure)
        }
        return resolved.change
    }
}

extension TunnelRecord {
    /// Whether its `up` came to the end.
    fileprivate var wasUp: Bool { [.up, .restoring, .goingDown].contains(progress) }
}
