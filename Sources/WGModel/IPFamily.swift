/// IPv4 or IPv6.
public enum IPFamily: Hashable, Sendable, CaseIterable {
    /// Version 4.
    case ipv4
    /// Version 6.
    case ipv6
}

extension IPAddress {
    /// The family that it belongs to.
    public var family: IPFamily { isIPv4 ? .ipv4 : .ipv6 }
}

extension IPPrefix {
    /// The family that it belongs to.
    public var family: IPFamily { address.family }
}
