public import WGModel

/// The packet filter rules of one tunnel that takes all traffic.
///
/// They do two things. Packets to an address of the tunnel that come by another link are dropped, or whoever shares that
/// link could find out which addresses the tunnel has. And the mark of the tunnel's own UDP packets is kept with their
/// connection and given to the answers, so that the reverse path filter looks for the answers' way back where the
/// packets went out.
public struct FirewallState: Hashable, Sendable {
    /// The program that makes the rules.
    public enum Tool: String, CaseIterable, Hashable, Sendable {
        /// `nft`: a table of its own for each family.
        case nft
        /// `iptables-restore` and `ip6tables-restore`: rules with a comment of their own in tables that all share.
        case iptables
    }

    public var tool: Tool
    public var interface: InterfaceName
    /// Of the device's own packets.
    public var mark: UInt32
    /// Those for which the tunnel has a default route, in the order in which their rules are made.
    public var families: [IPFamily]
    /// The interface's, of all families, in the kernel's order; those of other families than the above have no rules.
    public var addresses: [IPPrefix]
    /// Whether there is another tunnel that takes all traffic: answers are given this tunnel's mark only, never another.
    public var besideOthers: Bool

    public init(
        tool: Tool, interface: InterfaceName, mark: UInt32, families: [IPFamily], addresses: [IPPrefix],
        besideOthers: Bool = false
    ) {
        self.tool = tool
        self.interface = interface
        self.mark = mark
        self.families = families
        self.addresses = addresses
        self.besideOthers = besideOthers
    }

    /// Whether both make the same rules, whatever their order.
    public func hasSameRules(as other: FirewallState) -> Bool {
        tool == other.tool && interface == other.interface && mark == other.mark
            && Set(families) == Set(other.families) && besideOthers == other.besideOthers
            && guarded == other.guarded
    }

    /// The addresses that get a rule, in order.
    func guarded(_ family: IPFamily) -> [IPAddress] {
        addresses.lazy.map(\.address).filter { $0.family == family }
    }

    private var guarded: Set<IPAddress> { Set(families.flatMap(guarded(_:))) }
}

extension FirewallState {
    /// `TOOL INTERFACE MARK FAMILY,… alone|beside ADDRESS,…`, with `-` for an empty list.
    public var recordText: String {
        let families = Self.list(families.map { $0 == .ipv4 ? "4" : "6" })
        let addresses = Self.list(addresses.map(\.description))
        return "\(tool.rawValue) \(interface) \(mark) \(families) \(besideOthers ? "beside" : "alone") \(addresses)"
    }

    /// `nil` for anything that `recordText` didn't make.
    public init?(recordText: String) {
        let words = recordText.recordWords()
        guard words.count == 6, let tool = Tool(rawValue: String(words[0])),
            let interface = try? InterfaceName(words[1]), let mark = UInt32(words[2])
        else { return nil }
        let families: [IPFamily] = Self.entries(words[3]).compactMap { ["4": .ipv4, "6": .ipv6][$0] }
        self.init(
            tool: tool, interface: interface, mark: mark, families: families,
            addresses: Self.entries(words[5]).compactMap { IPPrefix($0) }, besideOthers: words[4] == "beside")
        // What was left out above, or spelled otherwise, shows here.
        guard self.recordText == recordText else { return nil }
    }

    private static func list(_ entries: [String]) -> String {
        entries.isEmpty ? "-" : entries.joined(separator: ",")
    }

    private static func entries(_ word: Substring) -> [Substring] {
        word == "-" ? [] : word.split(separator: ",", omittingEmptySubsequences: false)
    }
}

extension FirewallState {
    /// The command lines that make one state out of another, as the stock tool shows them; `nil` is no rules.
    public static func traceLines(from old: FirewallState?, to new: FirewallState?) -> [String] {
        var lines: [String] = []
        if let new {
            let left = old.map { old in old.families.filter { old.tool == new.tool && !new.families.contains($0) } }
            lines += new.tool.commandLines(new.families + (left ?? []))
        }
        if let old, old.tool != new?.tool {
            // In stock's order, whatever the order of making.
            lines += old.tool.commandLines(IPFamily.allCases.filter(old.families.contains))
        }
        return lines
    }
}

extension FirewallState.Tool {
    fileprivate func commandLines(_ families: [IPFamily]) -> [String] {
        switch self {
        case .nft: families.isEmpty ? [] : ["nft -f /dev/fd/63"]
        case .iptables: families.map { "\($0 == .ipv4 ? "iptables" : "ip6tables")-restore -n" }
        }
    }
}
