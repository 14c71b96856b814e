import WGConfig
import WGControl
import WGLinux
import WGModel
import WGPlan

@testable import WGQuick

/// A system made of values, which refuses what a kernel would refuse.
final class FakeSystem: QuickSystem {
    /// Everything that `up` and `down` can change.
    struct World: Equatable {
        var links: [InterfaceName: LinkState] = [:]
        var devices: [InterfaceName: DeviceState] = [:]
        var addresses: [InterfaceName: Set<IPPrefix>] = [:]
        /// But those that come with addresses.
        var routes: [InterfaceName: Set<RouteState>] = [:]
        var engines: Set<InterfaceName> = []
        var records: [InterfaceName: TunnelRecord] = [:]
        var memories: [InterfaceName: ReresolveMemory] = [:]
        /// Those that every system has.
        var rules: Set<RuleState> = [
            RuleState(family: .ipv4, priority: 0, table: 255), RuleState(family: .ipv4, priority: 32766, table: 254),
            RuleState(family: .ipv4, priority: 32767, table: 253), RuleState(family: .ipv6, priority: 0, table: 255),
            RuleState(family: .ipv6, priority: 32766, table: 254),
        ]
        var refusals: Set<RouteState> = []
        var files: [String: [UInt8]] = [:]
        var sysctls = [Sysctl.sourceValidMark: "0"]
        var firewalls: [InterfaceName: FirewallState] = [:]
        var dns: [InterfaceName: DNSState] = [:]
    }

    var world = World()
    var kernelHasWireGuard = true
    var engine: EngineProgram? = EngineProgram(path: "/opt/engine", shownName: "engine")
    /// The engine makes its link and then fails.
    var engineFailsHalfway = false
    var usedPorts: Set<UInt16> = []
    var openFiles: Set<String> = []
    var hasIPv6 = true
    var firewallTools = FirewallTools(nft: true, iptables: true, ip6tables: true)
    var dnsHost = DNSHost()
    var dnsFails = false
    /// The programs for resolvers and packet filter are not there.
    var hasTools = true
    /// Whether the process that wrote a record still runs.
    var makersRun = false
    var path: PathMTU? = PathMTU(link: 1500)
    /// Runs in place of a hook.
    var onHook: (FakeSystem, String) throws(QuickError) -> Void = { _, _ in }
    /// Runs in place of the resolver's wait.
    var onResolve: (FakeSystem) throws(QuickError) -> Void = { _ in }
    /// Runs before what is done in turn, as other processes may until then.
    var onTurn: (FakeSystem) -> Void = { _ in }
    private(set) var isInTurn = false
    var nameServers = [IPAddress.v4(0xc000_0235)]
    /// What `locate` knows.
    var hosts: [String: IPAddress] = [:]
    /// What it was asked, and by way of whom.
    private(set) var questions: [(host: String, servers: NameServers?)] = []
    /// By way of whom `resolve` was to ask, the last time.
    private(set) var servers: NameServers?
    var now = ReresolvePlanner.Moment(wall: HandshakeTime(seconds: 1_000_000, nanoseconds: 0), sinceBoot: 1000)
    static let noAddress = Resolver.Failure(.temporary, text: "Not yet")
    /// Refuses the step of this number, counted over all calls of `perform`.
    var refusedStep: Int?
    /// The process is killed: nothing more is done.
    var dies = false
    private(set) var performed: [Operation] = []
    private var nextIndex: Int32 = 2

    static let hostIdentity = HostIdentity(bootID: "b", namespaceDevice: 4, namespaceInode: 5)

    func inTurn(_ body: () throws(QuickError) -> Void) throws(QuickError) {
        onTurn(self)
        isInTurn = true
        defer { isInTurn = false }
        try body()
    }

    func host() throws(QuickError) -> HostIdentity { Self.hostIdentity }
    func identity() -> ProcessIdentity { ProcessIdentity(pid: 7, startTime: 8) }
    func isRunning(_ process: ProcessIdentity) -> Bool { makersRun }
    func record(_ name: InterfaceName) -> TunnelRecord? { world.records[name] }
    func contents(of path: String) throws(QuickError) -> [UInt8]? { world.files[path] }
    func isOpenToOthers(_ path: String) -> Bool { openFiles.contains(path) }

    func isPortInUse(_ port: UInt16) -> Bool { usedPorts.contains(port) }

    func observeDNS(_ name: InterfaceName, like state: DNSState) throws(QuickError) -> DNSState? {
        world.dns[name].flatMap { $0.backend == state.backend ? $0 : nil }
    }

    func findEngine() throws(QuickError) -> EngineProgram {
        guard let engine else { throw .engineNotFound("engine") }
        return engine
    }

    func resolvers() -> [IPAddress] { nameServers }
    func moment() -> ReresolvePlanner.Moment { now }
    func memory(_ name: InterfaceName) -> ReresolveMemory { world.memories[name] ?? ReresolveMemory() }

