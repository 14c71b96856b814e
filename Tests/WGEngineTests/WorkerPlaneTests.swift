import Glibc
import Synchronization
import TestSupport
import Testing

@testable import WGEngine

/// Whole data planes whose packets are sealed and opened by workers.
@Suite struct WorkerPlaneTests {
    private static let policies = [
        OutboundTurn.Policy.always(workers: 1), .always(workers: 2),
        // As it is under load, but for the load.
        OutboundTurn.Policy(
            apartAbove: -1, windows: 1, togetherBelow: -1, window: 1000,
            ring: WorkerRing.Policy(workers: 2, sharesAbove: -1, windows: 1, aloneBelow: -1)),
    ]

    /// Packets of several flows and sizes by turns, each numbered in its flow.
    private func flows(_ round: Int) -> [[UInt8]] {
        (0..<40).map { index in
            var shape = PacketFactory.Shape()
            shape.isTCP = false
            shape.sourcePort = UInt16(1000 + index % 4 * (round % 3))
            shape.identification = UInt16(round * 40 + index)
            shape.payloadLength = 20 + (round % 5) * 250 + (index % 7 == 6 ? 3 : 0)
            return PacketFactory.packet(shape)
        }
    }

    @Test(arguments: policies.indices)
    func flowsArriveWholeAndInOrder(kind: Int) throws {
        let (initiator, responder) = try pair(Self.policies[kind])
        for round in 0..<40 {
            let sent = flows(round)
            let (from, to) = round % 2 == 0 ? (initiator, responder) : (responder, initiator)
            for packet in sent { from.send(packet) }
            let received = to.receive(sent.count)
            let isSame = received == sent
            #expect(isSame)
        }
    }

    /// More super-packets than the ring has slots, some of them in both directions at once.
    @Test(arguments: policies.indices)
    func superPacketsArriveWholeAndInOrder(kind: Int) throws {
        let (initiator, responder) = try pair(Self.policies[kind])
        var shape = PacketFactory.Shape()
        shape.segmentSize = 1319
        shape.payloadLength = 60_000
        for round in 0..<4 {
            var expected: [[UInt8]] = []
            for index in 0..<3 {
                shape.sequence = UInt32(round * 3 + index) &* 60_000
                let frame = PacketFactory.superFrame(shape)
                expected += try #require(segments(of: frame))
                initiator.sendFrame(frame)
                responder.sendFrame(frame)
            }
            for harness in [initiator, responder] {
                let received = harness.receive(expected.count)
                let isSame = received == expected
                #expect(isSame)
            }
        }
    }

    /// What C withdraws is erased as soon as the epoch has passed: whoever still seals or opens by it loses packets.
    @Test(arguments: policies.indices)
    func keysThatAreWithdrawnUnderLoadAreUsedByNobodyOnceTheEpochHasPassed(kind: Int) throws {
        let (initiator, responder) = try pair(Self.policies[kind])
        let harnesses = [initiator, responder]
        var old = harnesses.map { $0.slot.pointee.sendKeypair.load(ordering: .relaxed) }
        for round in 0..<30 {
            let sent = flows(round)
            for packet in sent[..<30] { initiator.send(packet) }
            let ours = UInt32(0x0100_0100 + round), theirs = UInt32(0x0200_0200 + round)
            // The receiver first.
            let next = try responder.addKeypair(localIndex: theirs, remoteIndex: ours, isInitiator: false)
            next.pointee.isConfirmed.store(true, ordering: .relaxed)
            let first = try initiator.addKeypair(localIndex: ours, remoteIndex: theirs, isInitiator: true)
            for packet in sent[30...] { initiator.send(packet) }
            retire(old[0], initiator)
            let received = responder.receive(sent.count)
            let isSame = received == sent
            #expect(isSame)
            retire(old[1], responder)
            old = [first, next]
        }
    }

    private func retire(_ record: UnsafeMutablePointer<KeypairRecord>?, _ harness: PlaneHarness) {
        guard let record else { return }
        harness.shared.keypairs.withdraw(record.pointee.localIndex)
        let epoch = harness.shared.epoch.advance()
        #expect(eventually { harness.shared.epoch.hasPassed(epoch) })
        memset(record, 0, 64)
    }

