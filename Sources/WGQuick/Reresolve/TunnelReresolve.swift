import WGControl
public import WGConfig
public import WGLinux
public import WGModel
public import WGPlan

/// `wg-quick reresolve`: one look at the peers whose endpoint is a name.
///
/// 1. The device is read: which peers have no endpoint, or no recent handshake.
/// 2. Their names are asked for, as far as the last answers don't hold any more.
/// 3. What was learned is remembered, and the endpoints are set.
///
/// Under a full tunnel an ordinary question would go into the tunnel, which may be dead for want of its answer. Then the
/// name servers from before the tunnel are asked, with the mark that keeps packets out of it.
public struct TunnelReresolve {
    /// A peer that still has no endpoint.
    public struct Open: Hashable, Sendable {
        public let endpoint: TunnelRecord.NamedEndpoint
        /// `nil` if its name was not due to be asked for.
        public let failure: Resolver.Failure?
    }

    private let name: InterfaceName
    private let record: TunnelRecord?
    private let endpoints: [TunnelRecord.NamedEndpoint]
    private let system: any QuickSystem
    private let executor: PlanExecutor

    public init(record: TunnelRecord, system: any QuickSystem, executor: PlanExecutor) {
        name = record.interface
        self.record = record
        endpoints = record.endpoints
        self.system = system
        self.executor = executor
    }

    /// For a tunnel that something else brought up.
    public init(name: InterfaceName, config: QuickConfig, system: any QuickSystem, executor: PlanExecutor) {
        self.name = name
        record = nil
        endpoints = TunnelRecord.NamedEndpoint.all(in: config.wireGuard)
        self.system = system
        self.executor = executor
    }

    /// - Parameter onlyDue: spares the name servers questions whose last answers still hold.
    /// - Returns: what is left to do.
    public func run(onlyDue: Bool) throws(QuickError) -> [Open] {
        let snapshot = try system.snapshot(name, [.link, .device])
        if let record, snapshot.link.map(record.describes) != true {
            // A `down` may have begun since the record was read.
            throw .plan(system.record(name) == record ? .interfaceLost(name) : .notWireGuard(name))
        }
        guard let device = snapshot.device else { throw .plan(.notWireGuard(name)) }
        let planner = ReresolvePlanner(
            endpoints: endpoints, device: device, memory: system.memory(name), now: system.moment())
        let found = system.locate(planner.questions(onlyDue: onlyDue), by: record?.nameServers(now: system.resolvers()))
        try executor.checkSignals()
        let decision = planner.decide(found.mapValues(ReresolvePlanner.Answer.init))
        if !decision.outcomes.isEmpty { try executor.execute(decision.plan(name)) }
        return decision.outcomes.compactMap { outcome in
            guard case .open(let endpoint) = outcome else { return nil }
            if case .failure(let failure) = found[endpoint.name] {
                return Open(endpoint: endpoint, failure: failure.failure)
            }
            return Open(endpoint: endpoint, failure: nil)
        }
    }
}

extension TunnelRecord {
    /// Who to ask past a tunnel that takes all traffic, or all questions; `nil` where the host's own way will do.
    ///
    /// - Parameter current: the host's name servers as they are now. They come last: the host may be in another network
    ///   than at `up`, but they may as well be some that only the tunnel leads to.
    func nameServers(now current: [IPAddress]) -> NameServers? {
        // systemd-resolved asks a link's servers for that link's domains only, unless it is to take all.
        let takesQuestions = effects.dns.map { $0.backend != .resolved || $0.isDefault } ?? false
        guard effects.mark != nil || takesQuestions else { return nil }
        let ours = Set(resolvers + (effects.dns?.servers ?? []))
        let known = resolvers + current.filter { !ours.contains($0) }
        // As resolv.conf(5) has it.
        return NameServers(addresses: known.isEmpty ? [.v4(0x7f00_0001)] : known, mark: effects.mark ?? 0)
    }
}

extension ReresolvePlanner.Answer {
    fileprivate init(_ result: Result<EndpointResolution.Located, EndpointResolution.Failure>) {
        switch result {
        case .success(let located): self = .addresses(located.endpoints, timeToLive: located.host.timeToLive)
        case .failure(let failure): self = .none(timeToLive: failure.failure.timeToLive)
        }
    }
}
