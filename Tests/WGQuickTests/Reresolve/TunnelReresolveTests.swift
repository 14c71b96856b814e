import Testing
import WGConfig
import WGControl
import WGLinux
import WGModel
import WGPlan

@testable import WGQuick

@Suite struct TunnelReresolveTests {
    private let wg0 = try! InterfaceName("wg0")
    private let system = FakeSystem()
    private let reporter = RecordingReporter()

    private static let peers = [1, 2].map { PublicKey([UInt8](repeating: $0, count: 32))! }

    /// A tunnel with a peer at `one:5`, which has no address, and another at 192.0.2.9.
    private func config(_ allowedIPs: String) throws -> QuickConfig {
        let text = """
            [Interface]
            [Peer]
            PublicKey = \(Self.peers[0])
            AllowedIPs = \(allowedIPs)
            Endpoint = one:5
            [Peer]
            PublicKey = \(Self.peers[1])
            Endpoint = 192.0.2.9:5
            """
        return try #require(ConfigParser.parseQuick(Document(bytes: Array(text.utf8))).value)
    }

    private func up(allowedIPs: String = "10.0.0.0/8") throws {
        let config = try config(allowedIPs)
        let executor = PlanExecutor(name: wg0, system: system, reporter: reporter, signals: nil)
        try TunnelUp(
            name: wg0, config: config, path: "/conf", system: system, executor: executor, reporter: reporter
        ).run()
    }

    private func reresolve(
        onlyDue: Bool = false, signals: FakeSignals? = nil
    ) throws(QuickError) -> [TunnelReresolve.Open] {
        guard let record = system.record(wg0) else { throw .plan(.notWireGuard(wg0)) }
        let executor = PlanExecutor(name: wg0, system: system, reporter: reporter, signals: signals)
        return try TunnelReresolve(record: record, system: system, executor: executor).run(onlyDue: onlyDue)
    }

    private func endpoint(_ peer: Int) -> String? {
        system.world.devices[wg0]?.peers.first { $0.publicKey == Self.peers[peer] }?.endpoint?.description
    }

    @Test func aNameWithoutAddressDoesNotStopUp() throws {
        try up()
        #expect(reporter.lines.contains("- one:5"))
        #expect(endpoint(0) == nil)
        #expect(endpoint(1) == "192.0.2.9:5")
        let record = try #require(system.record(wg0))
        #expect(record.progress == .up)
        #expect(record.endpoints.map(\.name.host) == ["one"])
        #expect(record.resolvers == system.resolvers())
    }

    @Test func itIsSetOnceItHasOne() throws {
        try up()
        let open = try reresolve()
        #expect(open.map(\.endpoint.name.host) == ["one"])
        #expect(open[0].failure == FakeSystem.noAddress)
        system.hosts["one"] = .v4(0xc000_0201)
        #expect(try reresolve().isEmpty)
        #expect(endpoint(0) == "192.0.2.1:5")
        #expect(endpoint(1) == "192.0.2.9:5")
        #expect(reporter.lines.last == "wg set wg0 peer \(Self.peers[0]) endpoint 192.0.2.1:5")
    }

    @Test func theHostsOwnWayIsGoodEnoughForAPartOfTheTraffic() throws {
        try up()
        _ = try reresolve()
        #expect(system.questions.map(\.host) == ["one"])
        #expect(system.questions[0].servers == nil)
    }

    @Test(arguments: ["0.0.0.0/0", "::/0", "0.0.0.0/0, ::/0"])
    func underAFullTunnelTheQuestionsGoPastIt(allowedIPs: String) throws {
        try up(allowedIPs: allowedIPs)
        _ = try reresolve()
        let mark = try #require(system.record(wg0)?.effects.mark)
        #expect(mark == system.world.devices[wg0]?.fwmark)
        #expect(system.questions.map(\.servers) == [NameServers(addresses: system.resolvers(), mark: mark)])
    }

    @Test(arguments: ["10.0.0.0/8", "0.0.0.0/0"])
    func applyAsksLikeIt(allowedIPs: String) throws {
        try up(allowedIPs: allowedIPs)
        #expect(system.servers == nil)
        for goes in [false, true] {
            if goes { try system.perform(.deleteLink(wg0, runsEngine: false)) }
            let executor = PlanExecutor(name: wg0, system: system, reporter: reporter, signals: nil)
            try TunnelApply(
                name: wg0, config: try config(allowedIPs), path: "/conf", runsHooks: false, system: system,
                executor: executor, reporter: reporter
            ).run()
            let mark = system.record(wg0)?.effects.mark
            #expect(system.servers == mark.map { NameServers(addresses: system.resolvers(), mark: $0) })
        }
    }

