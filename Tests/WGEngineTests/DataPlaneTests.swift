import Synchronization
import Testing
import WGLinux
import WGModel

@testable import WGEngine
@testable import WGProtocol

/// Two data planes on the loopback with a session between them.
func pair(
    _ policy: OutboundTurn.Policy = defaultPolicy
) throws -> (initiator: PlaneHarness, responder: PlaneHarness) {
    let (initiator, responder) = (try PlaneHarness(), try PlaneHarness())
    try initiator.setEndpoint(port: responder.sockets.port)
    try responder.setEndpoint(port: initiator.sockets.port)
    try initiator.addKeypair(localIndex: 0x0100_0005, remoteIndex: 0x0200_0006, isInitiator: true)
    let other = try responder.addKeypair(localIndex: 0x0200_0006, remoteIndex: 0x0100_0005, isInitiator: false)
    other.pointee.isConfirmed.store(true, ordering: .relaxed)
    try initiator.start(policy)
    try responder.start(policy)
    return (initiator, responder)
}

func packets(_ count: Int, payloadLength: Int = 300) -> [[UInt8]] {
    (0..<count).map { index in
        var shape = PacketFactory.Shape()
        shape.isTCP = false
        shape.payloadLength = payloadLength
        shape.payloadSeed = UInt8(truncatingIfNeeded: index)
        shape.identification = UInt16(index)
        return PacketFactory.packet(shape)
    }
}

@Suite struct DataPlaneTests {
    @Test(arguments: [true, false])
    func packetsArriveInOrderBothWays(isIPv4: Bool) throws {
        let (initiator, responder) = try pair()
        var shape = PacketFactory.Shape()
        shape.isIPv4 = isIPv4
        for (from, to) in [(initiator, responder), (responder, initiator)] {
            let sent = (0..<50).map { index in
                shape.payloadLength = index * 13
                shape.identification = UInt16(index)
                return PacketFactory.packet(shape)
            }
            for packet in sent { from.send(packet) }
            let received = to.receive(sent.count)
            #expect(received == sent)
        }
    }

