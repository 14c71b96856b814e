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

extension TunnelRouting {
    /// The packet filter rules that the routing needs; `nil` if it needs none, or if there is no program to make them.
    ///
    /// - Parameter snapshot: with the link's addresses and the programs.
    public func firewall(_ name: InterfaceName, _ snapshot: SystemSnapshot) -> FirewallState? {
        let families = families.map(\.family)
        guard let mark, !families.isEmpty, let tool = FirewallPolicy.tool(snapshot.firewallTools, for: families) else {
            return nil
        }
        return FirewallState(
            tool: tool, interface: name, mark: mark, families: families, addresses: snapshot.addresses,
            besideOthers: isBesideOthers)
    }
}
