import Glibc
import Synchronization
import TestSupport
import Testing
import WGCrypto
import WGModel
import WGProtocol

@testable import WGEngine

/// Facts about two whole engines, with real handshakes, real encryption and a clock in the test's hand.
@Suite struct PairedEnginesTests {
    private static let nanosecondsPerSecond: UInt64 = 1_000_000_000

    /// Who has been sent what, by number.
    private func packets(_ numbers: Range<Int>, from side: Int) -> [[UInt8]] {
        numbers.map { numbered($0, from: side) }
    }

    @Test(arguments: [nil, Random.presharedKey()])
    func `a burst both ways makes exactly one handshake and arrives whole, in order`(key: PresharedKey?) throws {
        let pair = try PairedEngines(presharedKey: key)
        for number in 0..<40 { pair.engines[0].send(numbered(number, from: 0)) }
        pair.run(seconds: 1)
        pair.traffic(from: 0, every: 0.5, count: 200) { numbered(40 + $0, from: 0) }
        pair.traffic(from: 1, every: 0.5, count: 200) { numbered($0, from: 1) }
        pair.run(seconds: 105)
        #expect(pair.engines[1].delivered == packets(0..<240, from: 0))
        #expect(pair.engines[0].delivered == packets(0..<200, from: 1))
        #expect(pair.count(1, from: 0) == 1 && pair.count(2, from: 1) == 1)
        #expect(pair.count(1, from: 1) == 0 && pair.count(2, from: 0) == 0)
    }

    @Test func `both sides begin at the same moment, and nothing is lost`() throws {
        let pair = try PairedEngines()
        for side in 0..<2 { pair.engines[side].send(numbered(0, from: side)) }
        pair.run(seconds: 10)
        for side in 0..<2 { pair.traffic(from: side, every: 1, count: 60) { numbered(1 + $0, from: side) } }
        pair.run(seconds: 70)
        for side in 0..<2 {
            #expect(pair.engines[1 - side].delivered.sorted(by: precedes) == packets(0..<61, from: side))
            #expect(pair.count(1, from: side) <= 2)
        }
    }

    @Test func `a lost response is retried after 5 s with jitter`() throws {
        for seed in 1...3 as ClosedRange<UInt64> {
            let pair = try PairedEngines(seed: seed)
            var lost = 0
            pair.plan.passes = { _, bytes in
                guard bytes[0] == 2, lost < 3 else { return true }
                lost += 1
                return false
            }
            pair.engines[0].send(numbered(0))
            pair.run(seconds: 30)
            let times = pair.times(1, from: 0)
            #expect(times.count == 4)
            for (earlier, later) in zip(times, times.dropFirst()) {
                #expect((5_000_000_000...5_333_333_333 + 1).contains(later - earlier))
            }
            #expect(pair.engines[1].delivered == [numbered(0)])
        }
    }

    @Test func `every single-bit change of an initiation or a response is refused`() throws {
        let pair = try PairedEngines()
        pair.plan.passes = { _, _ in false }
        pair.engines[0].send(numbered(0))
        pair.run(seconds: 0)
        let initiation = try #require(pair.sent.last).bytes
        try refusesChanges(of: initiation, at: 1, pair)
        #expect(pair.count(2, from: 1) == 0)
        pair.arrive(at: 1, initiation)
        let response = try #require(pair.sent.last).bytes
        #expect(response[0] == 2)
        try refusesChanges(of: response, at: 0, pair)
        #expect(pair.engines[0].keypair == nil)
        pair.arrive(at: 0, response)
        #expect(pair.engines[0].keypair != nil)
    }

    @Test func `every single-bit change of a data packet is refused, and the packet itself then taken`() throws {
        let pair = try PairedEngines()
        pair.engines[0].send(numbered(0))
        pair.run(seconds: 1)
        pair.plan.passes = { _, _ in false }
        pair.engines[0].send(numbered(1))
        pair.run(seconds: 0)
        let packet = try #require(pair.sent.last).bytes
        #expect(packet[0] == 4)
        try refusesChanges(of: packet, at: 1, pair)
        #expect(pair.engines[1].delivered.count == 1)
        pair.arrive(at: 1, packet)
        #expect(pair.engines[1].delivered == packets(0..<2, from: 0))
    }

