import Testing
import WGModel

@testable import WGPlan

private let whole = FirewallState(
    tool: .nft, interface: wg0, mark: 51820, families: [.ipv6, .ipv4],
    addresses: ["10.77.0.1/24", "fd77::1/64", "10.78.0.1/32"].map(prefix))

/// As nft 1.0.6 lists what the stock tool made.
private let listed = """
    table ip6 wg-quick-wg0 {
    	chain preraw {
    		type filter hook prerouting priority raw; policy accept;
    		iifname != "wg0" ip6 daddr fd77::1 fib saddr type != local drop
    	}

    	chain premangle {
    		type filter hook prerouting priority mangle; policy accept;
    		meta l4proto udp meta mark set ct mark
    	}

    	chain postmangle {
    		type filter hook postrouting priority mangle; policy accept;
    		meta l4proto udp meta mark 0x0000ca6c ct mark set meta mark
    	}
    }
    table ip wg-quick-wg0 {
    	chain preraw {
    		type filter hook prerouting priority raw; policy accept;
    		iifname != "wg0" ip daddr 10.77.0.1 fib saddr type != local drop
    		iifname != "wg0" ip daddr 10.78.0.1 fib saddr type != local drop
    	}

    	chain premangle {
    		type filter hook prerouting priority mangle; policy accept;
    		meta l4proto udp meta mark set ct mark
    	}

    	chain postmangle {
    		type filter hook postrouting priority mangle; policy accept;
    		meta l4proto udp meta mark 0x0000ca6c ct mark set meta mark
    	}
    }

    """

struct NftScriptTests {
    private var one: FirewallState {
        var state = whole
        state.families = [.ipv4]
        return state
    }

    @Test func aFamilyIsATableWithThreeChains() {
        #expect(
            NftRules.script(from: nil, to: one) == """
                add table ip wg-quick-wg0
                delete table ip wg-quick-wg0
                add table ip wg-quick-wg0
                add chain ip wg-quick-wg0 preraw { type filter hook prerouting priority -300; }
                add chain ip wg-quick-wg0 premangle { type filter hook prerouting priority -150; }
                add chain ip wg-quick-wg0 postmangle { type filter hook postrouting priority -150; }
                add rule ip wg-quick-wg0 preraw iifname != "wg0" ip daddr 10.77.0.1 fib saddr type != local drop
                add rule ip wg-quick-wg0 preraw iifname != "wg0" ip daddr 10.78.0.1 fib saddr type != local drop
                add rule ip wg-quick-wg0 postmangle meta l4proto udp mark 51820 ct mark set mark
                add rule ip wg-quick-wg0 premangle meta l4proto udp meta mark set ct mark

                """)
    }

    @Test func besideAnotherTunnelOnlyTheOwnMarkIsGiven() {
        var state = one
        state.besideOthers = true
        #expect(
            NftRules.script(from: nil, to: state).contains(
                "premangle meta l4proto udp ct mark 51820 meta mark set ct mark\n"))
    }

    @Test func familiesThatAreLeftGo() {
        let script = NftRules.script(from: whole, to: one)
        #expect(script.hasSuffix("add table ip6 wg-quick-wg0\ndelete table ip6 wg-quick-wg0\n"))
        #expect(
            NftRules.script(from: whole, to: nil) == """
                add table ip6 wg-quick-wg0
                delete table ip6 wg-quick-wg0
                add table ip wg-quick-wg0
                delete table ip wg-quick-wg0

                """)
    }

    @Test func namesThatNftCannotWriteAreSpelledOut() throws {
        let state = FirewallState(
            tool: .nft, interface: try InterfaceName("a+b=c"), mark: 1, families: [.ipv4], addresses: [])
        #expect(NftRules.script(from: state, to: nil).hasPrefix("add table ip wg-quick-a/2bb/3dc\n"))
    }
}

struct NftListingTests {
    @Test func onlyTheTunnelsOwnTablesAreListed() {
        let tables = """
            table inet wg-quick-wg0
            table ip wg-quick-wg01
            table ip6 wg-quick-wg0
            table ip x-wg-quick-wg0
            table ip wg-quick-wg0

            """
        #expect(
            NftRules.tables(of: wg0, in: tables) == [["ip", "wg-quick-wg0"], ["ip6", "wg-quick-wg0"]])
        #expect(NftRules.tables(of: wg0, in: "table ip wg-quick-wg01\n").isEmpty)
    }

    @Test func whatStockMadeIsWhole() {
        let finding = NftRules.read(listed, of: wg0)
        #expect(finding?.isIntact == true)
        #expect(finding?.fulfils(whole) == true)
        #expect(finding?.state.addresses == ["fd77::1", "10.77.0.1", "10.78.0.1"].map(prefix))
        #expect(NftRules.read("", of: wg0) == nil)
    }

    @Test func otherVersionsSpellItOtherwise() {
        let older = edited(["priority raw": "priority -300", "priority mangle": "priority -150", "meta mark": "mark"])
        #expect(NftRules.read(older, of: wg0)?.fulfils(whole) == true)
    }

    @Test func besideOthersIsRead() {
        let text = edited(["udp meta mark set ct mark": "udp ct mark 0x0000ca6c meta mark set ct mark"])
        var beside = whole
        beside.besideOthers = true
        #expect(NftRules.read(text, of: wg0)?.fulfils(beside) == true)
        #expect(NftRules.read(text, of: wg0)?.fulfils(whole) == false)
    }

    @Test(arguments: [
        ["drop\n": "accept\n"], ["10.78.0.1": "10.77.0.1"], ["\"wg0\"": "\"wg1\""], ["priority raw": "priority filter"],
        ["policy accept": "policy drop"], ["chain preraw": "chain other"], ["0x0000ca6c": "0x0000ca6d"],
        ["meta l4proto udp meta mark set ct mark\n": "\n"], ["ct mark set meta mark": "counter ct mark set meta mark"],
        ["ip daddr": "ip saddr"], ["udp meta mark set": "udp ct mark 0x00000001 meta mark set"],
        ["table ip ": "table inet "],
    ])
    func anyOtherRuleIsNotWhatIsWanted(edits: [String: String]) {
        let text = edited(edits)
        #expect(text != listed)
        #expect(NftRules.read(text, of: wg0)?.fulfils(whole) != true)
    }

    @Test func everyTruncationIsReadAndIsNotWhole() {
        let lines = listed.split(separator: "\n", omittingEmptySubsequences: false)
        for count in 0..<(lines.count - 4) {
            let text = lines[..<count].joined(separator: "\n")
            #expect(NftRules.read(text, of: wg0)?.fulfils(whole) != true)
        }
    }

    private func edited(_ edits: [String: String]) -> String {
        edits.reduce(listed) { text, edit in text.replacing(edit.key, with: edit.value) }
    }
}
