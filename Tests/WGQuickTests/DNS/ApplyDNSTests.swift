import Testing
import WGConfig
import WGLinux
import WGModel
import WGPlan

@testable import WGQuick

struct ApplyDNSTests {
    private static let none = QuickConfig()
    private static let one = QuickConfig(dnsServers: [.v4(0x0a00_0001)], dnsSearchDomains: ["a"])
    private static let other = QuickConfig(dnsServers: [.v4(0x0a00_0001), .v4(0x0a00_0002)], dnsSearchDomains: ["b"])
    private static let hosts = [
        DNSHost(), DNSHost(resolvconf: .init(prefix: "tun.")),
        DNSHost(resolvedRuns: true, resolvedIsInCharge: true, hasResolvectl: true),
    ]

    private func apply(
        _ system: FakeSystem, _ config: QuickConfig, _ policy: DNSPolicy = DNSPolicy()
    ) throws -> [String] {
        let reporter = RecordingReporter()
        let executor = PlanExecutor(name: wg0, system: system, reporter: reporter, signals: nil)
        _ = try TunnelApply(
            name: wg0, config: config, path: "/conf", dns: policy, runsHooks: false, system: system,
            executor: executor, reporter: reporter
        ).run()
        return reporter.lines
    }

    @Test(arguments: hosts, [none, one, other])
    func resolversBecomeWhatTheFileSays(host: DNSHost, before: QuickConfig) throws {
        for after in [Self.none, Self.one, Self.other] {
            let fresh = FakeSystem()
            let system = FakeSystem()
            for (system, config) in [(fresh, after), (system, before)] {
                system.dnsHost = host
                try Attempt(system: system, config: config).up()
            }
            _ = try apply(system, after)
            #expect(system.world == fresh.world)
            let count = system.performed.count
            #expect(try apply(system, after) == [])
            #expect(system.performed.count == count)
            try Attempt(system: system, config: after).down()
            #expect(system.world == FakeSystem.World())
        }
    }

    @Test(arguments: hosts)
    func whatOthersChangedIsSetAgain(host: DNSHost) throws {
        let system = FakeSystem()
        system.dnsHost = host
        try Attempt(system: system, config: Self.one).up()
        let before = system.world
        system.world.dns[wg0]?.searchDomains = ["evil"]
        #expect(try !apply(system, Self.one).isEmpty)
        #expect(system.world == before)
    }

    @Test func aWarningIsToldEachTime() throws {
        let system = FakeSystem()
        system.dnsHost = Self.hosts[1]
        var config = Self.one
        try Attempt(system: system, config: config).up()
        config.dnsServers = []
        #expect(try apply(system, config).last == "resolvconf -d tun.wg0 -f")
        let warning = "! \(PlanWarning.dns(wg0, .searchDomainsAlone))"
        #expect(try apply(system, config) == [warning])
    }

    @Test func aFailureMayBeAWarningAndTheNextApplyTriesAgain() throws {
        let system = FakeSystem()
        try Attempt(system: system, config: Self.one).up()
        let before = system.world
        system.dnsFails = true
        #expect(throws: QuickError.toolFailed("resolvconf", .exited(1), said: "")) { try apply(system, Self.other) }
        let lines = try apply(system, Self.other, DNSPolicy(onFailure: .warn))
        #expect(lines.contains { $0.hasPrefix("~ ") })
        #expect(system.world.records[wg0]?.effects.dns == before.dns[wg0])
        system.dnsFails = false
        #expect(try apply(system, Self.other).count == 1)
        #expect(system.world.dns[wg0]?.servers == Self.other.dnsServers)
        try Attempt(system: system, config: Self.other).down()
        #expect(system.world == FakeSystem.World())
    }

    @Test func aBackEndThatIsNotThereMayBeAWarning() throws {
        let system = FakeSystem()
        try Attempt(system: system, config: Self.none).up()
        let policy = DNSPolicy(choice: .resolvconf, onFailure: .warn)
        #expect(try apply(system, Self.one, policy).contains { $0.hasPrefix("~ ") })
        #expect(system.world.records[wg0]?.effects.dns == nil)
    }
}