    func locate(
        _ names: [EndpointName], by servers: NameServers?
    ) -> [EndpointName: Result<EndpointResolution.Located, EndpointResolution.Failure>] {
        questions.append(contentsOf: names.map { ($0.host, servers) })
        var found: [EndpointName: Result<EndpointResolution.Located, EndpointResolution.Failure>] = [:]
        for name in names {
            if let address = hosts[name.host] {
                found[name] = .success(.init(host: HostAnswer(HostAddress(address: address)), port: 5))
            } else {
                found[name] = .failure(.init(.endpoint(name), Self.noAddress))
            }
        }
        return found
    }

    func resolve(
        _ config: WireGuardConfig, by servers: NameServers?
    ) throws(QuickError) -> EndpointResolution.Resolved {
        try onResolve(self)
        self.servers = servers
        var unresolved: [EndpointResolution.Unresolved] = []
        let peers = config.peers.enumerated().map { index, peer in
            let endpoint = peer.endpoint.flatMap { Endpoint($0.description) }
            if endpoint == nil, let name = peer.endpoint {
                unresolved.append(.init(peer: index, .init(.endpoint(name), Self.noAddress)))
            }
            return PeerChange(
                publicKey: peer.publicKey, presharedKey: peer.presharedKey, endpoint: endpoint,
                persistentKeepalive: peer.persistentKeepalive, replaceAllowedIPs: peer.replaceAllowedIPs,
                allowedIPs: peer.allowedIPs)
        }
        let change = DeviceChange(privateKey: config.privateKey, fwmark: config.fwmark, peers: peers)
        return EndpointResolution.Resolved(change: change, unresolved: unresolved)
    }

    func snapshot(_ name: InterfaceName, _ parts: SnapshotParts) throws(QuickError) -> SystemSnapshot {
        var snapshot = SystemSnapshot()
        if parts.contains(.link) { snapshot.link = world.links[name] }
        if parts.contains(.device) { snapshot.device = world.devices[name] }
        if parts.contains(.routes) {
            snapshot.connectedRoutes = connectedRoutes(name)
            snapshot.routes = snapshot.connectedRoutes + (world.routes[name] ?? [])
            snapshot.refusals = Array(world.refusals)
            snapshot.usedTables = Set(world.routes.values.joined().map(\.table)).union(world.refusals.map(\.table))
        }
        if parts.contains(.rules) { snapshot.rules = world.rules.sorted { $0.priority < $1.priority } }
        if parts.contains(.addresses) { snapshot.addresses = (world.addresses[name] ?? []).sorted() }
        if parts.contains(.settings) {
            snapshot.sysctls = [Sysctl.promoteSecondaries(name): "0"].merging(world.sysctls) { $1 }
            snapshot.hasIPv6 = hasIPv6
        }
        if parts.contains(.otherRecords) {
            snapshot.otherRecords = world.records.values.filter { $0.interface != name }
        }
        if parts.contains(.firewallTools) { snapshot.firewallTools = firewallTools }
        if parts.contains(.firewall) {
            snapshot.firewall = world.firewalls[name].map { FirewallFinding(state: $0, isIntact: true) }
        }
        if parts.contains(.dnsHost) { snapshot.dnsHost = dnsHost }
        if parts.contains(.paths) {
            let endpoints = world.devices[name]?.peers.compactMap(\.endpoint) ?? []
            snapshot.endpointRoutes = endpoints.compactMap { _ in path }
        }
        return snapshot
    }

    func paths(to endpoints: [Endpoint], mark: UInt32) throws(QuickError) -> SystemSnapshot {
        SystemSnapshot(endpointRoutes: endpoints.compactMap { _ in path })
    }

    func perform(_ operation: Operation) throws(QuickError) {
        if dies { return }
        if performed.count == refusedStep {
            refusedStep = nil
            throw .refused(operation, .noMemory, extack: nil)
        }
        performed.append(operation)
        if !hasTools, operation.isRemovalByProgram { throw .toolNotFound("tool") }
        switch operation {
        case .createLink(let name):
            guard kernelHasWireGuard else { throw .linkKindUnsupported }
            try makeLink(name, kind: "wireguard", operation)
        case .startEngine(let name, let engine):
            try makeLink(name, kind: "tun", operation)
            if engineFailsHalfway { throw .engineFailed(engine, .exited(7)) }
            world.engines.insert(name)
        case .deleteLink(let name, _):
            guard world.links.removeValue(forKey: name) != nil else {
                throw .refused(operation, .noSuchDevice, extack: nil)
            }
            world.devices[name] = nil
            world.addresses[name] = nil
            world.routes[name] = nil
            world.sysctls[Sysctl.promoteSecondaries(name)] = nil
            world.engines.remove(name)
            if world.dns[name]?.backend == .resolved { world.dns[name] = nil }
        case .runHook(let stage, let command):
            do { try onHook(self, command) } catch { throw error }
            if command == "false" { throw .hookFailed(stage, command, .exited(1)) }
        case .addRule(let rule):
            guard world.rules.insert(rule).inserted else { throw .refused(operation, .exists, extack: nil) }
        case .removeRule(let rule):
            guard world.rules.remove(rule) != nil else { throw .refused(operation, .noSuchFile, extack: nil) }
        case .setFirewall(let name, let from, let to):
            guard world.firewalls[name] == from || from == nil || to == nil else {
                throw .toolFailed("nft", .exited(1), said: "not what was expected")
            }
            world.firewalls[name] = to
        case .setSysctl(let path, _, "0") where path.hasSuffix("promote_secondaries"): world.sysctls[path] = nil
        case .setSysctl(let path, _, let value): world.sysctls[path] = value
        case .setDNS(let name, _, let state):
            if dnsFails { throw .toolFailed("resolvconf", .exited(1), said: "") }
            world.dns[name] = state
        case .writeRecord(let record), .updateRecord(let record): world.records[record.interface] = record
        case .removeRecord(let name):
            world.records[name] = nil
            world.memories[name] = nil
        case .remember(let name, let memory): world.memories[name] = memory
        case .removeDeadSocket: break
        case .saveConfig(let file):
            world.files[file.path] = file.bytes
            openFiles.remove(file.path)
        default: try performOnLink(operation)
        }
    }

