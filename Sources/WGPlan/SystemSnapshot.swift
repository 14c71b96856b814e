public import WGModel

/// What a stage of a plan is decided from: the parts of the system's state that it asked for, as values.
///
/// A part that was not asked for is empty; `SnapshotParts` says which stage needs what.
public struct SystemSnapshot: Equatable, Sendable {
    /// The tunnel's own link; `nil` when there is none of that name in this network namespace.
    public var link: LinkState?
    /// What the tunnel's device reports; `nil` when the link is not a WireGuard device.
    public var device: DeviceState?
    /// The routes over the tunnel's link, in all tables.
    public var routes: [RouteState]
    /// Those of `routes` that came with the link's addresses, and go with them.
    public var connectedRoutes: [RouteState]
    /// How the peers' endpoints are reached, one for each endpoint that has a route.
    public var endpointRoutes: [PathMTU]
    /// The IPv4 default route of the main table.
    public var defaultRoute: PathMTU?
    /// Of the tunnel's link.
    public var addresses: [IPPrefix]
    /// The `unreachable` routes of all tables.
    public var refusals: [RouteState]
    /// The numbers of tables with any route.
    public var usedTables: Set<UInt32>
    /// The policy rules, both families, each by priority.
    public var rules: [RuleState]
    /// Values by path below `/proc/sys`; those that are not there are missing.
    public var sysctls: [String: String]
    /// Whether the tunnel's link can have IPv6 addresses.
    public var hasIPv6: Bool
    /// Whether some other link can, beside the loopback. Only where `hasIPv6` is false.
    public var hasIPv6Elsewhere: Bool
    /// The records of other tunnels of this network namespace.
    public var otherRecords: [TunnelRecord]
    /// The packet filter programs that are there.
    public var firewallTools: FirewallTools
    /// The tunnel's packet filter rules that are there.
    public var firewall: FirewallFinding?
    /// What can make resolvers known.
    public var dnsHost: DNSHost

    public init(
        link: LinkState? = nil, device: DeviceState? = nil, routes: [RouteState] = [],
        endpointRoutes: [PathMTU] = [], defaultRoute: PathMTU? = nil, addresses: [IPPrefix] = [],
        refusals: [RouteState] = [], usedTables: Set<UInt32> = [], rules: [RuleState] = [],
        sysctls: [String: String] = [:], hasIPv6: Bool = true, hasIPv6Elsewhere: Bool = false,
        otherRecords: [TunnelRecord] = [], connectedRoutes: [RouteState] = [],
        firewallTools: FirewallTools = FirewallTools(nft: false, iptables: false, ip6tables: false),
        firewall: FirewallFinding? = nil,
        dnsHost: DNSHost = DNSHost()
    ) {
        self.link = link
        self.device = device
        self.routes = routes
        self.connectedRoutes = connectedRoutes
        self.endpointRoutes = endpointRoutes
        self.defaultRoute = defaultRoute
        self.addresses = addresses
        self.refusals = refusals
        self.usedTables = usedTables
        self.rules = rules
        self.sysctls = sysctls
        self.hasIPv6 = hasIPv6
        self.hasIPv6Elsewhere = hasIPv6Elsewhere
        self.otherRecords = otherRecords
        self.firewallTools = firewallTools
        self.firewall = firewall
        self.dnsHost = dnsHost
    }
}

/// The parts of a `SystemSnapshot`, each of which costs questions to the kernel.
public struct SnapshotParts: OptionSet, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    public static let link = SnapshotParts(rawValue: 1)
    public static let device = SnapshotParts(rawValue: 2)
    /// `routes`, `connectedRoutes`, `refusals` and `usedTables`.
    public static let routes = SnapshotParts(rawValue: 4)
    /// The endpoints' routes and the default route. Needs the device too, for its endpoints.
    public static let paths = SnapshotParts(rawValue: 8)
    public static let addresses = SnapshotParts(rawValue: 16)
    public static let rules = SnapshotParts(rawValue: 32)
    /// `sysctls`, `hasIPv6` and `hasIPv6Elsewhere`.
    public static let settings = SnapshotParts(rawValue: 64)
    public static let otherRecords = SnapshotParts(rawValue: 128)
    public static let firewallTools = SnapshotParts(rawValue: 256)
    /// Starts processes.
    public static let firewall = SnapshotParts(rawValue: 512)
    public static let dnsHost = SnapshotParts(rawValue: 1024)
}

/// A network interface.
public struct LinkState: Hashable, Sendable {
    public var name: InterfaceName
    /// Positive; unique in the namespace for as long as the link lives.
    public var index: Int32
    /// The kernel's name for its driver, such as `wireguard` or `tun`; `nil` where it has none.
    public var kind: String?
    /// Bytes.
    public var mtu: UInt32
    public var isUp: Bool

    public init(name: InterfaceName, index: Int32, kind: String?, mtu: UInt32, isUp: Bool) {
        self.name = name
        self.index = index
        self.kind = kind
        self.mtu = mtu
        self.isUp = isUp
    }
}

/// What the way to an address says about packet sizes.
public struct PathMTU: Hashable, Sendable {
    /// The route's own MTU, where it has one.
    public var route: UInt32?
    /// The MTU of the link that the route leaves by, where that is known.
    public var link: UInt32?

    public init(route: UInt32? = nil, link: UInt32? = nil) {
        self.route = route
        self.link = link
    }

    /// The route's own, else the link's.
    public var effective: UInt32? { route ?? link }
}
