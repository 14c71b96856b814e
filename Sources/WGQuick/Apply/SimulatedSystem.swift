public import WGConfig
public import WGControl
public import WGLinux
public import WGModel
public import WGPlan

/// A system on which one tunnel's operations are done on values alone, from the state that another one is in: what would be
/// done there can be seen without doing it.
///
/// Hooks do nothing here, and names are not asked for: such an endpoint has an unspecified address.
public final class SimulatedSystem: QuickSystem {
    private let base: any QuickSystem
    private let kernelHasWireGuard: Bool
    private var state: SystemSnapshot
    private var ownRecord: TunnelRecord?
    /// What was set here, which may be nothing.
    private var dns: DNSState??
    /// The endpoints that were not asked for.
    public private(set) var names: [PublicKey: EndpointName] = [:]

    private static let everything: SnapshotParts = [
        .link, .device, .routes, .paths, .addresses, .rules, .settings, .otherRecords, .firewallTools, .firewall,
        .dnsHost,
    ]

    /// - Parameter kernelHasWireGuard: whether a link could be made without an engine.
    public init(_ name: InterfaceName, on base: any QuickSystem, kernelHasWireGuard: Bool) throws(QuickError) {
        self.base = base
        self.kernelHasWireGuard = kernelHasWireGuard
        state = try base.snapshot(name, Self.everything)
        ownRecord = base.record(name)
    }

    public func snapshot(_ name: InterfaceName, _ parts: SnapshotParts) throws(QuickError) -> SystemSnapshot {
        guard parts.contains(.paths) else { return state }
        var snapshot = state
        let endpoints = state.device?.peers.compactMap(\.endpoint).filter { !$0.address.isUnspecified } ?? []
        let paths = try base.paths(to: endpoints, mark: parts.contains(.rules) ? state.fullTunnelMark : 0)
        snapshot.endpointRoutes = paths.endpointRoutes
        snapshot.defaultRoute = paths.defaultRoute
        return snapshot
    }

    public func paths(to endpoints: [Endpoint], mark: UInt32) throws(QuickError) -> SystemSnapshot {
        try base.paths(to: endpoints, mark: mark)
    }

    public func inTurn(_ body: () throws(QuickError) -> Void) throws(QuickError) { try body() }

    public func host() throws(QuickError) -> HostIdentity { try base.host() }
    public func identity() -> ProcessIdentity { base.identity() }
    public func isRunning(_ process: ProcessIdentity) -> Bool { base.isRunning(process) }
    public func record(_ name: InterfaceName) -> TunnelRecord? { ownRecord }
    public func findEngine() throws(QuickError) -> EngineProgram { try base.findEngine() }
    public func isPortInUse(_ port: UInt16) -> Bool { base.isPortInUse(port) }

    public func resolve(
        _ config: WireGuardConfig, by servers: NameServers?
    ) throws(QuickError) -> EndpointResolution.Resolved {
        var numeric = config
        for (index, peer) in config.peers.enumerated() {
            guard let name = peer.endpoint, name.numeric == nil else { continue }
            names[peer.publicKey] = name
            numeric.peers[index].endpoint = EndpointName(host: "0.0.0.0", service: name.service)
        }
        return try base.resolve(numeric, by: servers)
    }

    public func resolvers() -> [IPAddress] { base.resolvers() }
    public func memory(_ name: InterfaceName) -> ReresolveMemory { base.memory(name) }
    public func contents(of path: String) throws(QuickError) -> [UInt8]? { try base.contents(of: path) }
    public func isOpenToOthers(_ path: String) -> Bool { base.isOpenToOthers(path) }
    public func observeDNS(_ name: InterfaceName, like state: DNSState) throws(QuickError) -> DNSState? {
        if let dns { dns } else { try base.observeDNS(name, like: state) }
    }

    public func moment() -> ReresolvePlanner.Moment { base.moment() }

    public func locate(
        _ names: [EndpointName], by servers: NameServers?
    ) -> [EndpointName: Result<EndpointResolution.Located, EndpointResolution.Failure>] {
        base.locate(names, by: servers)
    }

