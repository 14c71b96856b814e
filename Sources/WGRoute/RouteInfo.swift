public import WGModel

/// A route of some table, as `ip route show table all` has it.
///
/// The initialiser's defaults make the route that `ip route add DESTINATION dev LINK` makes.
public struct RouteInfo: Hashable, Sendable {
    /// `RT_TABLE_MAIN`, 254.
    public static let mainTable: UInt32 = 254
    /// `RT_TABLE_LOCAL`, 255.
    public static let localTable: UInt32 = 255

    public var destination: IPPrefix
    public var table: UInt32
    /// Of the first next hop; 0 for none (`unreachable`, `blackhole`).
    public var linkIndex: Int32
    /// Of the first next hop.
    public var gateway: IPAddress?
    /// `RTA_PRIORITY`. 0 in a request leaves it to the kernel: 0 for IPv4, 1024 for IPv6.
    public var metric: UInt32
    /// `RTAX_MTU` in bytes, where the route has one of its own.
    public var mtu: UInt32?
    /// `RTPROT_...`: who made the route. `ip` uses `RTPROT_BOOT`.
    public var `protocol`: UInt8
    /// `RT_SCOPE_...`. IPv6 knows only `RT_SCOPE_UNIVERSE`, 0.
    public var scope: UInt8
    /// `RTN_...`: unicast, local, unreachable.
    public var type: UInt8

    /// - Parameter scope: `nil` for what `ip` would say: link for an IPv4 route without gateway, else universe.
    public init(
        destination: IPPrefix, table: UInt32 = RouteInfo.mainTable, linkIndex: Int32, gateway: IPAddress? = nil,
        metric: UInt32 = 0, mtu: UInt32? = nil, protocol: UInt8 = RouteInfo.protocolBoot, scope: UInt8? = nil,
        type: UInt8 = RouteInfo.typeUnicast
    ) {
        self.destination = destination
        self.table = table
        self.linkIndex = linkIndex
        self.gateway = gateway
        self.metric = metric
        self.mtu = mtu
        self.protocol = `protocol`
        let usual = destination.address.isIPv4 && gateway == nil ? RouteInfo.scopeLink : RouteInfo.scopeUniverse
        self.scope = scope ?? usual
        self.type = type
    }

    /// `RTPROT_BOOT`.
    public static let protocolBoot: UInt8 = 3
    /// `RTPROT_KERNEL`: comes with an address, not from an administrator.
    public static let protocolKernel: UInt8 = 2
    /// `RT_SCOPE_UNIVERSE`.
    public static let scopeUniverse: UInt8 = 0
    /// `RT_SCOPE_LINK`.
    public static let scopeLink: UInt8 = 253
    /// `RTN_UNICAST`.
    public static let typeUnicast: UInt8 = 1
    /// `RTN_UNREACHABLE`: packets are refused with an ICMP message.
    public static let typeUnreachable: UInt8 = 7
    /// `RTN_BLACKHOLE`, `RTN_UNREACHABLE`, `RTN_PROHIBIT`, `RTN_THROW`.
    static let refusingTypes: ClosedRange<UInt8> = 6...9
}

/// Where the kernel would send a packet.
public struct RouteLookup: Hashable, Sendable {
    /// The outgoing interface.
    public var linkIndex: Int32
    /// The MTU that belongs to the route or to the path, in bytes; `nil` means the interface's.
    public var mtu: UInt32?

    public init(linkIndex: Int32, mtu: UInt32? = nil) {
        self.linkIndex = linkIndex
        self.mtu = mtu
    }
}