    @Test func theServersFromBeforeTheTunnelComeFirst() throws {
        let before = system.nameServers
        try up(allowedIPs: "0.0.0.0/0")
        let after = IPAddress.v4(0xc000_0236)
        system.nameServers = [after] + before
        _ = try reresolve()
        #expect(system.questions.map(\.servers?.addresses) == [before + [after]])
        system.nameServers = []
        _ = try reresolve()
        #expect(system.questions.last?.servers?.addresses == before)
    }

    @Test func aHostWithoutNameServersAsksItself() throws {
        system.nameServers = []
        try up(allowedIPs: "0.0.0.0/0")
        _ = try reresolve()
        #expect(system.questions.map(\.servers?.addresses) == [[.v4(0x7f00_0001)]])
    }

    @Test func aTunnelThatTakesTheQuestionsAloneIsNotAskedThroughEither() throws {
        let before = system.nameServers
        try up()
        let inner = IPAddress.v4(0x0a00_0001)
        system.nameServers = [inner]
        for (backend, isDefault) in [(DNSState.Backend.file, false), (.resolved, true), (.resolved, false)] {
            system.world.records[wg0]?.effects.dns = DNSState(backend: backend, servers: [inner], isDefault: isDefault)
            _ = try reresolve()
        }
        let past = NameServers(addresses: before, mark: 0)
        #expect(system.questions.map(\.servers) == [past, past, nil])
    }

    @Test func aPeerThatWasRemovedStaysAway() throws {
        try up()
        system.world.devices[wg0]?.peers.removeFirst()
        system.hosts["one"] = .v4(0xc000_0201)
        #expect(try reresolve().isEmpty)
        #expect(system.questions.isEmpty)
        #expect(system.world.devices[wg0]?.peers.count == 1)
    }

    @Test func nothingIsAskedOrSetForAPeerThatIsReached() throws {
        try up()
        system.world.devices[wg0]?.peers[0].endpoint = Endpoint("203.0.113.1:7")
        system.world.devices[wg0]?.peers[0].lastHandshake = system.now.wall
        let world = system.world
        #expect(try reresolve().isEmpty)
        #expect(system.questions.isEmpty)
        #expect(system.world == world)
    }

    @Test func anAnswerThatHoldsSparesTheQuestion() throws {
        try up()
        #expect(try reresolve(onlyDue: true).count == 1)
        let open = try reresolve(onlyDue: true)
        #expect(open.count == 1 && open[0].failure == nil)
        #expect(system.questions.count == 1)
        system.now.sinceBoot += ReresolveMemory.leastSeconds
        _ = try reresolve(onlyDue: true)
        #expect(system.questions.count == 2)
    }

    @Test func aLinkThatIsGoneOrAnotherIsLost() throws {
        try up()
        let link = system.world.links[wg0]
        system.world.links[wg0] = nil
        #expect(throws: QuickError.plan(.interfaceLost(wg0))) { try reresolve() }
        system.world.links[wg0] = link
        system.world.links[wg0]?.index += 1
        #expect(throws: QuickError.plan(.interfaceLost(wg0))) { try reresolve() }
    }

    @Test func aLinkThatDownHasTakenAwayMeanwhileIsNotLost() throws {
        try up()
        let record = try #require(system.record(wg0))
        system.world.links[wg0] = nil
        system.world.records[wg0]?.progress = .goingDown
        let executor = PlanExecutor(name: wg0, system: system, reporter: reporter, signals: nil)
        let reresolve = TunnelReresolve(record: record, system: system, executor: executor)
        #expect(throws: QuickError.plan(.notWireGuard(wg0))) { try reresolve.run(onlyDue: true) }
    }

    @Test func aSignalEndsItBeforeAnythingIsSet() throws {
        try up()
        system.hosts["one"] = .v4(0xc000_0201)
        let signals = FakeSignals()
        signals.pending = [.terminate]
        #expect(throws: QuickError.interrupted(.terminate)) { try reresolve(signals: signals) }
        #expect(endpoint(0) == nil)
    }

    @Test func downTakesTheMemoryAway() throws {
        try up()
        _ = try reresolve()
        #expect(system.world.memories[wg0] != nil)
        let record = try #require(system.record(wg0))
        try TunnelDown(planner: DownPlanner(record: record), system: system, reporter: reporter, signals: nil).run()
        #expect(system.world == FakeSystem.World())
    }
}
