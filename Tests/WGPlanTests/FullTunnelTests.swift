import Testing
import WGConfig
import WGModel

@testable import WGPlan

private func rule(_ family: IPFamily, _ priority: UInt32, mark: UInt32? = nil, not: Bool = false, table: UInt32)
    -> RuleState
{
    RuleState(family: family, priority: priority, mark: mark, invert: not, table: table)
}

private func suppression(_ family: IPFamily, _ priority: UInt32) -> RuleState {
    RuleState(family: family, priority: priority, table: 254, suppressPrefixLength: 0)
}

/// Those that every system has.
private let standardRules = [
    rule(.ipv4, 0, table: 255), rule(.ipv4, 32766, table: 254), rule(.ipv4, 32767, table: 253),
    rule(.ipv6, 0, table: 255), rule(.ipv6, 32766, table: 254),
]

struct FullTunnelTests {
    private var planner = UpPlanner(name: wg0, config: QuickConfig(), path: "/conf", host: host, maker: maker)

    private func snapshot(
        _ allowedIPs: [String], fwmark: UInt32 = 0, rules: [RuleState] = standardRules, usedTables: Set<UInt32> = [],
        checksMarks: String? = "0", others: [TunnelRecord] = [],
        tools: FirewallTools = FirewallTools(nft: false, iptables: false, ip6tables: false)
    ) -> SystemSnapshot {
        SystemSnapshot(
            link: link(), device: device(allowedIPs, fwmark: fwmark), usedTables: usedTables, rules: rules,
            sysctls: checksMarks.map { [Sysctl.sourceValidMark: $0] } ?? [:], otherRecords: others,
            firewallTools: tools)
    }

