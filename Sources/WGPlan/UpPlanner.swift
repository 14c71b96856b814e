public import WGConfig
public import WGModel

/// Decides what `up` does, in stages.
///
/// Some facts exist only midway: whether the kernel knows the link kind, what a PreUp hook left behind, where the
/// endpoints' names point to. So there are stages, and each is decided from a snapshot taken when its turn comes:
///
/// 1. `createLink`: the record that `down` will read, and a link, by the kernel or by an engine.
/// 2. `prepare`: the PreUp hooks.
/// 3. `configure`: the device's configuration, and the addresses.
/// 4. `bringUp`: MTU and link up.
/// 5. `setDNS`: the resolvers.
/// 6. `route`: routes from the device's allowed IPs; for a default route a table, a mark and rules of its own.
/// 7. `finish`: the PostUp hooks.
///
/// Before anything is done that does not go with the link, the record tells of it.
public struct UpPlanner: Sendable {
    public let name: InterfaceName
    public let config: QuickConfig
    /// As it is written, or will be before the next operation.
    public private(set) var record: TunnelRecord

    /// - Parameters:
    ///   - path: of the configuration file.
    ///   - host: where this runs.
    ///   - maker: the process that brings the tunnel up.
    ///   - resolvers: the name servers that the host has before the tunnel.
    public init(
        name: InterfaceName, config: QuickConfig, path: String, host: HostIdentity, maker: ProcessIdentity,
        resolvers: [IPAddress] = []
    ) {
        self.name = name
        self.config = config
        record = TunnelRecord(
            interface: name, host: host, maker: maker, configPath: path, hooks: TunnelRecord.Hooks(config),
            endpoints: TunnelRecord.NamedEndpoint.all(in: config.wireGuard), resolvers: resolvers,
            applied: AppliedFile(config))
    }

    /// What the first stage needs to know.
    public static let createLinkNeeds: SnapshotParts = .link
    public static let prepareNeeds: SnapshotParts = .link
    public static let configureNeeds: SnapshotParts = [.link, .settings]
    /// With an MTU in the file the way to the endpoints doesn't matter. The packets of a full tunnel have one of their own,
    /// which the rules of others tell.
    public var bringUpNeeds: SnapshotParts {
        config.mtu != nil ? .link : config.isFullTunnel ? [.link, .device, .paths, .rules] : [.link, .device, .paths]
    }
    public static let routeNeeds: SnapshotParts = [
        .link, .device, .routes, .addresses, .rules, .settings, .otherRecords, .firewallTools,
    ]

    public func createLink(_ snapshot: SystemSnapshot) throws(PlanError) -> Plan {
        guard snapshot.link == nil else { throw .interfaceExists(name) }
        return Plan([.writeRecord(record), .createLink(name)])
    }

    /// In place of the kernel's link.
    public func startEngine(_ engine: EngineProgram) -> Plan { Plan([.startEngine(name, engine)]) }

    public mutating func prepare(_ snapshot: SystemSnapshot) throws(PlanError) -> Plan {
        guard let link = snapshot.link else { throw .interfaceVanished(name) }
        record.linkIndex = link.index
        if !config.preUp.isEmpty { record.progress = .preUp }
        return Plan([.updateRecord(record)] + name.hooks(.preUp, config.preUp))
    }

    /// - Parameter change: the configuration with its names resolved, as `wg addconf` would send it.
    public func configure(_ change: DeviceChange, _ snapshot: SystemSnapshot) throws(PlanError) -> Plan {
        try snapshot.refuseLeak(of: config.routedIPv6, beside: name)
        let addresses = config.addresses.filter { snapshot.hasIPv6 || $0.family == .ipv4 }
        let skipped = snapshot.hasIPv6 ? [] : wantedIPv6
        return Plan(
            [.setDevice(name, change)] + addresses.map { .addAddress($0, name) },
            warnings: skipped.isEmpty ? [] : [.noIPv6(name, skipped)])
    }

    /// The IPv6 addresses, and destinations of routes, that the configuration has.
    private var wantedIPv6: [IPPrefix] {
        config.addresses.filter { $0.family == .ipv6 } + config.routedIPv6
    }

    public func bringUp(_ snapshot: SystemSnapshot) throws(PlanError) -> Plan {
        guard let link = snapshot.link else { throw .interfaceVanished(name) }
        let mtu = config.mtu.flatMap(UInt32.init(exactly:)) ?? MTUPolicy.automatic(snapshot)
        return Plan([
            .setLink(
                name, from: LinkSettings(mtu: link.mtu, isUp: link.isUp), to: LinkSettings(mtu: mtu, isUp: true))
        ])
    }

    /// Whether the file says anything about resolvers.
    public var hasDNS: Bool { !config.dnsServers.isEmpty || !config.dnsSearchDomains.isEmpty }

    public mutating func setDNS(_ snapshot: SystemSnapshot, _ policy: DNSPolicy) throws(DNSObstacle) -> Plan {
        let decision = try policy.decide(name, config, snapshot.dnsHost)
        let warnings = decision.warnings.map { PlanWarning.dns(name, $0) }
        guard let state = decision.state else { return Plan(warnings: warnings) }
        record.effects.dns = state
        return Plan([.updateRecord(record), .setDNS(name, from: nil, to: state)], warnings: warnings)
    }

    /// After it turned out that the resolvers can't be set.
    public mutating func doWithoutDNS() -> Plan {
        record.effects.dns = nil
        return Plan([.updateRecord(record)])
    }

