import Glibc
import Synchronization
import Testing

@testable import WGEngine

/// The outbound loop in either thread, and while it changes hands.
@Suite struct OutboundTurnTests {
    /// Any load is too much, and none little enough.
    private static let apart = OutboundTurn.Policy(apartAbove: -1, windows: 1, togetherBelow: -1, window: 1000)
    /// Too much, and little enough, at every look.
    private static let restless = OutboundTurn.Policy(apartAbove: -1, windows: 1, togetherBelow: .max, window: 1000)
    /// No load is too much.
    private static let together = OutboundTurn.Policy(apartAbove: .max)
    /// Apart, and with workers that do all sealing and opening.
    private static let shared = OutboundTurn.Policy.always(workers: 2)
    /// The same, while the turn changes hands and the sharing begins and ends.
    private static let moody = OutboundTurn.Policy(
        apartAbove: -1, windows: 1, togetherBelow: 300, window: 100_000,
        ring: WorkerRing.Policy(
            workers: 1, sharesAbove: 100, windows: 1, aloneBelow: 500, wakesAt: 1, leastMessages: 1))
    private static let all = [together, apart, restless, shared, moody]

    @Test(arguments: all.indices)
    func packetsArriveInOrderInAllWays(kind: Int) throws {
        let (initiator, responder) = try pair(Self.all[kind])
        // In small groups, so that the threads sleep and wake in between.
        for round in 0..<100 {
            let sent = packets(1 + round % 7, payloadLength: 40 + round)
            for (from, to) in [(initiator, responder), (responder, initiator)] {
                for packet in sent { from.send(packet) }
                let received = to.receive(sent.count)
                #expect(received == sent)
            }
        }
    }

    /// A super-packet's segments, whose counters and places in the buffers go on from one thread to the other.
    @Test(arguments: [2, 3, 4])
    func superPacketsArriveWhileTheTurnChangesHands(kind: Int) throws {
        let (initiator, responder) = try pair(Self.all[kind])
        var shape = PacketFactory.Shape()
        shape.segmentSize = 1319
        shape.payloadLength = 62_000
        let frame = PacketFactory.superFrame(shape)
        let expected = try #require(segments(of: frame))
        for _ in 0..<20 {
            initiator.sendFrame(frame)
            let received = responder.receive(expected.count)
            let isSame = received == expected
            #expect(isSame)
        }
    }

    @Test func ordersAreObeyedInBothThreads() throws {
        for policy in Self.all {
            let (initiator, responder) = try pair(policy)
            for count in 1...20 {
                initiator.order(.flushOrKeepalive)
                #expect(
                    eventually {
                        responder.slot.pointee.receivedBytes.load(ordering: .relaxed) == UInt64(count) * 32
                    })
            }
        }
    }

    /// What C frees is free to go in the end, whoever sleeps.
    @Test func sleepingThreadsHoldNothing() throws {
        for policy in Self.all {
            let (initiator, responder) = try pair(policy)
            initiator.send(packets(1)[0])
            #expect(responder.receive(1).count == 1)
            for harness in [initiator, responder] {
                let epoch = harness.shared.epoch.advance()
                #expect(eventually { harness.shared.epoch.hasPassed(epoch) })
            }
        }
    }

    /// What the kernel has not joined goes to the TUN device in one write all the same: it waits at the socket already.
    @Test func aRunGathersTheDatagramsOfManyReceives() throws {
        let (harness, wire) = (try PlaneHarness(), try WireHarness())
        try harness.setEndpoint(port: wire.port)
        try harness.addKeypair(localIndex: 0x0200_0006, remoteIndex: 0x0100_0005, isInitiator: false)
        var shape = PacketFactory.Shape()
        shape.segmentSize = 1319
        shape.payloadLength = 40_000
        let expected = try #require(segments(of: PacketFactory.superFrame(shape)))
        for (counter, packet) in expected.enumerated() {
            wire.send(
                WireHarness.seal(packet, index: 0x0200_0006, counter: UInt64(counter)), to: harness.sockets.port)
        }
        try harness.start()
        var frame = [UInt8](repeating: 0, count: 70_000)
        let length = read(harness.tun, &frame, frame.count)
        try #require(length > 0)
        let isSame = segments(of: Array(frame[..<length])) == expected
        #expect(isSame)
    }
}
