public import WGModel

/// A route over a tunnel's link, or one that refuses.
public struct RouteState: Hashable, Sendable {
    /// The main table, `RT_TABLE_MAIN`.
    public static let mainTable: UInt32 = 254
    /// The metric of a route that counts only when no other is there.
    public static let lastMetric: UInt32 = .max

    public enum Kind: Hashable, Sendable {
        /// Over the tunnel's link.
        case link
        /// Packets are refused with an ICMP message. It belongs to no link, and stays when the tunnel's goes.
        case unreachable
    }

    public var destination: IPPrefix
    public var table: UInt32
    public var kind: Kind
    /// 0 in a request is the kernel's default; in a snapshot of routes over a link it is not looked at.
    public var metric: UInt32

    public init(
        destination: IPPrefix, table: UInt32 = RouteState.mainTable, kind: Kind = .link, metric: UInt32 = 0
    ) {
        self.destination = destination
        self.table = table
        self.kind = kind
        self.metric = metric
    }

    /// The default route of last resort: with it, what a table was for never falls through to the next rule.
    public static func lastResort(_ family: IPFamily, table: UInt32) -> RouteState {
        RouteState(destination: .everything(family), table: table, kind: .unreachable, metric: lastMetric)
    }
}

extension IPPrefix {
    /// 0.0.0.0/0 or ::/0.
    static func everything(_ family: IPFamily) -> IPPrefix {
        let address: IPAddress = family == .ipv4 ? .v4(0) : .v6(0)
        return IPPrefix(address: address, length: 0) ?? IPPrefix(host: address)
    }
}

/// A policy rule that leads to a table, as `ip rule` shows it.
public struct RuleState: Hashable, Sendable {
    public var family: IPFamily
    /// Lower comes first.
    public var priority: UInt32
    /// The mark that packets must have; `nil` for any.
    public var mark: UInt32?
    /// The rule is for packets that do not have the mark.
    public var invert: Bool
    public var table: UInt32
    /// Routes with a prefix this long or shorter do not count; `nil` for none.
    public var suppressPrefixLength: Int32?
    /// The rule looks at something besides, or does something else than look up. Such a rule is none of ours.
    public var hasOtherSelectors: Bool

    public init(
        family: IPFamily, priority: UInt32, mark: UInt32? = nil, invert: Bool = false, table: UInt32,
        suppressPrefixLength: Int32? = nil, hasOtherSelectors: Bool = false
    ) {
        self.family = family
        self.priority = priority
        self.mark = mark
        self.invert = invert
        self.table = table
        self.suppressPrefixLength = suppressPrefixLength
        self.hasOtherSelectors = hasOtherSelectors
    }

    /// What a full tunnel is made of: whoever does not have the mark goes to the table of that number.
    var isDiversion: Bool {
        self == RuleState(family: family, priority: priority, mark: table, invert: true, table: table)
    }

    /// What lets the main table's own routes, but not its default route, go before a full tunnel.
    var isSuppression: Bool {
        self == RuleState(family: family, priority: priority, table: RouteState.mainTable, suppressPrefixLength: 0)
    }
}

/// A kernel setting in `/proc/sys`.
public struct Sysctl: Hashable, Sendable {
    /// Below `/proc/sys`.
    public var path: String
    /// Without the line's end.
    public var value: String

    public init(path: String, value: String) {
        self.path = path
        self.value = value
    }

    /// Whether the reverse path check of incoming packets looks at their marks.
    public static let sourceValidMark = "net/ipv4/conf/all/src_valid_mark"

    /// Whether another address takes the place of the first of its network, when that goes.
    public static func promoteSecondaries(_ name: InterfaceName) -> String {
        "net/ipv4/conf/\(name)/promote_secondaries"
    }
}