    @Test mutating func aDefaultRouteGetsATableAMarkAndRules() throws {
        #expect(
            try planner.route(snapshot(["0.0.0.0/0", "::/0", "10.9.0.0/16"])).lines == [
                "ip -4 route add 10.9.0.0/16 dev wg0", "(update record)", "wg set wg0 fwmark 51820",
                "ip -6 rule add not fwmark 51820 table 51820", "ip -6 rule add table main suppress_prefixlength 0",
                "ip -6 route add ::/0 dev wg0 table 51820",
                "ip -6 route add unreachable ::/0 table 51820 metric 4294967295",
                "ip -4 rule add not fwmark 51820 table 51820", "ip -4 rule add table main suppress_prefixlength 0",
                "ip -4 route add 0.0.0.0/0 dev wg0 table 51820",
                "ip -4 route add unreachable 0.0.0.0/0 table 51820 metric 4294967295",
                "sysctl -q net.ipv4.conf.all.src_valid_mark=1",
            ])
    }

    @Test mutating func rulesHaveThePrioritiesThatTheKernelWouldChoose() throws {
        _ = try planner.route(snapshot(["0.0.0.0/0"]))
        #expect(
            planner.record.effects.rules == [
                rule(.ipv4, 32765, mark: 51820, not: true, table: 51820), suppression(.ipv4, 32764),
            ])
    }

    @Test mutating func onlyTheFamilyWithADefaultRouteIsTouched() throws {
        let lines = try planner.route(snapshot(["::/0"])).lines
        #expect(!lines.contains { $0.contains("-4") || $0.contains("sysctl") })
    }

    @Test mutating func aMarkThatTheDeviceHasIsTheTable() throws {
        let lines = try planner.route(snapshot(["0.0.0.0/0"], fwmark: 77, usedTables: [77])).lines
        #expect(!lines.contains { $0.hasPrefix("wg set") })
        #expect(lines.contains("ip -4 route add 0.0.0.0/0 dev wg0 table 77"))
    }

    @Test mutating func aTableThatIsUsedIsLeftAlone() throws {
        let other = rule(.ipv6, 5, table: 51821)
        _ = try planner.route(snapshot(["0.0.0.0/0"], rules: standardRules + [other], usedTables: [51820]))
        #expect(planner.record.effects.mark == 51822)
    }

    @Test mutating func aSettingThatIsRightIsNotSet() throws {
        for value in ["1", nil] {
            let plan = try planner.route(snapshot(["0.0.0.0/0"], checksMarks: value))
            #expect(!plan.lines.contains { $0.contains("sysctl") })
            #expect(planner.record.effects.sysctls == [])
        }
    }

    @Test mutating func besideAnotherFullTunnelMarkedPacketsGoByTheMainTableAtOnce() throws {
        let rules =
            standardRules + [rule(.ipv4, 32765, mark: 51820, not: true, table: 51820), suppression(.ipv4, 32764)]
        _ = try planner.route(snapshot(["0.0.0.0/0"], rules: rules, usedTables: [51820]))
        #expect(
            planner.record.effects.rules == [
                rule(.ipv4, 32763, mark: 51821, not: true, table: 51821), suppression(.ipv4, 32762),
                rule(.ipv4, 32761, mark: 51820, table: 254), rule(.ipv4, 32760, mark: 51821, table: 254),
            ])
    }

    @Test mutating func thePacketFilterIsThereBeforeTheFirstPacket() throws {
        let tools = FirewallTools(nft: false, iptables: true, ip6tables: true)
        var snapshot = snapshot(["0.0.0.0/0", "::/0"], tools: tools)
        snapshot.addresses = [prefix("10.77.0.1/24"), prefix("fd77::1/64")]
        let plan = try planner.route(snapshot)
        let state = FirewallState(
            tool: .iptables, interface: wg0, mark: 51820, families: [.ipv6, .ipv4], addresses: snapshot.addresses)
        #expect(plan.warnings.isEmpty)
        #expect(planner.record.effects.firewall == state)
        #expect(plan.operations[2] == .setFirewall(wg0, from: nil, to: state))
        #expect(plan.operations[2].trace == "ip6tables-restore -n; iptables-restore -n")
    }

    @Test mutating func withoutAProgramForItThereIsAWarning() throws {
        let plan = try planner.route(snapshot(["0.0.0.0/0"]))
        #expect(plan.warnings == [.noFirewall(wg0)])
        #expect(try planner.route(snapshot(["10.0.0.0/8"])).warnings.isEmpty)
    }

    @Test mutating func besideAnotherFullTunnelTheFilterKeepsToItsOwnMark() throws {
        let tools = FirewallTools(nft: true, iptables: true, ip6tables: true)
        let rules = standardRules + [rule(.ipv4, 5, mark: 51820, not: true, table: 51820)]
        _ = try planner.route(snapshot(["0.0.0.0/0"], rules: rules, tools: tools))
        #expect(planner.record.effects.firewall?.besideOthers == true)
    }

    @Test mutating func theRecordTellsOfEverythingBeforeItIsDone() throws {
        let plan = try planner.route(snapshot(["0.0.0.0/0"]))
        guard case .updateRecord(let record) = plan.operations.first else {
            Issue.record("the record is not first")
            return
        }
        for operation in plan.operations {
            switch operation {
            case .addRule(let rule): #expect(record.effects.rules.contains(rule))
            case .addRoute(let route, _) where route.kind == .unreachable:
                #expect(record.effects.refusals.contains(route))
            case .setSysctl(let path, let from, _):
                #expect(record.effects.sysctls == [Sysctl(path: path, value: from)])
            default: break
            }
        }
    }

    @Test mutating func theSettingFromBeforeIsHandedOnFromTunnelToTunnel() throws {
        var other = TunnelRecord.plain()
        other.effects.sysctls = [Sysctl(path: Sysctl.sourceValidMark, value: "0")]
        _ = try planner.route(snapshot(["0.0.0.0/0"], checksMarks: "1", others: [other]))
        #expect(planner.record.effects.sysctls == other.effects.sysctls)
    }
}

