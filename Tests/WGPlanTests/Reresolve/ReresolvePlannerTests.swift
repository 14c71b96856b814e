import Testing
import WGModel
import WGPlan

@Suite struct ReresolvePlannerTests {
    private typealias Outcome = ReresolvePlanner.Outcome

    private static let now = ReresolvePlanner.Moment(
        wall: HandshakeTime(seconds: 1_000_000, nanoseconds: 0), sinceBoot: 5000)
    private static let v4 = Endpoint("192.0.2.1:5")!
    private static let other4 = Endpoint("192.0.2.2:5")!
    private static let v6 = Endpoint("[2001:db8::1]:5")!
    private static let other6 = Endpoint("[2001:db8::2]:5")!

    private func key(_ number: UInt8) throws -> PublicKey {
        try #require(PublicKey([UInt8](repeating: number, count: 32)))
    }

    private func named(_ number: UInt8, _ host: String = "host") throws -> TunnelRecord.NamedEndpoint {
        TunnelRecord.NamedEndpoint(peer: try key(number), name: EndpointName(host: host, service: "5"))
    }

    /// - Parameter age: of the last handshake, in seconds; `nil` for none.
    private func peer(
        _ number: UInt8 = 1, at endpoint: Endpoint?, age: Int64?, sent: UInt64 = 0, received: UInt64 = 0
    ) throws -> PeerState {
        PeerState(
            publicKey: try key(number), endpoint: endpoint,
            lastHandshake: age.map { HandshakeTime(seconds: Self.now.wall.seconds - $0, nanoseconds: 0) },
            receivedBytes: received, sentBytes: sent)
    }

    private func planner(
        _ endpoints: [TunnelRecord.NamedEndpoint], _ peers: [PeerState], _ memory: ReresolveMemory = ReresolveMemory()
    ) throws -> ReresolvePlanner {
        let device = DeviceState(name: try InterfaceName("wg0"), peers: peers)
        return ReresolvePlanner(endpoints: endpoints, device: device, memory: memory, now: Self.now)
    }

    /// What becomes of one peer, given what its name points to.
    private func outcome(
        _ peer: PeerState, _ addresses: [Endpoint], _ memory: ReresolveMemory = ReresolveMemory()
    ) throws -> Outcome? {
        let name = try named(1)
        let answers = [name.name: ReresolvePlanner.Answer.addresses(addresses, timeToLive: 60)]
        return try planner([name], [peer], memory).decide(answers).outcomes.first
    }

    @Test func aPeerWithoutEndpointGetsOne() throws {
        #expect(try outcome(peer(at: nil, age: nil), [Self.v6, Self.v4]) == .set(named(1), Self.v6))
        #expect(try outcome(peer(at: nil, age: 3), [Self.v4]) == .set(named(1), Self.v4))
    }

    @Test func aPeerWithoutEndpointStaysOpenWithoutAnAddress() throws {
        let name = try named(1)
        let planner = try planner([name], [peer(at: nil, age: nil)])
        #expect(planner.questions(onlyDue: true) == [name.name])
        #expect(planner.decide([name.name: .none(timeToLive: nil)]).outcomes == [.open(name)])
    }

    @Test(arguments: [0, 1, 135, -135] as [Int64])
    func aPeerWithARecentHandshakeIsLeftAlone(age: Int64) throws {
        let name = try named(1)
        let planner = try planner([name], [peer(at: Self.other4, age: age, sent: 9)])
        #expect(planner.questions(onlyDue: false).isEmpty)
        #expect(planner.decide([name.name: .addresses([Self.v4], timeToLive: 1)]).outcomes.isEmpty)
    }

    @Test(arguments: [136, 100_000, -136, nil] as [Int64?])
    func aStalePeerIsMovedToWhereItsNamePoints(age: Int64?) throws {
        #expect(try outcome(peer(at: Self.other4, age: age), [Self.v6, Self.v4]) == .set(named(1), Self.v4))
        #expect(try outcome(peer(at: Self.other4, age: age), [Self.v6]) == .set(named(1), Self.v6))
    }

    @Test func aPeerThatRoamedToAnotherPortIsMovedBackOnceStale() throws {
        let roamed = Endpoint(address: Self.v4.address, port: 6)
        #expect(try outcome(peer(at: roamed, age: 200), [Self.v4]) == .set(named(1), Self.v4))
    }

    @Test func aPeerThatIsGoneIsNotAskedFor() throws {
        let planner = try planner([named(1), named(2, "other")], [peer(2, at: nil, age: nil)])
        #expect(planner.questions(onlyDue: false).map(\.host) == ["other"])
    }

