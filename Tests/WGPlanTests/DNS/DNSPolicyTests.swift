import Testing
import WGConfig
import WGModel

@testable import WGPlan

struct DNSPolicyTests {
    private static let resolved = DNSHost(resolvedRuns: true, resolvedIsInCharge: true, hasResolvectl: true)
    private static let both = DNSHost(
        resolvedRuns: true, resolvedIsInCharge: true, hasResolvectl: true, resolvconf: DNSHost.Resolvconf())
    private static let foreign = DNSHost(
        resolvedRuns: true, hasResolvectl: true, resolvconf: DNSHost.Resolvconf(isResolvectl: true))
    private static let debian = DNSHost(resolvconf: DNSHost.Resolvconf(prefix: "tun."))

    private func config(_ servers: [IPAddress], _ domains: [String] = [], full: Bool = false) -> QuickConfig {
        let allowed = prefix(full ? "::/0" : "10.0.0.0/8")
        let peer = PeerConfig(
            publicKey: PublicKey(bytes: KeyBytes(repeating: 1)), allowedIPs: [.add(allowed)])
        return QuickConfig(
            dnsServers: servers, dnsSearchDomains: domains, wireGuard: WireGuardConfig(peers: [peer]))
    }

    @Test(arguments: [
        (resolved, DNSState.Backend.resolved), (both, .resolved), (foreign, .file), (DNSHost(), .file),
        (debian, .resolvconf(entry: "tun.wg0")), (DNSHost(resolvconf: .init()), .resolvconf(entry: "wg0")),
        (DNSHost(resolvedRuns: true, resolvedIsInCharge: true), .file),
        (DNSHost(resolvedIsInCharge: true, hasResolvectl: true), .file),
    ])
    func choosesByLooking(host: DNSHost, backend: DNSState.Backend) throws {
        #expect(try DNSPolicy().decide(wg0, config([v4Server]), host).state?.backend == backend)
    }

    @Test func obeysTheChoiceOrSaysWhyNot() throws {
        func backend(_ choice: DNSPolicy.Choice, _ host: DNSHost) throws(DNSObstacle) -> DNSState.Backend? {
            try DNSPolicy(choice: choice).decide(wg0, config([v4Server]), host).state?.backend
        }
        #expect(try backend(.resolved, Self.foreign) == .resolved)
        #expect(try backend(.resolvconf, Self.both) == .resolvconf(entry: "wg0"))
        #expect(try backend(.file, Self.both) == .file)
        #expect(try backend(.off, Self.both) == nil)
        #expect(throws: DNSObstacle.noProgram("resolvectl")) { try backend(.resolved, Self.debian) }
        #expect(throws: DNSObstacle.resolvedDoesNotRun) { try backend(.resolved, DNSHost(hasResolvectl: true)) }
        #expect(throws: DNSObstacle.noProgram("resolvconf")) { try backend(.resolvconf, Self.resolved) }
    }

    @Test(arguments: [
        ([], false, [], true), (["a"], false, ["a"], false), (["a"], true, ["a"], true), ([], true, [], true),
        (["a", "~."], false, ["a"], true), (["~b"], false, ["~b"], false),
    ])
    func resolvedIsTheDefaultWhereNothingElseIsSaid(domains: [String], full: Bool, kept: [String], isDefault: Bool)
        throws
    {
        let decision = try DNSPolicy().decide(wg0, config([v4Server], domains, full: full), Self.resolved)
        let state = DNSState(backend: .resolved, servers: [v4Server], searchDomains: kept, isDefault: isDefault)
        #expect(decision == DNSDecision(state: state))
    }

    @Test func searchDomainsAloneAreHonouredButByResolvconf() throws {
        let config = config([], ["a"], full: true)
        #expect(
            try DNSPolicy().decide(wg0, config, Self.resolved).state
                == DNSState(backend: .resolved, servers: [], searchDomains: ["a"], isDefault: false))
        #expect(
            try DNSPolicy().decide(wg0, config, DNSHost()).state
                == DNSState(backend: .file, servers: [], searchDomains: ["a"], isDefault: true))
        #expect(try DNSPolicy().decide(wg0, config, Self.debian) == DNSDecision(warnings: [.searchDomainsAlone]))
    }

    @Test func aFileHasNoDomainsForChoosing() throws {
        let decision = try DNSPolicy().decide(wg0, config([v4Server], ["~b", "a", "~."]), DNSHost())
        #expect(decision.warnings == [.routingDomains(["~b"])])
        #expect(decision.state?.searchDomains == ["a"])
        #expect(try DNSPolicy().decide(wg0, config([], ["~b"]), DNSHost()).state == nil)
    }

    @Test func withoutTheKeyNothingIsAsked() throws {
        #expect(try DNSPolicy(choice: .resolved).decide(wg0, config([]), DNSHost()) == DNSDecision())
    }

    @Test(arguments: [
        ("# c\nlo.inet\nlo\ntun*\ntap*\n", "tun."), ("em+([0-9])?*\n  a-1*  x\n", "a-1."), ("*\n@(a)*\nlo", ""),
        ("", ""),
    ])
    func thePrefixIsTheFirstSimplePattern(order: String, prefix: String) {
        #expect(DNSHost.prefix(interfaceOrder: Array(order.utf8)) == prefix)
    }
}

struct ResolverProgramsTests {
    @Test func resolvectlsAnswers() {
        #expect(
            ResolvectlText.values(Array("Link 5 (wg0): 10.0.0.1\n              fd00::1\n".utf8)) == [
                "10.0.0.1", "fd00::1",
            ])
        #expect(ResolvectlText.values(Array("Link 5 (wg0):\n".utf8)).isEmpty)
        #expect(ResolvectlText.values([]).isEmpty)
        #expect(
            ResolvectlText.state(servers: ["10.0.0.1#x", "fe80::1%7"], domains: ["a", "~."], defaultRoute: ["yes"])
                == DNSState(
                    backend: .resolved, servers: [v4Server, IPAddress("fe80::1")!], searchDomains: ["a"],
                    isDefault: true))
        #expect(ResolvectlText.state(servers: [], domains: [], defaultRoute: ["no"]) == nil)
    }

    @Test func resolvconfsListIsReadForOneEntry() {
        let list = """
            # resolv.conf from eth0
            nameserver 192.168.1.1
            search lan
            # resolv.conf from tun.wg0
            nameserver 10.0.0.1
            nameserver fd00::53
            search corp.example x
            # resolv.conf from tun.wg01
            nameserver 9.9.9.9
            """
        let state = ResolvconfList.state(of: "tun.wg0", in: Array(list.utf8))
        #expect(
            state
                == DNSState(
                    backend: .resolvconf(entry: "tun.wg0"), servers: [v4Server, v6Server],
                    searchDomains: ["corp.example", "x"], isDefault: true))
        #expect(ResolvconfList.state(of: "wg0", in: Array(list.utf8)) == nil)
    }

    @Test func spellingOfDomainsDoesNotMatter() {
        let state = DNSState(
            backend: .file, servers: [v4Server], searchDomains: ["Corp.Example.", "."], isDefault: true)
        var other = state
        other.searchDomains = ["corp.example", "."]
        #expect(state.agrees(with: other) && other.agrees(with: state))
        other.searchDomains.reverse()
        #expect(!state.agrees(with: other))
    }
}
