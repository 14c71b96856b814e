public import WGConfig
public import WGModel

/// What the file said at `up`, or at the last `apply`, as far as the system itself does not tell where a thing comes from:
/// an address may be a hook's, and an endpoint may be where the peer was last heard from.
public struct AppliedFile: Hashable, Sendable {
    public var table: RouteTable
    public var addresses: [IPPrefix]
    /// Those that an `apply` adds that has not come to its end.
    public var adding: [IPPrefix]
    /// All that the file had, numbers included.
    public var endpoints: [TunnelRecord.NamedEndpoint]

    public init(
        table: RouteTable = .automatic, addresses: [IPPrefix] = [], adding: [IPPrefix] = [],
        endpoints: [TunnelRecord.NamedEndpoint] = []
    ) {
        self.table = table
        self.addresses = addresses
        self.adding = adding
        self.endpoints = endpoints
    }

    public init(_ config: QuickConfig) {
        self.init(
            table: config.table, addresses: config.addresses,
            endpoints: config.wireGuard.peers.compactMap { peer in
                peer.endpoint.map { TunnelRecord.NamedEndpoint(peer: peer.publicKey, name: $0) }
            })
    }

    /// The one that counts: a device takes the last.
    func endpoint(of peer: PublicKey) -> EndpointName? { endpoints.last { $0.peer == peer }?.name }

    var recordLines: [String] {
        let table =
            switch table {
            case .automatic: "auto"
            case .off: "off"
            case .number(let number): "\(number)"
            }
        return ["table=\(table)"] + addresses.map { "address=\($0)" } + adding.map { "adding=\($0)" }
            + endpoints.map { "file-endpoint=\($0.peer) \($0.name.host) \($0.name.service)" }
    }

    init?(_ fields: RecordFields) {
        guard let text = fields.only("table"), let table = RouteTable(recordText: text),
            let addresses = fields.all("address", { IPPrefix($0) }),
            let adding = fields.all("adding", { IPPrefix($0) }),
            let endpoints = fields.all("file-endpoint", TunnelRecord.NamedEndpoint.init(recordText:))
        else { return nil }
        self.init(table: table, addresses: addresses, adding: adding, endpoints: endpoints)
    }
}

extension RouteTable {
    fileprivate init?(recordText: String) {
        switch recordText {
        case "auto": self = .automatic
        case "off": self = .off
        default:
            guard let number = UInt32(recordText) else { return nil }
            self = .number(number)
        }
    }
}