    @Test func aNameOfManyPeersIsAskedForOnce() throws {
        let names = try [named(1), named(2), named(3, "other")]
        let planner = try planner(names, (1...3).map { try peer($0, at: nil, age: nil) })
        #expect(planner.questions(onlyDue: false).map(\.host) == ["host", "other"])
        let answers = [names[0].name: ReresolvePlanner.Answer.addresses([Self.v4], timeToLive: nil)]
        #expect(
            planner.decide(answers).outcomes == [.set(names[0], Self.v4), .set(names[1], Self.v4), .open(names[2])])
    }

    @Test func anIdlePeerStaysWhereItsNamePoints() throws {
        let memory = ReresolveMemory(peers: [try key(1): .init(sent: 100, received: 50)])
        let idle = try peer(at: Self.v6, age: 500, sent: 100, received: 50)
        #expect(try outcome(idle, [Self.v6, Self.v4], memory) == .kept(named(1)))
        let heard = try peer(at: Self.v6, age: 500, sent: 300, received: 51)
        #expect(try outcome(heard, [Self.v6, Self.v4], memory) == .kept(named(1)))
    }

    @Test func theOtherFamilyIsTriedInTurn() throws {
        var memory = ReresolveMemory(peers: [try key(1): .init(sent: 100, received: 50)])
        var at = Self.v6
        var seen: [Endpoint] = []
        for round in 1...5 {
            let trying = try peer(at: at, age: 500, sent: 100 + 148 * UInt64(round), received: 50)
            let name = try named(1)
            // Servers shuffle.
            var addresses = [Self.v6, Self.other6, Self.v4]
            if round % 2 == 0 { addresses.reverse() }
            let decision = try planner([name], [trying], memory).decide([
                name.name: .addresses(addresses, timeToLive: 1)
            ])
            guard case .set(_, let endpoint) = decision.outcomes[0] else {
                Issue.record("nothing is tried in round \(round)")
                return
            }
            seen.append(endpoint)
            at = endpoint
            memory = decision.memory
        }
        #expect(seen == [Self.v4, Self.other6, Self.v6, Self.v4, Self.other6])
    }

    @Test func aPeerThatWasNeverHeardOfIsTriedElsewhereAtOnce() throws {
        let silent = try peer(at: Self.v6, age: nil, sent: 148)
        #expect(try outcome(silent, [Self.v6, Self.v4]) == .set(named(1), Self.v4))
        #expect(try outcome(silent, [Self.v6]) == .kept(named(1)))
    }

    @Test func aNewDeviceCountsFromZero() throws {
        let memory = ReresolveMemory(peers: [try key(1): .init(sent: 1000, received: 1000)])
        let silent = try peer(at: Self.v6, age: nil, sent: 148)
        #expect(try outcome(silent, [Self.v6, Self.v4], memory) == .set(named(1), Self.v4))
    }

    @Test func aNameIsNotAskedForAgainWhileItsAnswerHolds() throws {
        let name = try named(1)
        let silent = try peer(at: Self.v6, age: nil, sent: 148)
        let first = try planner([name], [silent])
        #expect(first.questions(onlyDue: true) == [name.name])
        let memory = first.decide([name.name: .addresses([Self.v6, Self.v4], timeToLive: 60)]).memory
        let moved = try peer(at: Self.v4, age: nil, sent: 296)
        let second = try planner([name], [moved], memory)
        #expect(second.questions(onlyDue: true).isEmpty)
        #expect(second.questions(onlyDue: false) == [name.name])
        // The other address is known all the same.
        #expect(second.decide([:]).outcomes == [.set(name, Self.v6)])
    }

    private static let times: [(ReresolvePlanner.Answer, UInt64)] = [
        (.addresses([v4], timeToLive: nil), 20), (.addresses([v4], timeToLive: 1), 20),
        (.addresses([v4], timeToLive: 100), 100), (.addresses([v4], timeToLive: .max), 300),
        (.none(timeToLive: nil), 20), (.none(timeToLive: 0), 20), (.none(timeToLive: 3600), 60),
    ]

    @Test(arguments: times)
    func anAnswerHoldsForABoundedTime(answer: ReresolvePlanner.Answer, seconds: UInt64) throws {
        let name = try named(1)
        let memory = try planner([name], [peer(at: Self.v4, age: nil)]).decide([name.name: answer]).memory
        #expect(memory.names[name.name]?.holdsUntil == Self.now.sinceBoot + seconds)
    }

    @Test func aNameThatIsGoneKeepsItsLastAddresses() throws {
        let name = try named(1)
        let memory = ReresolveMemory(names: [name.name: .init(addresses: [Self.v4, Self.v6], holdsUntil: 0)])
        let silent = try peer(at: Self.v6, age: nil, sent: 148)
        let decision = try planner([name], [silent], memory).decide([name.name: .none(timeToLive: nil)])
        #expect(decision.outcomes == [.set(name, Self.v4)])
        #expect(decision.memory.names[name.name]?.addresses == [Self.v4, Self.v6])
    }

    @Test func aTimeOfAnotherBootIsNone() throws {
        let name = try named(1)
        let memory = ReresolveMemory(names: [name.name: .init(addresses: [], holdsUntil: 1_000_000)])
        #expect(try planner([name], [peer(at: nil, age: nil)], memory).questions(onlyDue: true) == [name.name])
    }

    @Test func theMemorySurvivesItsText() throws {
        let memory = ReresolveMemory(
            names: [
                EndpointName(host: "a.example", service: "domain"): .init(
                    addresses: [Self.v4, Self.v6, Endpoint("[fe80::1%7]:5")!], holdsUntil: 77),
                EndpointName(host: "b.example", service: "5"): .init(addresses: [], holdsUntil: 0),
                EndpointName(host: "\u{301}", service: "\u{301}"): .init(addresses: [], holdsUntil: 1),
            ],
            peers: [try key(1): .init(sent: 1, received: .max), try key(2): .init()])
        #expect(ReresolveMemory(text: memory.text) == memory)
        #expect(ReresolveMemory(text: ReresolveMemory().text) == ReresolveMemory())
    }

    @Test(arguments: [
        "", "\n", "# wg-quick reresolve 1", "# wg-quick reresolve 2\n", "# wg-quick reresolve 1\nx\n",
        "# wg-quick reresolve 1\nname a 5\n", "# wg-quick reresolve 1\nname a 5 x\n",
        "# wg-quick reresolve 1\nname a 5 6 192.0.2.1\n", "# wg-quick reresolve 1\npeer a 5 6\n",
        "# wg-quick reresolve 1\nother a 5 6\n",
    ])
    func otherTextsAreNoMemory(text: String) {
        #expect(ReresolveMemory(text: text) == nil)
    }
}
