import TestSupport
import Testing
import WGProtocol

/// Hours of two hosts' lives, with the data plane's and the controller's part played by `SimulatedHost`.
struct SimulatedTunnelTests {
    @Test("A session in constant use is renewed every 120 s, and no packet ever waits or gets lost")
    func constantUse() {
        var simulation = Simulation()
        simulation.startTraffic(host: 0, every: 0.5)
        simulation.run(for: 5)
        simulation.startTraffic(host: 1, every: 0.5)
        simulation.run(for: 3 * 3600)
        let hosts = simulation.hosts
        #expect(hosts.allSatisfy { gaps($0.initiationsSent).allSatisfy { $0 >= SessionTimers.rekeyTimeout } })
        let established = gaps(hosts[0].established)
        #expect((88...90).contains(established.count))
        #expect(established.allSatisfy { (seconds(120)...seconds(121)).contains($0) })
        // The one packet that opened the session is the only one that waited.
        #expect(hosts[0].sessionsNeeded.count == 1 && hosts[1].sessionsNeeded.isEmpty)
        #expect(hosts[1].initiationsSent.isEmpty)
        #expect(hosts.allSatisfy { $0.dataReceived >= 3 * 3600 * 2 - 4 && $0.drops.isEmpty && $0.zeroings.isEmpty })
        #expect(hosts.allSatisfy { $0.live.count <= 3 })
    }

    @Test("With a tenth of all messages lost, a session in constant use still never has a gap", arguments: [0.01, 0.1])
    func loss(_ loss: Double) {
        var simulation = Simulation()
        simulation.startTraffic(host: 0, every: 0.25)
        simulation.run(for: 30)
        simulation.startTraffic(host: 1, every: 0.25)
        simulation.loss = loss
        simulation.run(for: 3600)
        let hosts = simulation.hosts
        #expect(hosts[0].sessionsNeeded.count == 1 && hosts[1].sessionsNeeded.isEmpty)
        #expect(hosts.allSatisfy { gaps($0.initiationsSent).allSatisfy { $0 >= SessionTimers.rekeyTimeout } })
        let delivered = Double(hosts[0].dataReceived) / Double(3600 * 4)
        #expect(abs(delivered - (1 - loss)) < 0.02)
    }

    @Test("Who only receives renews after 165 s, before the session ends")
    func receiving() {
        var simulation = Simulation()
        simulation.startTraffic(host: 0, every: 1)
        simulation.run(for: 2)
        simulation.interval[0] = nil
        simulation.startTraffic(host: 1, every: 1)
        simulation.run(for: 3600)
        let hosts = simulation.hosts
        #expect(hosts[1].sessionsNeeded.isEmpty && hosts[1].initiationsSent.isEmpty)
        let renewals = gaps(hosts[0].initiationsSent)
        #expect(renewals.count >= 20)
        // Passive keepalives are sent on the session too, and renew it earlier.
        #expect(renewals.allSatisfy { (seconds(120)...seconds(166)).contains($0) })
    }

    @Test("When traffic ends both sides fall silent, forget their keys after 540 s and have nothing left to wait for")
    func idle() throws {
        var simulation = Simulation()
        simulation.echoes = true
        simulation.startTraffic(host: 0, every: 0.5)
        simulation.trafficEnd = simulation.now + seconds(50)
        simulation.run(for: 60)
        let lastMessage = try #require(simulation.hosts.compactMap(\.messagesSent.last).max())
        // The initiator owes the last echo a keepalive.
        #expect(lastMessage <= simulation.trafficEnd + seconds(11))
        #expect(simulation.hosts[0].keepalivesSent.count == 1 && simulation.hosts[1].keepalivesSent.isEmpty)
        let count = simulation.hosts.map(\.messagesSent.count)
        simulation.run(for: 3600)
        #expect(simulation.hosts.map(\.messagesSent.count) == count)
        #expect(simulation.hosts.allSatisfy { $0.zeroings.count == 1 && $0.live.isEmpty })
        #expect(simulation.hosts.allSatisfy { $0.timers.nextDeadline == nil && !$0.isWatched })
        // And it begins anew with new data.
        simulation.trafficEnd = .max
        simulation.startTraffic(host: 1, every: 0.5)
        simulation.run(for: 5)
        #expect(simulation.hosts[0].dataReceived > 105)
    }

