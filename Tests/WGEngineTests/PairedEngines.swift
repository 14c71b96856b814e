import Glibc
import TestSupport
import Testing
import WGCrypto
import WGModel

@testable import WGEngine

/// What a link does to a datagram.
struct LinkPlan {
    /// Each from 0 to 1, of datagrams.
    var loss = 0.0
    var duplication = 0.0
    var truncation = 0.0
    var corruption = 0.0
    /// Nanoseconds; each datagram takes some time between the two, so that they overtake each other.
    var delay: ClosedRange<UInt64> = 10_000_000...10_000_000
    /// Whether a datagram passes at all, by the side that sent it (0 or 1) and its bytes.
    var passes: (Int, [UInt8]) -> Bool = { _, _ in true }
}

/// Two engines and the link between them, which does what a seeded plan says. Time jumps from event to event; whatever
/// happens, happens again with the same seed, but for the keys.
final class PairedEngines {
    struct Passage {
        var time: UInt64
        /// 0 or 1.
        var from: Int
        var bytes: [UInt8]
        /// 1 to 4 (whitepaper 5.4).
        var type: UInt8 { bytes.first ?? 0 }
    }

    let hand = Hand()
    var engines: [SteppedEngine] = []
    var plan = LinkPlan()
    /// All that the engines have sent, whether it arrived or not.
    private(set) var sent: [Passage] = []
    /// Transport messages that have arrived unharmed at least once, by their index and counter.
    private(set) var unharmed: Set<[UInt8]> = []
    /// What each engine sends to, and where it hears the other from.
    private var faces: [WireHarness] = []
    private var collected: [UInt64] = [0, 0]
    private var flights: [(due: UInt64, to: Int, bytes: [UInt8])] = []
    private var agenda: [(time: UInt64, action: () -> Void)] = []
    private var generator: SeededGenerator

    init(seed: UInt64 = 1, presharedKey: PresharedKey? = nil, workers: Int = forcedWorkers) throws {
        generator = SeededGenerator(seed: seed)
        engines = [try SteppedEngine(hand, workers: workers), try SteppedEngine(hand, workers: workers)]
        faces = [try WireHarness(), try WireHarness()]
        for side in 0..<2 {
            try engines[side].setPeer(
                engines[1 - side].publicKey, port: faces[side].port, presharedKey: presharedKey)
        }
    }

    /// The engine goes away and comes back with the same keys and nothing else.
    func restart(_ side: Int) throws {
        let key = engines[side].privateKey
        engines[side] = try SteppedEngine(hand, privateKey: key)
        collected[side] = 0
        try engines[side].setPeer(engines[1 - side].publicKey, port: faces[side].port)
    }

    /// The engine is heard from another port from now on, as behind a NAT that has forgotten it.
    func move(_ side: Int) throws { faces[1 - side] = try WireHarness() }

    /// Does it after that many seconds.
    func schedule(after seconds: Double, _ action: @escaping () -> Void) {
        agenda.append((hand.now + UInt64(seconds * 1e9), action))
    }

    /// Sends again and again.
    func traffic(from side: Int, every seconds: Double, count: Int, packet: @escaping (Int) -> [UInt8]) {
        for index in 0..<count { schedule(after: Double(index) * seconds) { self.engines[side].send(packet(index)) } }
    }

    /// Lets time pass.
    func run(seconds: Double) {
        agenda.sort { $0.time < $1.time }
        let end = hand.now + UInt64(seconds * 1e9)
        while true {
            for side in 0..<2 {
                engines[side].settle()
                collect(side)
            }
            guard let time = nextTime, time <= end else { break }
            hand.now = max(hand.now, time)
            while let first = agenda.first, first.time <= hand.now {
                agenda.removeFirst()
                first.action()
            }
            while let place = nextFlight, flights[place].due <= hand.now { arrive(flights.remove(at: place)) }
        }
        hand.now = end
    }

    private var nextFlight: Int? { flights.indices.min { flights[$0].due < flights[$1].due } }

    private var nextTime: UInt64? {
        let deadlines = engines.compactMap(\.controller.nextDeadline)
        return (deadlines + [agenda.first?.time, nextFlight.map { flights[$0].due }].compactMap { $0 }).min()
    }

    /// Takes what the engine has sent: it has counted the bytes.
    private func collect(_ side: Int) {
        while collected[side] < engines[side].sentBytes {
            guard awaitReadable(faces[side].descriptor), let bytes = faces[side].receive() else {
                Issue.record("a datagram is missing")
                collected[side] = engines[side].sentBytes
                return
            }
            collected[side] += UInt64(bytes.count)
            sent.append(Passage(time: hand.now, from: side, bytes: bytes))
            carry(bytes, from: side)
        }
    }

    private func carry(_ bytes: [UInt8], from side: Int) {
        let isLost = chance(plan.loss)
        let isDoubled = chance(plan.duplication)
        guard plan.passes(side, bytes), !isLost else { return }
        for _ in 0..<(isDoubled ? 2 : 1) {
            var copy = bytes
            if chance(plan.truncation) { copy.removeLast(Int.random(in: 1...copy.count, using: &generator)) }
            if chance(plan.corruption), !copy.isEmpty {
                copy[Int.random(in: 0..<copy.count, using: &generator)] ^=
                    1 << UInt8.random(in: 0..<8, using: &generator)
            }
            let due = hand.now + UInt64.random(in: plan.delay, using: &generator)
            if copy == bytes, bytes.first == 4, !isLost { unharmed.insert(Array(bytes[4..<16])) }
            flights.append((due, 1 - side, copy))
        }
    }

    private func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &generator) < probability }

    /// Brings a datagram to an engine, from where it knows the other one.
    func arrive(at side: Int, _ bytes: [UInt8]) { arrive((hand.now, side, bytes)) }

    private func arrive(_ flight: (due: UInt64, to: Int, bytes: [UInt8])) {
        faces[flight.to].send(flight.bytes, to: engines[flight.to].port)
        engines[flight.to].receive()
        collect(flight.to)
    }

    /// How many messages of a type one side has sent.
    func count(_ type: UInt8, from side: Int) -> Int { sent.count { $0.type == type && $0.from == side } }

    func times(_ type: UInt8, from side: Int) -> [UInt64] {
        sent.filter { $0.type == type && $0.from == side }.map(\.time)
    }
}

/// A packet with a number in it.
func numbered(_ number: Int, from side: Int = 0, payloadLength: Int = 64) -> [UInt8] {
    var shape = PacketFactory.Shape()
    shape.isTCP = false
    shape.payloadLength = payloadLength
    shape.sourcePort = UInt16(1000 + side)
    shape.identification = UInt16(truncatingIfNeeded: number)
    shape.payloadSeed = UInt8(truncatingIfNeeded: number >> 8)
    return PacketFactory.packet(shape)
}