    /// As C removes a peer: its route and its keys go, and are freed and erased once the epoch has passed.
    @Test(arguments: policies.indices)
    func whatIsSentWhileThePeerIsRemovedIsSealedByItsKeyAndNothingIsSentAfter(kind: Int) throws {
        let (harness, wire) = (try PlaneHarness(), try WireHarness())
        try harness.setEndpoint(port: wire.port)
        let keypair = try harness.addKeypair(localIndex: 5, remoteIndex: 6, isInitiator: true)
        try harness.start(Self.policies[kind])
        let sent = (0..<4).flatMap(flows)
        for packet in sent { harness.send(packet) }
        let first = try #require(wire.receive())

        let routing = harness.shared.routing.exchange(RoutingSnapshot.make([:]), ordering: .acquiringAndReleasing)
        harness.slot.pointee.sendKeypair.store(nil, ordering: .releasing)
        retire(keypair, harness)
        if let routing { RoutingSnapshot.free(routing) }
        var messages = [first]
        while let message = wire.receive(within: 0.1) { messages.append(message) }
        // Some may have been too many for the socket that nobody was reading.
        var rest = sent[...]
        for message in messages {
            let packet = try #require(WireHarness.open(message, key: 1))
            let place = try #require(rest.firstIndex { packet.starts(with: $0) })
            rest = rest[(place + 1)...]
        }

        for packet in flows(4) { harness.send(packet) }
        #expect(eventually { harness.unreadFrames == 0 })
        #expect(wire.receive(within: 0.1) == nil)
    }

    /// Packets are padded up to the MTU alone, so that each batch may meet another.
    @Test(arguments: policies.indices)
    func packetsArriveWholeAndInOrderWhileTheMTUChanges(kind: Int) throws {
        let (initiator, responder) = try pair(Self.policies[kind])
        for round in 0..<40 {
            let sent = flows(round)
            for (index, packet) in sent.enumerated() {
                initiator.shared.mtu.store([1420, 576, 1001, 9000][(round + index / 8) % 4], ordering: .relaxed)
                initiator.send(packet)
            }
            let received = responder.receive(sent.count)
            let isSame = received == sent
            #expect(isSame)
        }
    }

    @Test(arguments: policies.indices)
    func anEndAmidTrafficIsAnEnd(kind: Int) throws {
        for _ in 0..<5 {
            let (initiator, responder) = try pair(Self.policies[kind])
            for harness in [initiator, responder] {
                for packet in flows(1) { harness.send(packet) }
            }
        }
    }

    /// A joined message with all that a network can do to its datagrams comes to the same, whoever opens them.
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func aSpoiledMessageIsTakenAsWithoutWorkers(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let datagrams = spoiledDatagrams(&random)
        let delivered = try (Self.policies + [OutboundTurn.Policy()]).map { policy in
            let (harness, wire) = (try PlaneHarness(), try WireHarness())
            try harness.setEndpoint(port: wire.port)
            let keypair = try harness.addKeypair(
                localIndex: 0x0200_0006, remoteIndex: 0x0100_0005, isInitiator: false)
            try harness.addKeypair(
                localIndex: 0x0200_0007, remoteIndex: 0x0100_0007, isInitiator: false, isPublishedForSending: false)
            try harness.start(policy)
            for round in stride(from: 0, to: datagrams.count, by: 40) {
                wire.sendJoined(datagrams[round..<(round + 40)], to: harness.sockets.port)
            }
            // Comes last, and closes.
            let last = numbered(9999)
            wire.send(WireHarness.seal(last, index: 0x0200_0006, counter: 1 << 32), to: harness.sockets.port)
            var received: [[UInt8]] = []
            while received.last != last {
                let more = harness.receive(1)
                if more.isEmpty { break }
                received += more
            }
            let bytes = harness.slot.pointee.receivedBytes.load(ordering: .relaxed)
            return (received, bytes, keypair.pointee.rekeyRaised.load(ordering: .relaxed))
        }
        for other in delivered.dropLast() {
            let isSame = other.0 == delivered.last?.0
            #expect(isSame)
            #expect(other.1 == delivered.last?.1)
        }
        let count = delivered.last?.0.count ?? 0
        #expect(count > 100 && count < datagrams.count)
    }

    /// Datagrams of one size: in order, repeated, changed, by another session, by none, and no transport messages at all.
    private func spoiledDatagrams(_ random: inout SeededGenerator) -> [[UInt8]] {
        var sent: [[UInt8]] = []
        for number in 0..<240 {
            let index: UInt32 = number % 60 > 50 ? 0x0200_0007 : 0x0200_0006
            var datagram = WireHarness.seal(numbered(number, payloadLength: 68), index: index, counter: UInt64(number))
            switch UInt8.random(in: 0..<12, using: &random) {
            case 0: datagram[Int.random(in: 4..<datagram.count, using: &random)] ^= 4
            case 1: datagram[0] = UInt8.random(in: 0..<6, using: &random)
            case 2: datagram = sent.randomElement(using: &random) ?? datagram
            default: break
            }
            sent.append(datagram)
        }
        return sent
    }
}

extension WireHarness {
    /// Sends datagrams of one size by one call, so that the receiver gets them in one message.
    func sendJoined(_ datagrams: ArraySlice<[UInt8]>, to port: UInt16) {
        let (level, option) = (Int32(IPPROTO_UDP), Int32(103))
        var size = Int32(datagrams.first?.count ?? 0)
        setsockopt(descriptor, level, option, &size, 4)
        send(Array(datagrams.joined()), to: port)
        size = 0
        setsockopt(descriptor, level, option, &size, 4)
    }
}