    @Test("A dead peer gets 20 initiations, 5 s and a bit apart; then packets are dropped and silence falls")
    func deadPeer() throws {
        var simulation = Simulation()
        simulation.isCut = true
        simulation.startTraffic(host: 0, every: 1)
        simulation.trafficEnd = simulation.now + seconds(0.5)
        let start = simulation.now
        simulation.run(for: 3600)
        let host = simulation.hosts[0]
        #expect(host.initiationsSent.count == 20)
        #expect(
            gaps(host.initiationsSent).allSatisfy {
                (SessionTimers.rekeyTimeout...SessionTimers.rekeyTimeout + SessionTimers.maximumJitter).contains($0)
            })
        #expect(host.staged == 0 && host.drops.count == 1)
        let dropped = try #require(host.drops.first)
        #expect((seconds(100)...seconds(107)).contains(dropped - start))
        #expect(host.zeroings == [dropped + seconds(540)])
        #expect(host.timers.nextDeadline == nil)
        simulation.trafficEnd = simulation.now + seconds(0.5)
        simulation.startTraffic(host: 0, every: 1)
        simulation.run(for: 3600)
        #expect(simulation.hosts[0].initiationsSent.count == 40)
    }

    @Test("A peer that dies in mid-session is called 15 s after the first unanswered data")
    func deathInSession() throws {
        var simulation = Simulation()
        simulation.echoes = true
        simulation.startTraffic(host: 0, every: 1)
        simulation.run(for: 30.5)
        let calls = simulation.hosts[0].initiationsSent.count
        #expect(calls == 1)
        simulation.isCut = true
        let death = simulation.now
        simulation.run(for: 600)
        let call = try #require(simulation.hosts[0].initiationsSent.dropFirst().first)
        #expect((seconds(15)...seconds(16.4)).contains(call - death))
        // As long as data comes it does not give up.
        #expect((105...120).contains(simulation.hosts[0].initiationsSent.count))
        #expect(gaps(simulation.hosts[0].initiationsSent).allSatisfy { $0 >= SessionTimers.rekeyTimeout })
        // It comes back when the peer does.
        simulation.isCut = false
        let before = simulation.hosts[1].dataReceived
        simulation.run(for: 30)
        #expect(simulation.hosts[1].dataReceived >= before + 20)
    }

    @Test("Received data is acknowledged by a keepalive after 10 s when nothing else is sent")
    func passiveKeepalive() {
        var simulation = Simulation()
        simulation.startTraffic(host: 0, every: 100)
        simulation.run(for: 1)
        simulation.interval[0] = nil
        let arrival = simulation.hosts[1].seen.lastDataReceived
        simulation.run(for: 60)
        #expect(simulation.hosts[1].keepalivesSent == [arrival + seconds(10)])
        #expect(simulation.hosts[0].initiationsSent.count == 1)
    }

    @Test("One-way data is acknowledged every 10 s, and the session isn't doubted")
    func oneWay() {
        var simulation = Simulation()
        simulation.startTraffic(host: 0, every: 0.7)
        simulation.run(for: 110)
        #expect(simulation.hosts[0].initiationsSent.count == 1)
        let keepalives = gaps(simulation.hosts[1].keepalivesSent)
        #expect(keepalives.count >= 9)
        #expect(keepalives.allSatisfy { (seconds(10)...seconds(10.8)).contains($0) })
    }

    @Test(
        "A persistent keepalive comes at its interval for hours, through every renewal", arguments: [1, 25, 120, 600])
    func persistentKeepalive(_ interval: UInt16) {
        var simulation = Simulation()
        simulation.schedule(.configure(interval), host: 0, at: simulation.now)
        simulation.run(for: 4 * 3600)
        let sent = gaps(simulation.hosts[0].messagesSent)
        #expect(sent.count >= 4 * 3600 / Int(interval) - 1)
        #expect(sent.allSatisfy { $0 <= seconds(Double(interval)) })
        #expect(gaps(simulation.hosts[0].initiationsSent).allSatisfy { $0 >= SessionTimers.rekeyTimeout })
        #expect(simulation.hosts[1].initiationsSent.isEmpty)
        // The peer owes nothing for a keepalive.
        #expect(simulation.hosts[1].keepalivesSent.isEmpty)
        #expect(simulation.hosts[0].looks <= 6 * simulation.hosts[0].messagesSent.count)
    }

    @Test("With a persistent keepalive a dead peer is called for ever, never more than once in 5 s")
    func persistentKeepaliveToTheDead() {
        var simulation = Simulation()
        simulation.isCut = true
        simulation.schedule(.configure(25), host: 0, at: simulation.now)
        simulation.run(for: 3600)
        let calls = gaps(simulation.hosts[0].initiationsSent)
        #expect(calls.allSatisfy { (seconds(5)...seconds(26)).contains($0) })
        #expect(calls.count > 500)
        simulation.isCut = false
        simulation.run(for: 60)
        #expect(simulation.hosts[0].established.count == 1)
    }

    @Test("Both sides begin at once: one session comes of it, and traffic flows both ways")
    func simultaneous() {
        var simulation = Simulation()
        simulation.startTraffic(host: 0, every: 0.5)
        simulation.startTraffic(host: 1, every: 0.5)
        simulation.run(for: 20)
        let before = simulation.hosts.map(\.dataReceived)
        simulation.run(for: 600)
        #expect(zip(simulation.hosts, before).allSatisfy { $0.dataReceived >= $1 + 1195 })
    }

    @Test("Three days of traffic, silence and cuts: it comes back each time, and keeps to its limits", arguments: 1...3)
    func days(_ seed: UInt64) {
        var simulation = Simulation()
        var generator = SeededGenerator(seed: seed)
        let end = simulation.now + seconds(3 * 86_400)
        while simulation.now < end {
            let duration = Double.random(in: 100...3000, using: &generator)
            let sender = Int.random(in: 0...1, using: &generator)
            let period = Double.random(in: 1...40, using: &generator)
            let isSilent = Int.random(in: 0..<4, using: &generator) == 0
            simulation.isCut = Int.random(in: 0..<4, using: &generator) == 0
            let before = simulation.hosts[1 - sender].dataReceived
            if !isSilent { simulation.startTraffic(host: sender, every: period) }
            simulation.run(for: duration)
            if !isSilent && !simulation.isCut {
                // At most a minute is lost to a session that had been cut.
                #expect(Double(simulation.hosts[1 - sender].dataReceived - before) >= (duration - 60) / period - 2)
            }
            simulation.interval[sender] = nil
            simulation.run(for: 41)
            #expect(simulation.hosts.allSatisfy { $0.live.count <= 3 })
        }
        #expect(
            simulation.hosts.allSatisfy { gaps($0.initiationsSent).allSatisfy { $0 >= SessionTimers.rekeyTimeout } })
    }

    private func gaps(_ times: [UInt64]) -> [UInt64] { zip(times.dropFirst(), times).map { $0 - $1 } }
}