    @Test(arguments: [(true, true), (false, true), (true, false), (false, false)])
    func superPacketsArriveAsTheirSegments(kind: (isIPv4: Bool, isTCP: Bool)) throws {
        let (initiator, responder) = try pair()
        var shape = PacketFactory.Shape()
        (shape.isIPv4, shape.isTCP) = kind
        // A segment of 1371 bytes or so is padded over the next one's payload.
        shape.segmentSize = 1319
        shape.payloadLength = 62_000
        let frame = PacketFactory.superFrame(shape)
        initiator.sendFrame(frame)
        let expected = try #require(segments(of: frame))
        let received = responder.receive(expected.count)
        let isSame = received == expected
        #expect(isSame)
        // Each thread writes down what it did after doing it.
        #expect(
            eventually {
                responder.slot.pointee.receivedBytes.load(ordering: .relaxed)
                    == initiator.slot.pointee.sentBytes.load(ordering: .relaxed)
            })
    }

    @Test func trafficIsWrittenDownOnBothSides() throws {
        let (initiator, responder) = try pair()
        initiator.send(packets(1)[0])
        #expect(responder.receive(1).count == 1)
        #expect(initiator.awaitRaised(PeerEvent.activity))
        #expect(responder.awaitRaised(PeerEvent.activity))
        // 28 bytes of headers and 300 of payload, padded to 336, and 32 more.
        #expect(initiator.slot.pointee.sentBytes.load(ordering: .relaxed) == 368)
        #expect(responder.slot.pointee.receivedBytes.load(ordering: .relaxed) == 368)
        #expect(initiator.slot.pointee.firstUnansweredDataSent.load(ordering: .relaxed) != 0)
        #expect(responder.slot.pointee.firstUnrepliedDataReceived.load(ordering: .relaxed) != 0)
        responder.send(packets(1)[0])
        #expect(initiator.receive(1).count == 1)
        #expect(eventually { initiator.slot.pointee.firstUnansweredDataSent.load(ordering: .relaxed) == 0 })
        #expect(eventually { responder.slot.pointee.firstUnrepliedDataReceived.load(ordering: .relaxed) == 0 })
    }

    @Test func packetsWithoutASessionWaitForItInOrder() throws {
        let plane = try PlaneHarness()
        let wire = try WireHarness()
        try plane.setEndpoint(port: wire.port)
        try plane.start()
        let sent = packets(200)
        for packet in sent { plane.send(packet) }
        #expect(plane.awaitRaised(PeerEvent.needsSession))
        // All of them have been read when the queue to the thread is empty and it sleeps.
        try plane.addKeypair(localIndex: 5, remoteIndex: 6, isInitiator: true, isPublishedForSending: false)
        let keypair = try #require(plane.shared.keypairs.find(5))
        #expect(eventually { isEmpty(plane) })
        plane.slot.pointee.sendKeypair.store(keypair, ordering: .releasing)
        plane.order(.flushOrKeepalive)
        let received = (0..<128).compactMap { _ in wire.receive().flatMap { WireHarness.open($0, key: 1) } }
        // The youngest 128; the padding is no part of the packet.
        let isSame = received.map { Array($0.prefix(328)) } == Array(sent.suffix(128))
        #expect(isSame)
    }

    private func isEmpty(_ plane: PlaneHarness) -> Bool { plane.unreadFrames == 0 }

    @Test func anOrderSendsAKeepaliveWhenNothingWaits() throws {
        let plane = try PlaneHarness()
        let wire = try WireHarness()
        try plane.setEndpoint(port: wire.port)
        try plane.addKeypair(localIndex: 5, remoteIndex: 0x0102_0304, isInitiator: true)
        try plane.start()
        plane.order(.flushOrKeepalive)
        let keepalive = try #require(wire.receive())
        #expect(keepalive.prefix(16) == [4, 0, 0, 0, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(WireHarness.open(keepalive, key: 1) == [])
        #expect(plane.slot.pointee.lastDataSent.load(ordering: .relaxed) == 0)
        #expect(eventually { plane.slot.pointee.lastAuthenticatedSent.load(ordering: .relaxed) != 0 })
    }

    @Test(arguments: [(121, false), (181, true)] as [(UInt64, Bool)])
    func anOldSessionAsksForANewOneAndIsNotUsedBeyondItsEnd(age: UInt64, isOver: Bool) throws {
        let plane = try PlaneHarness()
        let wire = try WireHarness()
        try plane.setEndpoint(port: wire.port)
        try plane.addKeypair(localIndex: 5, remoteIndex: 6, isInitiator: true, age: age * 1_000_000_000)
        try plane.start()
        plane.send(packets(1)[0])
        #expect(plane.awaitRaised(isOver ? PeerEvent.needsSession : PeerEvent.needsRekey))
        #expect((wire.receive(within: isOver ? 0.5 : patience) == nil) == isOver)
    }

    @Test func aSessionWithoutCountersLeftIsNotUsed() throws {
        let plane = try PlaneHarness()
        let wire = try WireHarness()
        try plane.setEndpoint(port: wire.port)
        let keypair = try plane.addKeypair(localIndex: 5, remoteIndex: 6, isInitiator: true)
        keypair.pointee.sendCounter.store(SessionLimits.lastBatchStart, ordering: .relaxed)
        try plane.start()
        plane.send(packets(1)[0])
        #expect(plane.awaitRaised(PeerEvent.needsSession))
        #expect(wire.receive(within: 0.5) == nil)
        #expect(keypair.pointee.sendCounter.load(ordering: .relaxed) == SessionLimits.lastBatchStart)
    }
}

@Suite struct InboundTests {
    private static let index: UInt32 = 0x0200_0006

    /// A responder that has just made its session, and the initiator's socket.
    private func responder(age: UInt64 = 0) throws -> (plane: PlaneHarness, wire: WireHarness) {
        let plane = try PlaneHarness()
        let wire = try WireHarness()
        try plane.setEndpoint(port: wire.port)
        try plane.addKeypair(
            localIndex: Self.index, remoteIndex: 9, isInitiator: false, age: age, isPublishedForSending: false)
        try plane.start()
        return (plane, wire)
    }

