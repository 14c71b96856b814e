public import WGModel

/// What `wg-quick` reads from `NAME.conf`: its own keys of [Interface], and the device's configuration.
public struct QuickConfig: Equatable, Sendable {
    /// With the prefix as written; a host prefix where none was.
    public var addresses: [IPPrefix]
    public var dnsServers: [IPAddress]
    public var dnsSearchDomains: [String]
    /// Bytes; `nil` to find it from the routes to the endpoints.
    public var mtu: Int?
    public var table: RouteTable
    public var preUp: [String]
    public var postUp: [String]
    public var preDown: [String]
    public var postDown: [String]
    public var saveConfig: Bool
    public var wireGuard: WireGuardConfig

    public init(
        addresses: [IPPrefix] = [], dnsServers: [IPAddress] = [], dnsSearchDomains: [String] = [], mtu: Int? = nil,
        table: RouteTable = .automatic, preUp: [String] = [], postUp: [String] = [], preDown: [String] = [],
        postDown: [String] = [], saveConfig: Bool = false, wireGuard: WireGuardConfig = WireGuardConfig()
    ) {
        self.addresses = addresses
        self.dnsServers = dnsServers
        self.dnsSearchDomains = dnsSearchDomains
        self.mtu = mtu
        self.table = table
        self.preUp = preUp
        self.postUp = postUp
        self.preDown = preDown
        self.postDown = postDown
        self.saveConfig = saveConfig
        self.wireGuard = wireGuard
    }
}

/// The `Table` key.
public enum RouteTable: Hashable, Sendable {
    /// Routes to the main table; a default route gets a table and rules of its own.
    case automatic
    /// No routes at all.
    case off
    /// Every allowed IP, default routes included, to this table. Never 0.
    case number(UInt32)
}