    public func perform(_ operation: Operation) throws(QuickError) {
        switch operation {
        case .createLink(let name):
            guard kernelHasWireGuard else { throw .linkKindUnsupported }
            makeLink(name, kind: "wireguard")
        case .startEngine(let name, _): makeLink(name, kind: "tun")
        case .deleteLink: deleteLink()
        case .setDevice(_, let change): state.device = state.device?.applying(change)
        case .addRule(let rule): state.rules.append(rule)
        case .removeRule(let rule): state.rules.removeAll { $0 == rule }
        case .setSysctl(let path, _, let value): state.sysctls[path] = value
        case .setFirewall(_, _, let to):
            state.firewall = to.map { FirewallFinding(state: $0, isIntact: true) }
        case .setDNS(_, _, let to): dns = .some(to)
        case .writeRecord(let record), .updateRecord(let record): ownRecord = record
        case .removeRecord: ownRecord = nil
        case .addAddress, .removeAddress, .setLink, .addRoute, .removeRoute: changeLink(operation)
        default: break
        }
        state.rules.sort { $0.priority < $1.priority }
    }

    /// With the MTU of neither kind of link: it is set in any case.
    private func makeLink(_ name: InterfaceName, kind: String) {
        state.link = LinkState(name: name, index: .max, kind: kind, mtu: 0, isUp: false)
        state.device = DeviceState(name: name)
    }

    private func deleteLink() {
        state.link = nil
        state.device = nil
        state.addresses = []
        state.routes = []
        state.connectedRoutes = []
    }

    private func changeLink(_ operation: Operation) {
        switch operation {
        case .addAddress(let prefix, _):
            state.addresses.append(prefix)
            if state.link?.isUp == true { connect([prefix]) }
        case .removeAddress(let prefix, _):
            state.addresses.removeAll { $0 == prefix }
            guard !state.addresses.contains(where: { $0.masked == prefix.masked }) else { return }
            let route = RouteState(destination: prefix.masked)
            if let index = state.connectedRoutes.firstIndex(of: route) {
                state.connectedRoutes.remove(at: index)
                if let index = state.routes.firstIndex(of: route) { state.routes.remove(at: index) }
            }
        case .setLink(_, _, let settings):
            state.link?.mtu = settings.mtu
            if state.link?.isUp == false, settings.isUp { connect(state.addresses) }
            state.link?.isUp = settings.isUp
        case .addRoute(let route, _):
            if route.kind == .link { state.routes.append(route) } else { state.refusals.append(route) }
        case .removeRoute(let route, _):
            if route.kind == .link {
                if let index = state.routes.firstIndex(of: route) { state.routes.remove(at: index) }
            } else {
                state.refusals.removeAll { $0 == route }
            }
        default: break
        }
    }

    /// The routes that a kernel makes for addresses of a link that is up.
    private func connect(_ addresses: [IPPrefix]) {
        for address in addresses where address.family == .ipv6 || !address.isHost {
            let route = RouteState(destination: address.masked)
            guard !state.connectedRoutes.contains(route) else { continue }
            state.connectedRoutes.append(route)
            state.routes.append(route)
        }
    }
}

/// Collects what a run on a `SimulatedSystem` does and warns of.
public final class PlanCollector: QuickReporter {
    public private(set) var operations: [Operation] = []
    public private(set) var warnings: [PlanWarning] = []

    public init() {}

    public func willPerform(_ operation: Operation) { operations.append(operation) }
    public func isOpen(
        _ endpoint: TunnelRecord.NamedEndpoint, of name: InterfaceName, _ failure: Resolver.Failure
    ) {}
    public func warn(_ warning: PlanWarning) { warnings.append(warning) }
    public func couldNotDo(_ operation: Operation, _ error: QuickError) {}
    public func couldNotUndo(_ operation: Operation, _ error: QuickError) {}

    /// What did not work is not part of the plan.
    public func willFallBack(to engine: EngineProgram) {
        operations.removeAll { if case .createLink = $0 { true } else { false } }
    }
}