    @Test func onlyGenuineNewPacketsOfAllowedSourcesArrive() throws {
        let (plane, wire) = try responder()
        let sent = packets(4)
        let good = WireHarness.seal(sent[0], index: Self.index, counter: 7)
        let port = plane.sockets.port
        wire.send(good, to: port)
        wire.send(good, to: port)
        for place in [0, 4, 7, 8, 16, 100, good.count - 1] {
            var forged = WireHarness.seal(sent[1], index: Self.index, counter: 8)
            forged[place] ^= 1
            wire.send(forged, to: port)
        }
        var foreign = sent[1]
        foreign[12] = 11
        PacketFactory.fixIPv4Checksum(&foreign)
        wire.send(WireHarness.seal(foreign, index: Self.index, counter: 9), to: port)
        wire.send(WireHarness.seal([1, 2, 3], index: Self.index, counter: 10), to: port)
        wire.send(WireHarness.seal(sent[1], index: Self.index, counter: 11, key: 3), to: port)
        for count in [0, 1, 3, 4, 15, 31] { wire.send(Array(good.prefix(count)), to: port) }
        wire.send(WireHarness.seal(sent[2], index: Self.index, counter: UInt64.max - 100), to: port)
        wire.send(WireHarness.seal(sent[3], index: Self.index, counter: 12), to: port)
        // A refused forgery leaves its counter free for the genuine packet.
        wire.send(WireHarness.seal(sent[1], index: Self.index, counter: 8), to: port)
        let received = plane.receive(3)
        #expect(received == [sent[0], sent[3], sent[1]])
    }

    @Test func theFirstGenuinePacketConfirmsTheSession() throws {
        let (plane, wire) = try responder()
        let keypair = try #require(plane.shared.keypairs.find(Self.index))
        #expect(keypair.pointee.isConfirmed.load(ordering: .relaxed) == false)
        wire.send(WireHarness.seal([], index: Self.index, counter: 0), to: plane.sockets.port)
        #expect(plane.awaitRaised(PeerEvent.nextConfirmed))
        #expect(keypair.pointee.isConfirmed.load(ordering: .relaxed) == true)
        #expect(plane.slot.pointee.lastDataReceived.load(ordering: .relaxed) == 0)
        #expect(eventually { plane.slot.pointee.receivedBytes.load(ordering: .relaxed) == 32 })
    }

    /// A peer that has restarted knows no keypair but the one it has just made with us. The control thread is away.
    @Test func theAnswerToTheFirstPacketOfANewSessionGoesOutOnThatSession() throws {
        let (plane, wire) = try responder()
        let next = try #require(plane.shared.keypairs.find(Self.index))
        try plane.addKeypair(localIndex: 0x0100_0005, remoteIndex: 8, isInitiator: false)
        plane.slot.pointee.nextKeypair.store(next, ordering: .releasing)
        plane.send(packets(1)[0])
        // Nobody has confirmed the new one yet.
        #expect(wire.receive()?[4] == 8)
        wire.send(WireHarness.seal(packets(1)[0], index: Self.index, counter: 0), to: plane.sockets.port)
        #expect(plane.receive(1).count == 1)
        plane.send(packets(1)[0])
        #expect(wire.receive()?[4] == 9)
    }

    @Test func aSessionOverItsTimeReceivesNothing() throws {
        let (plane, wire) = try responder(age: 181_000_000_000)
        wire.send(WireHarness.seal(packets(1)[0], index: Self.index, counter: 0), to: plane.sockets.port)
        #expect(plane.receive(1, within: 0.5).isEmpty)
        #expect(plane.slot.pointee.receivedBytes.load(ordering: .relaxed) == 0)
    }

