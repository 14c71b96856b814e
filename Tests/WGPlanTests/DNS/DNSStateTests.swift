import Testing
import WGModel

@testable import WGPlan

let v4Server = IPAddress("10.0.0.1")!
let v6Server = IPAddress("fd00::53")!

struct DNSStateTests {
    static let states = [
        DNSState(backend: .resolved, servers: [v4Server, v6Server], searchDomains: ["corp.example"], isDefault: true),
        DNSState(backend: .resolved, servers: [], searchDomains: ["a", "~b.example"], isDefault: false),
        DNSState(backend: .resolvconf(entry: "tun.wg0"), servers: [v6Server], isDefault: true),
        DNSState(backend: .file, servers: [v4Server], searchDomains: ["search=x", "=", "é"], isDefault: true),
        DNSState(backend: .file, servers: [], searchDomains: ["\u{301}x", "\u{301}"], isDefault: false),
    ]

    @Test(arguments: states) func readsBackWhatItWrote(state: DNSState) {
        #expect(DNSState(recordText: state.recordText) == state)
        #expect(!state.recordText.contains("\n"))
    }

    @Test(arguments: [
        "", "resolved", "resolved default ", "resolved  default", "resolvconf default", "file:x default",
        "file default nameserver=", "file default nameserver=10.0.0.01", "file default search=a nameserver=10.0.0.1",
        "file default 10.0.0.1", "file maybe", " file default", "files default",
    ])
    func anythingElseIsNoState(text: String) {
        #expect(DNSState(recordText: text) == nil)
    }

    @Test func resolvedGetsServersDomainsAndWhetherItIsTheDefault() {
        #expect(
            DNSState.traceLines(wg0, from: nil, to: Self.states[0]) == [
                "resolvectl dns wg0 10.0.0.1 fd00::53", "resolvectl domain wg0 corp.example ~.",
                "resolvectl default-route wg0 yes",
            ])
        #expect(
            DNSState.traceLines(wg0, from: Self.states[0], to: Self.states[1]) == [
                "resolvectl dns wg0 ''", "resolvectl domain wg0 a ~b.example", "resolvectl default-route wg0 no",
            ])
        #expect(DNSState.traceLines(wg0, from: Self.states[1], to: nil) == ["resolvectl revert wg0"])
    }

    @Test func anotherBackEndIsLeftBeforeTheNewOneIsUsed() {
        #expect(
            DNSState.traceLines(wg0, from: Self.states[2], to: Self.states[3]) == [
                "resolvconf -d tun.wg0 -f", "# /etc/resolv.conf for wg0: nameserver 10.0.0.1, search search=x = é",
            ])
        #expect(
            DNSState.traceLines(wg0, from: Self.states[3], to: Self.states[2]) == [
                "# /etc/resolv.conf without wg0", "resolvconf -a tun.wg0 -m 0 -x",
            ])
        #expect(DNSState.traceLines(wg0, from: nil, to: nil).isEmpty)
    }
}
