public import WGModel

/// What `wg-quick` reads from `NAME.conf`: its own keys of [Interface], and the device's configuration.
public struct QuickConfig: Equatable, Sendable {
    /// With the prefix as written; a host prefix where none was.
    public var addresses: [IPPrefix]
    /// From the `DNS` key: what is an address.
    public var dnsServers: [IPAddress]
    /// From the `DNS` key: what is no address.
    public var dnsSearchDomains: [String]
    /// Bytes; `nil` to find it from the routes to the endpoints.
    public var mtu: Int?
    /// Where the routes go.
    public var table: RouteTable
    /// Shell commands, in order, for before the interface is configured.
    public var preUp: [String]
    /// Shell commands, in order, for once it is up.
    public var postUp: [String]
    /// Shell commands, in order, for before it is taken down.
    public var preDown: [String]
    /// Shell commands, in order, for once it is gone.
    public var postDown: [String]
    /// Whether the state of the device is written back to the file at `down`.
    public var saveConfig: Bool
    /// What concerns the device itself.
    public var wireGuard: WireGuardConfig

    /// A configuration with nothing but what is given.
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