    /// Handshake messages end in a second MAC, which nobody looks at who isn't under load.
    private func refusesChanges(of message: [UInt8], at side: Int, _ pair: PairedEngines) throws {
        let before = pair.engines[side].receivedBytes
        let bits = 8 * (message[0] == 4 ? message.count : message.count - 16)
        for bit in 0..<bits {
            var changed = message
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            pair.arrive(at: side, changed)
        }
        for count in 0..<message.count { pair.arrive(at: side, Array(message[..<count])) }
        #expect(pair.engines[side].receivedBytes == before)
    }

    @Test func `whatever is replayed, in any order, is neither delivered nor answered`() throws {
        let pair = try PairedEngines()
        pair.traffic(from: 0, every: 3, count: 60) { numbered($0, from: 0) }
        pair.traffic(from: 1, every: 3, count: 60) { numbered($0, from: 1) }
        pair.run(seconds: 200)
        #expect(pair.count(1, from: 0) + pair.count(1, from: 1) >= 2)
        let before = pair.engines.map(\.delivered)
        let (bytes, count) = (pair.engines.map(\.receivedBytes), pair.sent.count)
        var generator = SeededGenerator(seed: 7)
        for passage in pair.sent.shuffled(using: &generator) { pair.arrive(at: 1 - passage.from, passage.bytes) }
        #expect(pair.engines.map(\.delivered) == before)
        #expect(pair.engines.map(\.receivedBytes) == bytes)
        #expect(pair.sent.count == count)
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `on a link that does all that links do, nothing arrives twice or changed, and what is unharmed arrives`(
        seed: UInt64
    ) throws {
        // The last two with workers.
        let pair = try PairedEngines(seed: seed, workers: seed > 2 ? 2 : forcedWorkers)
        pair.plan = LinkPlan(
            loss: 0.1, duplication: 0.1, truncation: 0.05, corruption: 0.05, delay: 5_000_000...700_000_000)
        for side in 0..<2 { pair.traffic(from: side, every: 0.5, count: 500) { numbered($0, from: side) } }
        pair.run(seconds: 260)
        var delivered = 0
        for side in 0..<2 {
            let arrived = pair.engines[1 - side].delivered
            #expect(Set(arrived).count == arrived.count)
            #expect(Set(arrived).isSubset(of: Set(packets(0..<500, from: side))))
            delivered += arrived.count
        }
        // Keepalives are among the unharmed, and a few packets that came after two renewals.
        #expect(delivered > pair.unharmed.count * 95 / 100)
        #expect(delivered > 700)
    }

    @Test func `the first answer to a peer that has restarted arrives, though the other side had a session`() throws {
        let pair = try PairedEngines()
        pair.engines[1].answer = { _ in numbered(7, from: 1) }
        pair.engines[0].send(numbered(0))
        pair.run(seconds: 2)
        #expect(pair.engines[0].delivered == [numbered(7, from: 1)])
        try pair.restart(0)
        pair.engines[0].send(numbered(1))
        pair.run(seconds: 2)
        #expect(pair.engines[0].delivered == [numbered(7, from: 1)])
        #expect(pair.count(1, from: 0) == 2 && pair.count(1, from: 1) == 0)
    }

    @Test func `a peer that writes from another port is answered there, without a handshake`() throws {
        let pair = try PairedEngines()
        pair.engines[0].send(numbered(0))
        pair.run(seconds: 2)
        try pair.move(0)
        pair.engines[0].send(numbered(1))
        pair.run(seconds: 1)
        pair.engines[1].send(numbered(0, from: 1))
        pair.run(seconds: 1)
        #expect(pair.engines[0].delivered == [numbered(0, from: 1)])
        #expect(pair.count(1, from: 0) == 1 && pair.count(1, from: 1) == 0)
    }

    @Test func `keys are zero after 540 s idle, and new data makes new ones`() throws {
        let pair = try PairedEngines()
        pair.engines[0].send(numbered(0))
        pair.run(seconds: 1)
        let records = pair.engines.compactMap(\.keypair)
        #expect(records.count == 2)
        pair.run(seconds: 530)
        #expect(records.allSatisfy { !isZero($0) })
        pair.run(seconds: 10)
        #expect(records.allSatisfy(isZero))
        #expect(pair.engines.allSatisfy { $0.keypair == nil && $0.controller.indexes.count == 0 })
        // Two days later.
        let messages = pair.sent.count
        pair.run(seconds: 2 * 86_400)
        #expect(pair.sent.count == messages)
        pair.engines[1].send(numbered(0, from: 1))
        pair.run(seconds: 1)
        #expect(pair.engines[0].delivered == [numbered(0, from: 1)])
    }

    private func isZero(_ record: UnsafeMutablePointer<KeypairRecord>) -> Bool {
        UnsafeRawBufferPointer(start: record, count: 64).allSatisfy { $0 == 0 }
    }

    @Test func `after a sleep of an hour the first packet makes a new session and arrives`() throws {
        let pair = try PairedEngines()
        pair.engines[0].send(numbered(0))
        pair.run(seconds: 5)
        // The clock counts what the machine has slept through; nobody was awake for the timers.
        pair.hand.now += 3600 * Self.nanosecondsPerSecond
        pair.engines[0].send(numbered(1))
        pair.run(seconds: 5)
        #expect(pair.engines[1].delivered == packets(0..<2, from: 0))
        #expect(pair.count(1, from: 0) == 2)
    }

    @Test func `nothing is received by a session of more than 180 s`() throws {
        let pair = try PairedEngines()
        pair.engines[0].send(numbered(0))
        pair.run(seconds: 1)
        pair.plan.passes = { _, _ in false }
        pair.engines[0].send(numbered(1))
        pair.run(seconds: 0)
        let packet = try #require(pair.sent.last).bytes
        pair.run(seconds: 180)
        pair.arrive(at: 1, packet)
        #expect(pair.engines[1].delivered.count == 1)
    }

    @Test func `packets for a peer that is away are dropped when its handshakes are given up`() throws {
        let pair = try PairedEngines()
        pair.plan.passes = { _, _ in false }
        for number in 0..<10 { pair.engines[0].send(numbered(number)) }
        pair.run(seconds: 200)
        #expect((18...20).contains(pair.count(1, from: 0)))
        pair.plan.passes = { _, _ in true }
        pair.engines[0].send(numbered(10))
        pair.run(seconds: 10)
        #expect(pair.engines[1].delivered == [numbered(10)])
    }

    @Test func `a persistent keepalive keeps the session for hours, renewed every two minutes`() throws {
        let pair = try PairedEngines()
        try pair.engines[0].setPeer(
            pair.engines[1].publicKey, port: UInt16(pair.engines[0].peer?.endpoint.endpoint?.port ?? 0), keepalive: 25)
        pair.run(seconds: 2 * 3600)
        let renewals = pair.times(1, from: 0)
        #expect((45...60).contains(renewals.count))
        #expect(pair.count(1, from: 1) == 0)
        let gaps = zip(pair.times(4, from: 0).dropFirst(), pair.times(4, from: 0)).map { $0 - $1 }
        #expect(gaps.allSatisfy { $0 <= 25 * Self.nanosecondsPerSecond })
        pair.engines[1].send(numbered(0, from: 1))
        pair.run(seconds: 1)
        #expect(pair.engines[0].delivered == [numbered(0, from: 1)])
    }

    private func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left[4...].lexicographicallyPrecedes(right[4...])
    }
}
