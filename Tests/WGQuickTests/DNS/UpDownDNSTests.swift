import Testing
import WGConfig
import WGLinux
import WGModel
import WGPlan

@testable import WGQuick

struct UpDownDNSTests {
    private static let config = QuickConfig(dnsServers: [.v4(0x0a00_0001)], dnsSearchDomains: ["a"])

    private func up(
        _ system: FakeSystem, _ config: QuickConfig = config, _ policy: DNSPolicy = DNSPolicy()
    ) throws -> RecordingReporter {
        let reporter = RecordingReporter()
        let executor = PlanExecutor(name: wg0, system: system, reporter: reporter, signals: nil)
        try TunnelUp(
            name: wg0, config: config, path: "/c", dns: policy, system: system, executor: executor, reporter: reporter
        ).run()
        return reporter
    }

    private func down(_ system: FakeSystem, _ config: QuickConfig? = nil) throws -> RecordingReporter {
        let reporter = RecordingReporter()
        let planner = try #require(try TunnelDown.planner(of: wg0, in: system) { config })
        try TunnelDown(planner: planner, system: system, reporter: reporter, signals: nil).run()
        return reporter
    }

    @Test(arguments: [
        (DNSHost(), ["# /etc/resolv.conf for wg0: nameserver 10.0.0.1, search a"], ["# /etc/resolv.conf without wg0"]),
        (
            DNSHost(resolvconf: .init(prefix: "tun.")), ["resolvconf -a tun.wg0 -m 0 -x"],
            ["resolvconf -d tun.wg0 -f"]
        ),
        (
            DNSHost(resolvedRuns: true, resolvedIsInCharge: true, hasResolvectl: true),
            ["resolvectl dns wg0 10.0.0.1", "resolvectl domain wg0 a", "resolvectl default-route wg0 no"], []
        ),
    ])
    func resolversComeWithTheLinkUpAndGoAfterIt(host: DNSHost, set: [String], unset: [String]) throws {
        let system = FakeSystem()
        system.dnsHost = host
        let lines = try up(system).lines
        let isUp = try #require(lines.firstIndex { $0.hasPrefix("ip link set mtu") })
        #expect(Array(lines[(isUp + 1)...].prefix(set.count)) == set)
        #expect(system.world.dns[wg0] != nil)
        #expect(system.world.records[wg0]?.effects.dns == system.world.dns[wg0])
        #expect(system.world.records[wg0]?.resolvers == [.v4(0xc000_0235)])
        system.dnsHost = DNSHost()
        #expect(try down(system).lines == ["ip link delete dev wg0"] + unset)
        #expect(system.world == FakeSystem().world)
    }

    @Test func aFailureTakesEverythingBack() throws {
        let system = FakeSystem()
        system.dnsFails = true
        #expect(throws: QuickError.toolFailed("resolvconf", .exited(1), said: "")) { try up(system) }
        #expect(system.world == FakeSystem().world)
        #expect(throws: QuickError.dns(.resolvedDoesNotRun)) {
            system.dnsHost.hasResolvectl = true
            _ = try up(system, Self.config, DNSPolicy(choice: .resolved))
        }
        #expect(system.world == FakeSystem().world)
    }

    @Test func aFailureMayBeAWarning() throws {
        let system = FakeSystem()
        system.dnsFails = true
        let reporter = try up(system, Self.config, DNSPolicy(onFailure: .warn))
        #expect(reporter.lines.contains { $0.hasPrefix("~ ") })
        #expect(system.world.links[wg0]?.isUp == true)
        #expect(system.world.records[wg0]?.effects.dns == nil)
        #expect(try down(system).lines == ["ip link delete dev wg0"])
        let other = FakeSystem()
        _ = try up(other, Self.config, DNSPolicy(choice: .resolvconf, onFailure: .warn))
        #expect(other.world.links[wg0]?.isUp == true)
    }

    @Test func withoutTheKeyOrWithOffNothingIsDone() throws {
        for (config, choice) in [(QuickConfig(), DNSPolicy.Choice.file), (Self.config, .off)] {
            let system = FakeSystem()
            _ = try up(system, config, DNSPolicy(choice: choice))
            #expect(system.world.dns.isEmpty)
            #expect(system.world.records[wg0]?.effects.dns == nil)
        }
    }

    private static let trace = "resolvconf -d wg0 -f"

    @Test func aProgramThatIsNotThereAnyMoreDoesNotKeepTheRecord() throws {
        let system = FakeSystem()
        system.dnsHost = DNSHost(resolvconf: .init())
        _ = try up(system)
        system.hasTools = false
        let lines = try down(system).lines
        #expect(lines == ["ip link delete dev wg0", Self.trace, "~ \(Self.trace)"])
        #expect(system.world.records.isEmpty)
    }

    @Test func aFailureToTakeResolversAwayStopsTheRecordFromGoingButNotTheNextUp() throws {
        let system = FakeSystem()
        system.dnsHost = DNSHost(resolvconf: .init())
        _ = try up(system)
        system.dnsFails = true
        #expect(throws: QuickError.toolFailed("resolvconf", .exited(1), said: "")) { try down(system) }
        #expect(system.world.records[wg0]?.effects.dns != nil)
        #expect(try !TunnelApply.linkHasGone(wg0, in: system))
        let lines = try up(system, QuickConfig()).lines
        #expect(lines.prefix(3) == ["! \(PlanWarning.leftovers(wg0))", Self.trace, "~ \(Self.trace)"])
        #expect(system.world.records[wg0]?.progress == .up)
        #expect(system.world.records[wg0]?.effects.dns == nil)
    }

    @Test func withoutARecordResolvconfIsToldAsTheStockToolDoes() throws {
        let system = FakeSystem()
        _ = try up(system, QuickConfig())
        system.world.records = [:]
        system.dnsHost = DNSHost(resolvconf: .init(prefix: "tun."))
        #expect(try down(system, Self.config).lines == ["ip link delete dev wg0", "resolvconf -d tun.wg0 -f"])
    }
}