    public mutating func route(_ snapshot: SystemSnapshot) throws(PlanError) -> Plan {
        guard config.table != .off else { return Plan() }
        guard let device = snapshot.device else { throw .interfaceVanished(name) }
        let cover = snapshot.routes.filter { $0.table == RouteState.mainTable }.map(\.destination)
        let routing = RoutingPolicy.routing(config.table, device: device, cover: cover, snapshot)
        try snapshot.refuseLeak(of: routing.skipped, beside: name)
        // Of the file's own, `configure` has spoken.
        let known = Set(routing.skipped.isEmpty ? [] : wantedIPv6)
        let skipped = routing.skipped.filter { !known.contains($0) }
        var plan = Plan(
            routing.routes.map { .addRoute($0, name) }, warnings: skipped.isEmpty ? [] : [.noIPv6(name, skipped)])
        guard !routing.families.isEmpty else { return plan }
        plan.operations += fullTunnel(routing, device, snapshot)
        if record.effects.firewall == nil { plan.warnings.append(.noFirewall(name)) }
        return plan
    }

    /// The rules come before the routes: a half-made tunnel is to take nothing.
    private mutating func fullTunnel(
        _ routing: TunnelRouting, _ device: DeviceState, _ snapshot: SystemSnapshot
    ) -> [Operation] {
        record.effects.mark = routing.mark
        record.effects.rules = routing.families.flatMap(\.rules)
        record.effects.refusals = routing.families.map(\.lastResort)
        record.effects.sysctls = routing.originals(snapshot)
        record.effects.firewall = routing.firewall(name, snapshot)
        var operations: [Operation] = [.updateRecord(record)]
        if let mark = routing.mark, device.fwmark != mark {
            operations.append(.setDevice(name, DeviceChange(fwmark: mark)))
        }
        if let firewall = record.effects.firewall {
            operations.append(.setFirewall(name, from: nil, to: firewall))
        }
        for family in routing.families {
            operations += family.rules.map { .addRule($0) }
            operations += [.addRoute(family.route, name), .addRoute(family.lastResort, name)]
        }
        operations += routing.sysctls.map { sysctl in
            .setSysctl(sysctl.path, from: snapshot.sysctls[sysctl.path] ?? "", to: sysctl.value)
        }
        return operations
    }

    /// Whether there is something that only the device can tell for `note`.
    public var isNoteworthy: Bool {
        config.isPortAutomatic || !record.endpoints.isEmpty
    }

    /// Keeps for `save` what can't be told later from what others change.
    ///
    /// - Parameter file: the content of the configuration file.
    public mutating func note(_ device: DeviceState?, file: [UInt8]?) {
        record.save = SaveOrigin(isWanted: config.saveConfig, digest: file.map(SavedFile.digest))
        guard let device else { return }
        if config.isPortAutomatic { record.save.automaticPort = device.listenPort }
        let named = Set(record.endpoints.map(\.peer))
        for peer in device.peers where named.contains(peer.publicKey) {
            record.save.endpoints[peer.publicKey] = peer.endpoint
        }
    }

    public mutating func finish() -> [Plan] {
        var plans: [Plan] = []
        if !config.postUp.isEmpty {
            record.progress = .postUp
            plans.append(Plan([.updateRecord(record)] + name.hooks(.postUp, config.postUp)))
        }
        record.progress = .up
        plans.append(Plan([.updateRecord(record)]))
        return plans
    }
}

extension TunnelRouting {
    /// The values to return to at `down`: from before this tunnel, or from before another that is up as well.
    func originals(_ snapshot: SystemSnapshot) -> [Sysctl] {
        guard families.contains(where: { $0.family == .ipv4 }) else { return [] }
        let path = Sysctl.sourceValidMark
        let inherited = snapshot.otherRecords.lazy.flatMap(\.effects.sysctls).first { $0.path == path }
        if let inherited { return [inherited] }
        return sysctls.compactMap { sysctl in
            snapshot.sysctls[sysctl.path].map { Sysctl(path: sysctl.path, value: $0) }
        }
    }
}

/// Why there is no plan.
public enum PlanError: Error, Hashable, Sendable {
    case interfaceExists(InterfaceName)
    case notWireGuard(InterfaceName)
    /// The link went away between two stages.
    case interfaceVanished(InterfaceName)
    /// It is up as far as its record knows, and the link is not there, or is another.
    case interfaceLost(InterfaceName)
    /// Another process brings it up at this moment.
    case isBeingBroughtUp(InterfaceName, ProcessIdentity)
    /// The link can't have IPv6 addresses, and another can: what is for these prefixes would leave by that, in the clear.
    case ipv6Leak(InterfaceName, [IPPrefix])
}

extension InterfaceName {
    /// A hook's text with each `%i` replaced by this name.
    func filledIn(_ command: String) -> String {
        var result: [UInt8] = []
        var rest = Array(command.utf8)[...]
        while let byte = rest.first {
            if byte == UInt8(ascii: "%"), rest.dropFirst().first == UInt8(ascii: "i") {
                result += Array(text.utf8)
                rest = rest.dropFirst(2)
            } else {
                result.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension QuickConfig {
    /// Whether a default route among the allowed IPs gets a table and rules of its own.
    public var isFullTunnel: Bool {
        table == .automatic && wireGuard.peers.contains { $0.allowedIPs.contains(where: \.prefix.isDefault) }
    }

    /// Whether the device chooses its port.
    var isPortAutomatic: Bool { wireGuard.listenPort == nil || wireGuard.listenPort == .number(0) }

    /// The destinations that get IPv6 routes, as far as the file tells.
    var routedIPv6: [IPPrefix] {
        guard table != .off else { return [] }
        return wireGuard.peers.flatMap(\.allowedIPs).map(\.prefix.masked).filter { $0.family == .ipv6 }
    }
}
