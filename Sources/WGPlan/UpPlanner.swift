public import WGConfig
public import WGModel

/// Decides what `up` does, in stages.
///
/// Some facts exist only midway: whether the kernel knows the link kind, what a PreUp hook left behind, where the
/// endpoints' names point to. So there are stages, and each is decided from a snapshot taken when its turn comes:
///
/// 1. `createLink`: a link, by the kernel or by an engine.
/// 2. `prepare`: the record that `down` will read, and the PreUp hooks.
/// 3. `configure`: the device's configuration, and the addresses.
/// 4. `bringUp`: MTU and link up.
/// 5. `route`: routes from the device's allowed IPs.
/// 6. `finish`: the PostUp hooks.
public struct UpPlanner: Sendable {
    public let name: InterfaceName
    public let config: QuickConfig

    public init(name: InterfaceName, config: QuickConfig) {
        self.name = name
        self.config = config
    }

    /// What the first stage needs to know.
    public static let createLinkNeeds: SnapshotParts = .link
    public static let prepareNeeds: SnapshotParts = .link
    public static let bringUpNeeds: SnapshotParts = [.link, .device, .paths]
    public static let routeNeeds: SnapshotParts = [.device, .routes]

    /// - Parameter engine: `nil` for a link of the kernel's own.
    public func createLink(_ snapshot: SystemSnapshot, engine: EngineProgram?) throws(PlanError) -> Plan {
        guard snapshot.link == nil else { throw .interfaceExists(name) }
        guard let engine else { return Plan([.createLink(name)]) }
        return Plan([.startEngine(name, engine)])
    }

    /// - Parameter host: where this runs, for the record.
    public func prepare(_ snapshot: SystemSnapshot, host: HostIdentity) throws(PlanError) -> Plan {
        guard let link = snapshot.link else { throw .interfaceVanished(name) }
        let record = TunnelRecord(
            interface: name, host: host, linkIndex: link.index, preDown: config.preDown, postDown: config.postDown)
        return Plan([.writeRecord(record)] + hooks(.preUp, config.preUp))
    }

    /// - Parameter change: the configuration with its names resolved, as `wg addconf` would send it.
    public func configure(_ change: DeviceChange) -> Plan {
        Plan([.setDevice(name, change)] + config.addresses.map { .addAddress($0, name) })
    }

    public func bringUp(_ snapshot: SystemSnapshot) throws(PlanError) -> Plan {
        guard let link = snapshot.link else { throw .interfaceVanished(name) }
        let mtu = config.mtu.flatMap(UInt32.init(exactly:)) ?? MTUPolicy.automatic(snapshot)
        return Plan([
            .setLink(
                name, from: LinkSettings(mtu: link.mtu, isUp: link.isUp), to: LinkSettings(mtu: mtu, isUp: true))
        ])
    }

    public func route(_ snapshot: SystemSnapshot) throws(PlanError) -> Plan {
        guard config.table != .off else { return Plan() }
        guard let device = snapshot.device else { throw .interfaceVanished(name) }
        let prefixes = RouteSelection.ordered(device)
        if case .number(let table) = config.table {
            return Plan(prefixes.map { .addRoute(RouteState(destination: $0, table: table), name) })
        }
        if let whole = prefixes.first(where: \.isDefault) { throw .fullTunnelUnsupported(whole) }
        var cover = PrefixCover(
            snapshot.routes.lazy.filter { $0.table == RouteState.mainTable }.map(\.destination))
        var operations: [Operation] = []
        for prefix in prefixes where !cover.covers(prefix) {
            cover.insert(prefix)
            operations.append(.addRoute(RouteState(destination: prefix), name))
        }
        return Plan(operations)
    }

    public func finish() -> Plan { Plan(hooks(.postUp, config.postUp)) }

    private func hooks(_ stage: HookStage, _ commands: [String]) -> [Operation] {
        commands.map { .runHook(stage, name.filledIn($0)) }
    }
}

/// Why there is no plan.
public enum PlanError: Error, Hashable, Sendable {
    case interfaceExists(InterfaceName)
    case notWireGuard(InterfaceName)
    /// The link went away between two stages.
    case interfaceVanished(InterfaceName)
    /// A default route among the allowed IPs, with automatic routes.
    case fullTunnelUnsupported(IPPrefix)
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
