import Testing
import WGModel

@testable import WGPlan

struct FirewallStateTests {
    static let whole = FirewallState(
        tool: .nft, interface: wg0, mark: 51820, families: [.ipv6, .ipv4],
        addresses: ["10.77.0.1/24", "10.78.0.1/32", "fd77::1/64"].map(prefix))

    @Test(arguments: [
        whole,
        FirewallState(tool: .iptables, interface: wg0, mark: .max, families: [], addresses: [], besideOthers: true),
        FirewallState(
            tool: .nft, interface: try! InterfaceName("-,=+_.,-"), mark: 0, families: [.ipv4],
            addresses: [prefix("::/0")]),
    ])
    func readsBackWhatItWrote(state: FirewallState) {
        #expect(FirewallState(recordText: state.recordText) == state)
        #expect(!state.recordText.contains("\n"))
    }

    @Test func theTextIsStable() {
        #expect(Self.whole.recordText == "nft wg0 51820 6,4 alone 10.77.0.1/24,10.78.0.1/32,fd77::1/64")
    }

    @Test(arguments: [
        "", "nft", "nft wg0 1 4 alone", "nft wg0 1 4 alone - ", " nft wg0 1 4 alone -", "ipf wg0 1 4 alone -",
        "nft a/b 1 4 alone -", "nft wg0 -1 4 alone -", "nft wg0 +1 4 alone -", "nft wg0 01 4 alone -",
        "nft wg0 1 5 alone -", "nft wg0 1 4, alone -", "nft wg0 1  alone -", "nft wg0 1 4 apart -",
        "nft wg0 1 4 alone 10.0.0.1", "nft wg0 1 4 alone 10.0.0.1/33", "nft wg0 1 4 alone 10.0.0.1/8,",
        "nft wg0 1 4 alone 10.0.0.1/8,-", "nft wg0 1 4 alone -\n",
    ])
    func anythingElseIsNone(text: String) {
        #expect(FirewallState(recordText: text) == nil)
    }

    @Test func orderAndPrefixLengthsMakeNoOtherRules() {
        var other = Self.whole
        other.families.reverse()
        other.addresses = ["10.78.0.1/8", "fd77::1/128", "10.77.0.1/32"].map(prefix)
        #expect(Self.whole.hasSameRules(as: other))
        other.addresses.removeLast()
        #expect(!Self.whole.hasSameRules(as: other))
    }

    @Test func anAddressOfAFamilyWithoutADefaultRouteMakesNoRule() {
        var narrow = Self.whole
        narrow.families = [.ipv4]
        var other = narrow
        other.addresses.removeLast()
        #expect(narrow.hasSameRules(as: other))
        #expect(!Self.whole.hasSameRules(as: narrow))
    }
}

struct FirewallPolicyTests {
    @Test(arguments: [
        (FirewallTools(nft: true, iptables: true, ip6tables: true), [IPFamily.ipv4], FirewallState.Tool.nft),
        (FirewallTools(nft: true, iptables: false, ip6tables: false), [.ipv4, .ipv6], .nft),
        (FirewallTools(nft: false, iptables: true, ip6tables: true), [.ipv4, .ipv6], .iptables),
        (FirewallTools(nft: false, iptables: true, ip6tables: false), [.ipv4], .iptables),
        (FirewallTools(nft: false, iptables: false, ip6tables: true), [.ipv6], .iptables),
        (FirewallTools(nft: false, iptables: true, ip6tables: false), [.ipv4, .ipv6], nil),
        (FirewallTools(nft: false, iptables: false, ip6tables: false), [.ipv4], nil),
    ])
    func takesNftElseIptablesForAllFamilies(
        tools: FirewallTools, families: [IPFamily], tool: FirewallState.Tool?
    ) {
        #expect(FirewallPolicy.tool(tools, for: families) == tool)
    }
}

struct FirewallTraceTests {
    private static let nft = FirewallStateTests.whole
    private static let iptables = with(nft) { $0.tool = .iptables }

    private static func with(_ state: FirewallState, _ body: (inout FirewallState) -> Void) -> FirewallState {
        var copy = state
        body(&copy)
        return copy
    }

    @Test func nftIsOneTransactionForBothFamilies() {
        #expect(FirewallState.traceLines(from: nil, to: Self.nft) == ["nft -f /dev/fd/63"])
        #expect(FirewallState.traceLines(from: Self.nft, to: Self.nft) == ["nft -f /dev/fd/63"])
        #expect(FirewallState.traceLines(from: Self.nft, to: nil) == ["nft -f /dev/fd/63"])
    }

    @Test func iptablesIsOneForEachFamily() {
        let up = ["ip6tables-restore -n", "iptables-restore -n"]
        #expect(FirewallState.traceLines(from: nil, to: Self.iptables) == up)
        #expect(FirewallState.traceLines(from: Self.iptables, to: nil) == up.reversed())
        let narrow = Self.with(Self.iptables) { $0.families = [.ipv4] }
        #expect(FirewallState.traceLines(from: Self.iptables, to: narrow) == up.reversed())
    }

    @Test func anotherToolsRulesGoOnceTheNewOnesAreThere() {
        #expect(
            FirewallState.traceLines(from: Self.iptables, to: Self.nft)
                == ["nft -f /dev/fd/63", "iptables-restore -n", "ip6tables-restore -n"])
    }

    @Test func nothingIsDoneForNothing() {
        #expect(FirewallState.traceLines(from: nil, to: nil).isEmpty)
    }
}