    @Test func anInitiatorThatOnlyReceivesRenewsBeforeTheEnd() throws {
        for (age, isDue) in [(130, false), (166, true)] as [(UInt64, Bool)] {
            let plane = try PlaneHarness()
            let wire = try WireHarness()
            try plane.setEndpoint(port: wire.port)
            try plane.addKeypair(localIndex: 5, remoteIndex: 9, isInitiator: true, age: age * 1_000_000_000)
            try plane.start()
            wire.send(WireHarness.seal(packets(1)[0], index: 5, counter: 0, key: 2), to: plane.sockets.port)
            #expect(plane.receive(1).count == 1)
            #expect(plane.awaitRaised(PeerEvent.activity))
            let raised = plane.slot.pointee.raised.load(ordering: .acquiring)
            #expect((raised & PeerEvent.needsRekey != 0) == isDue)
        }
    }

    /// The control thread may have made it while a batch was under way.
    @Test func aSessionYoungerThanTheBatchIsNotDue() throws {
        for (age, isDue) in [(0 &- 3_600_000_000_000, false), (121_000_000_000, true)] as [(UInt64, Bool)] {
            let plane = try PlaneHarness()
            let wire = try WireHarness()
            try plane.setEndpoint(port: wire.port)
            let keypair = try plane.addKeypair(localIndex: 5, remoteIndex: 9, isInitiator: true, age: age)
            try plane.start()
            for _ in 0..<2 {
                plane.send(packets(1)[0])
                #expect(wire.receive()?[4] == 9)
            }
            #expect(keypair.pointee.rekeyRaised.load(ordering: .acquiring) == isDue)
        }
    }

    @Test func aPeerHeardFromElsewhereIsReportedWithBothAddresses() throws {
        let (plane, _) = try responder()
        let other = try WireHarness()
        other.send(WireHarness.seal(packets(1)[0], index: Self.index, counter: 0), to: plane.sockets.port)
        var roamed: ControlMessage?
        while roamed == nil, let message = plane.nextMessage() {
            if message.kind == .roamed { roamed = message }
        }
        let endpoint = try #require(roamed?.endpoint)
        #expect(roamed?.peer == PlaneHarness.peer)
        let port = withUnsafeBytes(of: endpoint.address) {
            UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self))
        }
        #expect(port == other.port)
        #expect(endpoint.hasSource)
        let source = withUnsafeBytes(of: endpoint.source) { Array($0.prefix(4)) }
        #expect(source == [127, 0, 0, 1])
    }

    @Test func handshakeMessagesOfTheRightSizesReachTheControlThread() throws {
        let (plane, wire) = try responder()
        let port = plane.sockets.port
        let key = PublicKey(bytes: KeyBytes(repeating: 9))
        plane.setKey(key)
        for (type, size) in [(1, 148), (2, 92), (1, 147), (2, 148), (3, 63), (5, 148), (0, 64)] {
            var message = [UInt8(type), 0, 0, 0] + [UInt8](repeating: 7, count: size - 36)
            Mac1(recipient: key).append(to: &message)
            wire.send(message, to: port)
        }
        wire.send([1, 1, 0, 0] + [UInt8](repeating: 7, count: 144), to: port)
        wire.send([3, 0, 0, 0] + [UInt8](repeating: 7, count: 60), to: port)
        var found: [[UInt32]] = []
        while found.last?.first != 3, let message = plane.nextMessage() {
            #expect(message.kind == .handshake)
            found.append([UInt32(message.payload[0]), message.payloadLength])
        }
        #expect(found == [[1, 148], [2, 92], [3, 64]])
    }

    @Test func handshakeMessagesWithoutTheRightFirstMacEndInTheInboundLoop() throws {
        let (plane, wire) = try responder()
        var message = [1, 0, 0, 0] + [UInt8](repeating: 7, count: 112)
        Mac1(recipient: PublicKey(bytes: KeyBytes(repeating: 9))).append(to: &message)
        plane.setKey(PublicKey(bytes: KeyBytes(repeating: 8)))
        wire.send(message, to: plane.sockets.port)
        wire.send([3, 0, 0, 0] + [UInt8](repeating: 7, count: 60), to: plane.sockets.port)
        #expect(plane.nextMessage()?.payload[0] == 3)
    }
}
