import Testing
import WGConfig
import WGModel

@testable import WGPlan

struct TunnelRecordTests {
    private static let full = TunnelRecord(
        interface: wg0, host: host, linkIndex: .max, progress: .postUp, maker: ProcessIdentity(pid: 3, startTime: 4),
        configPath: "/etc/wire guard/wg0.conf",
        hooks: TunnelRecord.Hooks(
            preUp: [""], postUp: ["x"], preDown: ["", "a=b # c", "pre-down=x"], postDown: ["é %i \\n \"q\"", "=", " "]),
        effects: TunnelEffects(
            mark: 51820,
            rules: [
                RuleState(family: .ipv4, priority: 32765, mark: 51820, invert: true, table: 51820),
                RuleState(family: .ipv6, priority: 32764, table: 254, suppressPrefixLength: 0),
                RuleState(family: .ipv6, priority: 1, mark: 51821, table: 254),
            ],
            refusals: [.lastResort(.ipv4, table: 51820), .lastResort(.ipv6, table: 51820)],
            sysctls: [Sysctl(path: Sysctl.sourceValidMark, value: "0")], firewall: FirewallStateTests.whole),
        endpoints: [
            TunnelRecord.NamedEndpoint(
                peer: PublicKey(bytes: KeyBytes(repeating: 9)),
                name: EndpointName(host: "fe80::1%eth0", service: "domain")),
            TunnelRecord.NamedEndpoint(
                peer: PublicKey(bytes: KeyBytes(repeating: 8)),
                name: EndpointName(host: "\u{301}x\u{301}", service: "\u{301}")),
        ],
        resolvers: [IPAddress("192.0.2.1")!, IPAddress("2001:db8::1")!])

    @Test(arguments: [.plain(), full])
    func readsBackWhatItWrote(record: TunnelRecord) {
        #expect(TunnelRecord(text: record.text) == record)
    }

    @Test func everyTruncationIsNoRecord() {
        let text = Array(Self.full.text.utf8)
        for count in 0..<text.count {
            #expect(TunnelRecord(text: String(decoding: text[..<count], as: UTF8.self)) == nil)
        }
    }

    @Test(arguments: [
        "rule=4 1 is - 5", "rule=5 1 is - 5 -", "mark=x", "refusal=10.0.0.0/8 1", "endpoint=x y z", "resolver=a",
    ])
    func aLineThatMakesNoSenseIsNoRecord(line: String) {
        let text = TunnelRecord.plain().text.replacing("config=", with: "\(line)\nconfig=")
        #expect(TunnelRecord(text: text) == nil)
    }

    @Test func describesOneLink() {
        let record = TunnelRecord.plain(index: 9)
        #expect(record.describes(link(9)))
        #expect(!record.describes(link(10)))
        #expect(TunnelRecord.plain(index: 0).describes(link(10)))
    }
}
