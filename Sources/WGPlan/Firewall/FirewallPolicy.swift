public import WGModel

/// The packet filter programs that a host has.
public struct FirewallTools: Hashable, Sendable {
    public var nft: Bool
    /// `iptables-restore` and `iptables-save`.
    public var iptables: Bool
    /// `ip6tables-restore` and `ip6tables-save`.
    public var ip6tables: Bool

    public init(nft: Bool, iptables: Bool, ip6tables: Bool) {
        self.nft = nft
        self.iptables = iptables
        self.ip6tables = ip6tables
    }
}

/// Which program makes the rules.
public enum FirewallPolicy {
    /// nft where it is; else iptables, if it is there for every family. `nil`: there can be no rules.
    public static func tool(_ tools: FirewallTools, for families: some Sequence<IPFamily>) -> FirewallState.Tool? {
        if tools.nft { return .nft }
        return families.allSatisfy { $0 == .ipv4 ? tools.iptables : tools.ip6tables } ? .iptables : nil
    }
}
