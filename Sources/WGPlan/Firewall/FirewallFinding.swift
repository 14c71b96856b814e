import WGModel

/// The rules of a tunnel that are there.
public struct FirewallFinding: Hashable, Sendable {
    /// As far as they could be read; the mark is 0 where none says it.
    public var state: FirewallState
    /// Whether they are just those that `state` makes: nothing is missing, and nothing was added.
    public var isIntact: Bool

    public init(state: FirewallState, isIntact: Bool) {
        self.state = state
        self.isIntact = isIntact
    }

    /// Whether nothing has to be done for the state to be in force.
    public func fulfils(_ wanted: FirewallState) -> Bool { isIntact && state.hasSameRules(as: wanted) }
}

/// What a tool's rules for one family say, collected rule by rule.
struct FoundRules {
    /// The addresses that only the tunnel's own link may reach.
    var guarded: [IPAddress] = []
    /// The marks that are kept with connections.
    var saved: [UInt32] = []
    /// The marks that answers are given; `nil` is whichever the connection has.
    var restored: [UInt32?] = []
    /// Something that no state makes.
    var isForeign = false

    private var isWhole: Bool { saved.count == 1 && restored.count == 1 && !isForeign }

    private var givesOwnMarkOnly: Bool { restored.contains { $0 != nil } }

    /// `nil` if there are no rules for any family.
    static func finding(
        _ found: [(family: IPFamily, rules: FoundRules)], _ tool: FirewallState.Tool, _ interface: InterfaceName
    ) -> FirewallFinding? {
        guard let first = found.first else { return nil }
        let mark = first.rules.saved.first ?? 0
        let state = FirewallState(
            tool: tool, interface: interface, mark: mark, families: found.map(\.family),
            addresses: found.flatMap(\.rules.guarded).map(IPPrefix.init(host:)),
            besideOthers: first.rules.givesOwnMarkOnly)
        let given: UInt32? = state.besideOthers ? mark : nil
        let isIntact = found.allSatisfy { _, rules in
            rules.isWhole && rules.saved == [mark] && rules.restored == [given]
                && Set(rules.guarded).count == rules.guarded.count
        }
        return FirewallFinding(state: state, isIntact: isIntact)
    }
}

extension UInt32 {
    /// As the tools print numbers: decimal, or hexadecimal after `0x`.
    init?(shown word: some StringProtocol) {
        guard word.hasPrefix("0x") else {
            self.init(word)
            return
        }
        self.init(word.dropFirst(2), radix: 16)
    }
}
