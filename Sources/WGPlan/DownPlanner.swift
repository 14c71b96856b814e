public import WGConfig
public import WGModel

/// Decides what `down` does, in stages: the PreDown hooks; the link and with it addresses and routes; the PostDown
/// hooks.
///
/// It follows what `up` recorded. Where there is no record (the stock tool brought the tunnel up, say) it follows the
/// file as it is now.
public struct DownPlanner: Sendable {
    public let name: InterfaceName
    private let preDown: [String]
    private let postDown: [String]
    private let hasRecord: Bool
    private let table: RouteTable

    public init(record: TunnelRecord) {
        name = record.interface
        preDown = record.preDown
        postDown = record.postDown
        hasRecord = true
        table = .automatic
    }

    public init(name: InterfaceName, config: QuickConfig) {
        self.name = name
        preDown = config.preDown
        postDown = config.postDown
        hasRecord = false
        table = config.table
    }

    public static let beginNeeds: SnapshotParts = [.link, .device]
    public static let tearDownNeeds: SnapshotParts = .link

    public func begin(_ snapshot: SystemSnapshot) throws(PlanError) -> Plan {
        guard snapshot.link != nil, let device = snapshot.device else { throw .notWireGuard(name) }
        if !hasRecord, table == .automatic, device.fwmark != 0,
            let whole = device.peers.lazy.flatMap(\.allowedIPs).first(where: \.isDefault)
        {
            throw .fullTunnelUnsupported(whole)
        }
        return Plan(preDown.map { .runHook(.preDown, name.filledIn($0)) })
    }

    /// A hook may have deleted the link already; the rest still has to happen.
    public func tearDown(_ snapshot: SystemSnapshot) -> Plan {
        var operations: [Operation] = []
        if let link = snapshot.link {
            operations.append(.deleteLink(name, runsEngine: link.kind != "wireguard"))
        }
        if hasRecord { operations.append(.removeRecord(name)) }
        return Plan(operations)
    }

    public func finish() -> Plan { Plan(postDown.map { .runHook(.postDown, name.filledIn($0)) }) }
}
