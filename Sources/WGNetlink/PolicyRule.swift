/// A routing policy rule that leads to a table.
public struct PolicyRule: Hashable, Sendable {
    public enum Family: Hashable, Sendable, CaseIterable {
        case ipv4
        case ipv6
    }

    public var family: Family
    /// Lower comes first. `nil` in a request leaves it to the kernel: one below the second-lowest.
    public var priority: UInt32?
    /// The mark that packets must have (`fwmark`); `nil` for any.
    public var fwmark: UInt32?
    /// Which bits of the mark count; `nil` in a request means all.
    public var mask: UInt32?
    /// `not`: the rule holds for packets that do not match.
    public var invert: Bool
    /// 0 for rules that lead to no table (`unreachable`, `goto`).
    public var table: UInt32
    /// `suppress_prefixlength`: routes with a prefix this long or shorter do not count; `nil` for none.
    public var suppressPrefixLength: Int32?
    /// In a list: the rule looks at something besides, or does something else than look up. Such a rule is none of ours.
    public var hasOtherSelectors: Bool

    public init(
        family: Family, priority: UInt32? = nil, fwmark: UInt32? = nil, mask: UInt32? = nil, invert: Bool = false,
        table: UInt32, suppressPrefixLength: Int32? = nil, hasOtherSelectors: Bool = false
    ) {
        self.family = family
        self.priority = priority
        self.fwmark = fwmark
        self.mask = mask
        self.invert = invert
        self.table = table
        self.suppressPrefixLength = suppressPrefixLength
        self.hasOtherSelectors = hasOtherSelectors
    }
}
