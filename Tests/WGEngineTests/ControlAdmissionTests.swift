import Synchronization
import Testing
import WGCrypto
import WGModel

@testable import WGEngine
@testable import WGProtocol

extension SimulatedDevice {
    /// Puts messages that anybody could send into the ring, as the inbound loop does.
    func flood(_ count: Int, from endpoint: (Int) -> Endpoint?) {
        for number in 0..<count {
            var message = [1, 0, 0, 0] + [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 112)
            Mac1(recipient: publicKey).append(to: &message)
            _ = shared.handshakes.push { entry in
                entry.pointee.kind = .handshake
                entry.pointee.peer = -1
                entry.pointee.endpoint = endpoint(number).map { EndpointRecord($0) } ?? .none
                entry.pointee.payloadLength = 148
                for index in message.indices { entry.pointee.payload[index] = message[index] }
            }
        }
    }

    var isUnderLoad: Bool { controller.admission?.isUnderLoad(now: time.now) == true }
}

@Suite struct ControlAdmissionTests {
    private static func forged(_ number: Int) -> Endpoint? {
        Endpoint(address: .v4(0x0a00_0000 + UInt32(number)), port: 1)
    }

    /// A pair whose `b` has been flooded.
    private func loadedPair() throws -> SimulatedPair {
        let pair = try SimulatedPair()
        pair.b.flood(600, from: Self.forged)
        pair.b.turn()
        #expect(pair.b.isUnderLoad)
        return pair
    }

    @Test func `a queue that fills asks for cookies, each at its sender's address`() throws {
        let pair = try loadedPair()
        let replies = pair.b.takeSent()
        // The first part of the queue is looked at in one turn.
        #expect(replies.count == 256)
        #expect(replies.allSatisfy { $0.bytes.count == 64 && $0.bytes[0] == 3 })
        #expect(replies[3].to == Self.forged(3))
        #expect(pair.b.shared.collectsHandshakes.load(ordering: .relaxed) && pair.b.controller.mustTakeHandshakes)
        pair.b.turn()
        pair.b.turn()
        #expect(!pair.b.controller.mustTakeHandshakes && pair.b.controller.handshakePause != nil)
        pair.time.pass(seconds: 1.1)
        pair.b.turn()
        #expect(!pair.b.isUnderLoad && pair.b.controller.handshakePause == nil)
    }

    @Test func `under load a peer gets its session within a second, by a cookie`() throws {
        let pair = try loadedPair()
        _ = pair.b.takeSent()
        pair.a.raise(PeerEvent.needsSession, pair.b.publicKey)
        pair.deliver()
        #expect(pair.a.sending(pair.b.publicKey) == nil)
        let due = try #require(pair.a.controller.nextDeadline) - pair.time.now
        #expect(due >= SessionTimers.cookieDelay && due <= SessionTimers.cookieDelay + SessionTimers.maximumJitter)
        pair.time.now += due
        pair.a.turn()
        pair.deliver()
        #expect(pair.b.isUnderLoad)
        #expect(pair.a.sending(pair.b.publicKey) != nil)
    }

    @Test func `a cookie that is no help does not make us send more`() throws {
        let pair = try loadedPair()
        _ = pair.b.takeSent()
        pair.a.raise(PeerEvent.needsSession, pair.b.publicKey)
        pair.deliver()
        // What comes now comes from another address: the cookie isn't good there.
        pair.a.address = try #require(Endpoint("203.0.113.9:9"))
        pair.time.now = try #require(pair.a.controller.nextDeadline)
        pair.a.turn()
        let asked = pair.time.now
        pair.deliver()
        #expect(pair.a.sending(pair.b.publicKey) == nil)
        pair.time.now = asked + SessionTimers.rekeyTimeout - 1
        pair.a.turn()
        #expect(pair.a.takeSent().isEmpty)
    }