    private func makeLink(_ name: InterfaceName, kind: String, _ operation: Operation) throws(QuickError) {
        guard world.links[name] == nil else { throw .refused(operation, .exists, extack: nil) }
        world.links[name] = LinkState(name: name, index: nextIndex, kind: kind, mtu: 1420, isUp: false)
        world.devices[name] = DeviceState(name: name)
        nextIndex += 1
    }

    private func performOnLink(_ operation: Operation) throws(QuickError) {
        switch operation {
        case .setDevice(let name, let change):
            world.devices[name] = world.devices[name]?.applying(change)
        case .addAddress(let prefix, let name):
            guard world.addresses[name, default: []].insert(prefix).inserted else {
                throw .refused(operation, .exists, extack: nil)
            }
        case .removeAddress(let prefix, let name):
            guard world.addresses[name]?.remove(prefix) != nil else {
                throw .refused(operation, .addressNotAvailable, extack: nil)
            }
            removeDependents(of: prefix, name)
        case .setLink(let name, _, let settings):
            world.links[name]?.mtu = settings.mtu
            world.links[name]?.isUp = settings.isUp
        case .addRoute(let route, _) where route.kind == .unreachable:
            guard world.refusals.insert(route).inserted else { throw .refused(operation, .exists, extack: nil) }
        case .removeRoute(let route, _) where route.kind == .unreachable:
            guard world.refusals.remove(route) != nil else {
                throw .refused(operation, .noSuchProcess, extack: nil)
            }
        case .addRoute(let route, let name):
            guard world.routes[name, default: []].insert(route).inserted else {
                throw .refused(operation, .exists, extack: nil)
            }
        case .removeRoute(let route, let name):
            guard world.routes[name]?.remove(route) != nil else {
                throw .refused(operation, .noSuchProcess, extack: nil)
            }
        default: throw .refused(operation, .notSupported, extack: nil)
        }
    }

    /// As a kernel makes them for each address once the link is up.
    private func connectedRoutes(_ name: InterfaceName) -> [RouteState] {
        guard world.links[name]?.isUp == true else { return [] }
        return (world.addresses[name] ?? []).map { RouteState(destination: $0.masked) }
    }

    /// What a kernel takes away with an IPv4 address: at worst, all of the network. With the last one the routes go.
    private func removeDependents(of prefix: IPPrefix, _ name: InterfaceName) {
        guard prefix.family == .ipv4 else { return }
        if world.sysctls[Sysctl.promoteSecondaries(name)] != "1" {
            world.addresses[name] = world.addresses[name]?.filter { $0.masked != prefix.masked }
        }
        guard world.addresses[name]?.contains(where: { $0.family == .ipv4 }) != true else { return }
        world.routes[name] = world.routes[name]?.filter { $0.destination.family != .ipv4 }
    }
}

/// Remembers what it was told.
final class RecordingReporter: QuickReporter {
    var lines: [String] = []

    func willPerform(_ operation: Operation) { lines += operation.traceLines }
    func willFallBack(to engine: EngineProgram) { lines.append("! \(engine.shownName)") }
    func isOpen(_ endpoint: TunnelRecord.NamedEndpoint, of name: InterfaceName, _ failure: Resolver.Failure) {
        lines.append("- \(endpoint.name)")
    }
    func warn(_ warning: PlanWarning) { lines.append("! \(warning)") }
    func couldNotDo(_ operation: Operation, _ error: QuickError) { lines.append("~ \(operation.trace ?? "")") }
    func couldNotUndo(_ operation: Operation, _ error: QuickError) { lines.append("? \(operation.trace ?? "")") }
}

/// Signals that a test puts in.
final class FakeSignals: SignalSource {
    var pending: [Signal] = []

    func next() -> Signal? { pending.isEmpty ? nil : pending.removeFirst() }
}