struct FullTunnelDownTests {
    private static let rules = [
        rule(.ipv4, 32763, mark: 51821, not: true, table: 51821), suppression(.ipv4, 32762),
    ]
    private static let others = [
        rule(.ipv4, 32765, mark: 51820, not: true, table: 51820), suppression(.ipv4, 32764),
    ]

    private func record(sysctls: [Sysctl] = []) -> TunnelRecord {
        var record = TunnelRecord.plain()
        record.effects = TunnelEffects(
            mark: 51821, rules: Self.rules, refusals: [.lastResort(.ipv4, table: 51821)], sysctls: sysctls)
        return record
    }

    @Test func ofTwoTunnelsEachTakesItsOwnRules() {
        let snapshot = SystemSnapshot(
            link: link(), refusals: [.lastResort(.ipv4, table: 51821), .lastResort(.ipv4, table: 51820)],
            rules: standardRules + Self.others + Self.rules)
        #expect(
            DownPlanner(record: record()).tearDown(snapshot).operations == [
                .removeRule(Self.rules[0]), .removeRule(Self.rules[1]),
                .removeRoute(.lastResort(.ipv4, table: 51821), wg0), .deleteLink(wg0, runsEngine: false),
                .removeRecord(wg0),
            ])
    }

    @Test func thePacketFilterGoesAfterTheLink() {
        var record = record()
        let state = FirewallState(tool: .nft, interface: wg0, mark: 51821, families: [.ipv4], addresses: [])
        record.effects.firewall = state
        let planner = DownPlanner(record: record)
        #expect(!planner.tearDownNeeds.contains(.firewall))
        #expect(
            planner.tearDown(SystemSnapshot(link: link())).operations == [
                .deleteLink(wg0, runsEngine: false), .setFirewall(wg0, from: state, to: nil), .removeRecord(wg0),
            ])
        let unrecorded = DownPlanner(name: wg0, config: QuickConfig())
        let snapshot = SystemSnapshot(link: link(), firewall: FirewallFinding(state: state, isIntact: false))
        #expect(unrecorded.tearDownNeeds.contains(.firewall))
        #expect(
            unrecorded.tearDown(snapshot).operations == [
                .deleteLink(wg0, runsEngine: false), .setFirewall(wg0, from: state, to: nil),
            ])
    }

    @Test func whatIsGoneAlreadyIsLeftOut() {
        #expect(
            DownPlanner(record: record()).tearDown(SystemSnapshot()).operations == [
                .removeDeadSocket(wg0), .removeRecord(wg0),
            ])
    }

    @Test func withoutARecordTheMarkTellsTheRules() {
        let snapshot = SystemSnapshot(
            link: link(), device: device(["0.0.0.0/0"], fwmark: 51821),
            rules: (standardRules + Self.others + Self.rules).sorted { $0.priority < $1.priority })
        let planner = DownPlanner(name: wg0, config: QuickConfig())
        #expect(
            planner.tearDown(snapshot).operations == [
                .removeRule(Self.rules[0]), .removeRule(Self.rules[1]), .deleteLink(wg0, runsEngine: false),
            ])
        let off = DownPlanner(name: wg0, config: QuickConfig(table: .off))
        #expect(off.tearDown(snapshot).operations == [.deleteLink(wg0, runsEngine: false)])
    }

    @Test func aSettingGoesBackWithTheLastTunnelThatNeedsIt() {
        let before = Sysctl(path: Sysctl.sourceValidMark, value: "0")
        let own = record(sysctls: [before])
        var other = own
        other.interface = try! InterfaceName("wg1")
        var snapshot = SystemSnapshot(sysctls: [before.path: "1"], otherRecords: [other])
        #expect(DownPlanner(record: own).tearDown(snapshot).operations == [.removeDeadSocket(wg0), .removeRecord(wg0)])
        snapshot.otherRecords = []
        #expect(
            DownPlanner(record: own).tearDown(snapshot).operations == [
                .removeDeadSocket(wg0), .setSysctl(before.path, from: "1", to: "0"), .removeRecord(wg0),
            ])
    }
}