    @Test func `the first response to an initiation costs no budget, and what follows a forged one does`() throws {
        for isForged in [false, true] {
            let pair = try SimulatedPair()
            pair.a.raise(PeerEvent.needsSession, pair.b.publicKey)
            for datagram in pair.a.takeSent() { pair.b.receive(datagram.bytes, from: pair.a.address) }
            let response = try #require(pair.b.takeSent().first).bytes
            while pair.a.controller.admission?.admitsResponse(now: pair.time.now) == true {}
            if isForged {
                var forged = Array(response[..<60])
                forged[20] ^= 1
                Mac1(recipient: pair.a.publicKey).append(to: &forged)
                pair.a.receive(forged, from: pair.b.address)
            }
            pair.a.receive(response, from: pair.b.address)
            #expect((pair.a.sending(pair.b.publicKey) == nil) == isForged)
        }
    }

    @Test func `a session is renewed under load`() throws {
        let pair = try SimulatedPair()
        pair.establish()
        let first = try #require(pair.a.sending(pair.b.publicKey))
        pair.time.pass(seconds: 125)
        pair.b.flood(600, from: Self.forged)
        pair.b.turn()
        _ = pair.b.takeSent()
        pair.a.raise(PeerEvent.needsRekey, pair.b.publicKey)
        pair.deliver()
        pair.time.pass(seconds: 0.6)
        pair.a.turn()
        pair.deliver()
        #expect(pair.a.sending(pair.b.publicKey) != first)
    }

    @Test func `cookie replies that answer nothing of ours change nothing`() throws {
        let pair = try SimulatedPair()
        pair.establish()
        let index = try #require(pair.a.sending(pair.b.publicKey)).pointee.localIndex
        let before = pair.a.state
        for receiver in [0, 1, index] {
            var reply: [UInt8] = []
            reply.append(littleEndian: 3)
            reply.append(littleEndian: receiver)
            reply += [UInt8](repeating: 7, count: 56)
            pair.a.receive(reply, from: try #require(Endpoint("203.0.113.9:9")))
        }
        #expect(pair.a.state == before && pair.a.takeSent().isEmpty)
    }

    @Test func `a cookie that answers our response marks the next one`() throws {
        let pair = try SimulatedPair()
        pair.a.raise(PeerEvent.needsSession, pair.b.publicKey)
        for datagram in pair.a.takeSent() { pair.b.receive(datagram.bytes, from: pair.a.address) }
        let response = try #require(pair.b.takeSent().first).bytes
        #expect(response[76...].allSatisfy { $0 == 0 })
        var baker = CookieBaker(publicKey: pair.a.publicKey)
        let source = try #require(HandshakeSource(EndpointRecord(pair.b.address)))
        let reply = baker.reply(to: response.span, from: source, now: pair.time.now) { Random.keyBytes() }
        pair.b.receive(try #require(reply), from: pair.a.address)
        pair.time.pass(seconds: 6)
        pair.a.turn()
        for datagram in pair.a.takeSent() { pair.b.receive(datagram.bytes, from: pair.a.address) }
        let next = try #require(pair.b.takeSent().first).bytes
        let isValid = baker.hasValidMac2(next.span, from: source, now: pair.time.now)
        #expect(isValid)
    }

    @Test func `messages of a former key are nothing to a new one`() throws {
        let pair = try SimulatedPair()
        pair.a.raise(PeerEvent.needsSession, pair.b.publicKey)
        let initiation = try #require(pair.a.takeSent().first).bytes
        try pair.b.set(DeviceChange(privateKey: Random.privateKey()))
        pair.b.receive(initiation, from: pair.a.address)
        #expect(pair.b.takeSent().isEmpty)
        try pair.b.set(DeviceChange(privateKey: .zero))
        #expect(pair.b.shared.macChecker.load(ordering: .relaxed) == nil)
        pair.b.receive(initiation, from: pair.a.address)
        #expect(pair.b.takeSent().isEmpty)
    }

    @Test func `sources are told apart by address and port`() throws {
        let texts = ["192.0.2.1:5", "[2001:db8::1]:5"]
        for text in texts {
            #expect(HandshakeSource(EndpointRecord(try #require(Endpoint(text)))) != nil)
        }
        #expect(HandshakeSource(.none) == nil)
        #expect(HandshakeSource(EndpointRecord(try #require(Endpoint(texts[1]))))?.group == 0x2001_0db8_0000_0000)
    }
}
