import Synchronization
import Testing
import WGCrypto
import WGModel

@testable import WGEngine

@Suite struct ControlHandshakeTests {
    @Test(arguments: [PresharedKey.zero, Random.presharedKey()])
    func `two devices agree on keys`(key: PresharedKey) throws {
        let pair = try SimulatedPair(presharedKeys: (key, key))
        pair.a.raise(PeerEvent.needsSession, pair.b.publicKey)
        pair.deliver()
        let ours = try #require(pair.a.sending(pair.b.publicKey))
        let theirs = try #require(pair.b.shared.keypairs.find(ours.pointee.remoteIndex))
        #expect(PublicKey(bytes: ours.pointee.sendKey) == PublicKey(bytes: theirs.pointee.receiveKey))
        #expect(PublicKey(bytes: ours.pointee.receiveKey) == PublicKey(bytes: theirs.pointee.sendKey))
        #expect(theirs.pointee.remoteIndex == ours.pointee.localIndex)
        #expect(pair.a.takeOrders() == [.flushOrKeepalive])
        #expect(pair.a.state.peers[0].lastHandshake != nil)
    }

    @Test func `a responder sends only after the initiator's first packet`() throws {
        let pair = try SimulatedPair()
        pair.a.raise(PeerEvent.needsSession, pair.b.publicKey)
        pair.deliver()
        #expect(pair.b.sending(pair.a.publicKey) == nil)
        #expect(pair.b.state.peers[0].lastHandshake == nil)
        pair.confirm()
        #expect(pair.b.sending(pair.a.publicKey) != nil)
        #expect(pair.b.state.peers[0].lastHandshake != nil)
        #expect(pair.b.takeOrders() == [.flush])
    }

    @Test func `a keypair in use stays when another initiation overtakes the word that it is`() throws {
        let pair = try SimulatedPair()
        pair.a.raise(PeerEvent.needsSession, pair.b.publicKey)
        pair.deliver()
        let used = try #require(pair.a.sending(pair.b.publicKey)).pointee.remoteIndex
        // The inbound loop has marked it, but its message has not been taken yet.
        let record = try #require(pair.b.shared.keypairs.find(used))
        record.pointee.isConfirmed.store(true, ordering: .releasing)
        pair.time.pass(seconds: 121)
        pair.a.raise(PeerEvent.needsRekey, pair.b.publicKey)
        for datagram in pair.a.takeSent() { pair.b.receive(datagram.bytes, from: pair.a.address) }
        #expect(pair.b.shared.keypairs.find(used) != nil)
        #expect(pair.b.sending(pair.a.publicKey)?.pointee.localIndex == used)
    }

    @Test func `a new keypair is there to be sent with before the control thread hears that it is in use`() throws {
        let pair = try SimulatedPair()
        pair.a.raise(PeerEvent.needsSession, pair.b.publicKey)
        pair.deliver()
        let index = try #require(pair.a.sending(pair.b.publicKey)).pointee.remoteIndex
        let slot = try #require(pair.b.controller.slotOfKey[pair.a.publicKey])
        let published = pair.b.shared.peers[slot].pointee.nextKeypair.load(ordering: .acquiring)
        #expect(published?.pointee.localIndex == index)
        pair.confirm()
        #expect(pair.b.shared.peers[slot].pointee.nextKeypair.load(ordering: .acquiring) == nil)
    }

    @Test func `different preshared keys give no session`() throws {
        let pair = try SimulatedPair(presharedKeys: (Random.presharedKey(), Random.presharedKey()))
        pair.establish()
        #expect(pair.a.sending(pair.b.publicKey) == nil)
        #expect(pair.b.sending(pair.a.publicKey) == nil)
        #expect(pair.a.state.peers[0].lastHandshake == nil)
    }

    @Test func `a replayed initiation is not answered`() throws {
        let pair = try SimulatedPair()
        pair.a.raise(PeerEvent.needsSession, pair.b.publicKey)
        let initiation = try #require(pair.a.takeSent().first).bytes
        pair.b.receive(initiation, from: pair.a.address)
        #expect(pair.b.takeSent().count == 1)
        pair.time.pass(seconds: 10)
        let elsewhere = try #require(Endpoint("203.0.113.9:9"))
        pair.b.receive(initiation, from: elsewhere)
        #expect(pair.b.takeSent().isEmpty)
        #expect(pair.b.state.peers[0].endpoint == pair.a.address)
    }

    @Test func `a tampered message is dropped`() throws {
        let pair = try SimulatedPair()
        pair.a.raise(PeerEvent.needsSession, pair.b.publicKey)
        let initiation = try #require(pair.a.takeSent().first).bytes
        for place in stride(from: 0, to: 132, by: 7) {
            var tampered = initiation
            tampered[place] ^= 0x40
            pair.b.receive(tampered, from: pair.a.address)
        }
        pair.b.receive(Array(initiation.dropLast()), from: pair.a.address)
        pair.b.receive([], from: pair.a.address)
        #expect(pair.b.takeSent().isEmpty)
        #expect(pair.b.state.peers[0].receivedBytes == 0)
    }

    @Test func `a stranger's initiation is not answered`() throws {
        let pair = try SimulatedPair()
        let stranger = try SimulatedDevice(pair.time, address: "192.0.2.3:3")
        try stranger.set(PeerChange(publicKey: pair.b.publicKey, endpoint: pair.b.address))
        stranger.raise(PeerEvent.needsSession, pair.b.publicKey)
        for datagram in stranger.takeSent() { pair.b.receive(datagram.bytes, from: stranger.address) }
        #expect(pair.b.takeSent().isEmpty)
    }

    @Test func `a response that was not asked for changes nothing`() throws {
        let pair = try SimulatedPair()
        pair.a.raise(PeerEvent.needsSession, pair.b.publicKey)
        for datagram in pair.a.takeSent() { pair.b.receive(datagram.bytes, from: pair.a.address) }
        let response = try #require(pair.b.takeSent().first).bytes
        pair.a.receive(response, from: pair.b.address)
        let first = pair.a.sending(pair.b.publicKey)
        pair.a.receive(response, from: pair.b.address)
        #expect(first != nil && pair.a.sending(pair.b.publicKey) == first)
    }

    @Test func `initiations of both sides that cross give a session`() throws {
        let pair = try SimulatedPair()
        pair.a.raise(PeerEvent.needsSession, pair.b.publicKey)
        pair.b.raise(PeerEvent.needsSession, pair.a.publicKey)
        pair.deliver()
        for (from, to) in [(pair.a, pair.b), (pair.b, pair.a)] {
            let keypair = try #require(from.sending(to.publicKey))
            let other = try #require(to.shared.keypairs.find(keypair.pointee.remoteIndex))
            #expect(PublicKey(bytes: keypair.pointee.sendKey) == PublicKey(bytes: other.pointee.receiveKey))
        }
    }

    @Test func `handshake messages count as traffic`() throws {
        let pair = try SimulatedPair()
        pair.establish()
        #expect(pair.a.state.peers[0].sentBytes == 148 && pair.a.state.peers[0].receivedBytes == 92)
        #expect(pair.b.state.peers[0].sentBytes == 92 && pair.b.state.peers[0].receivedBytes == 148)
    }

    @Test func `a peer that writes from elsewhere has moved`() throws {
        let pair = try SimulatedPair()
        pair.establish()
        pair.a.address = try #require(Endpoint("[2001:db8::7]:7"))
        pair.time.pass(seconds: 130)
        pair.a.raise(PeerEvent.needsRekey, pair.b.publicKey)
        pair.deliver()
        #expect(pair.b.state.peers[0].endpoint == pair.a.address)
        #expect(pair.b.publishedEndpoint(of: pair.a.publicKey) == pair.a.address)
    }

    @Test func `the inbound loop's word on a move is taken`() throws {
        let pair = try SimulatedPair()
        let slot = try #require(pair.b.controller.slotOfKey[pair.a.publicKey])
        let elsewhere = try #require(Endpoint("203.0.113.9:9"))
        _ = pair.b.shared.inboundEvents.push { message in
            message.pointee.kind = .roamed
            message.pointee.peer = slot
            message.pointee.endpoint = EndpointRecord(elsewhere)
        }
        pair.b.turn()
        #expect(pair.b.state.peers[0].endpoint == elsewhere)
    }

    @Test func `a source address that is no good any more is forgotten, whichever thread finds out`() throws {
        let pair = try SimulatedPair()
        let slot = try #require(pair.a.controller.slotOfKey[pair.b.publicKey])
        let peer = try #require(pair.a.controller.peers[slot])
        var learned = EndpointRecord(pair.b.address)
        learned.hasSource = true
        pair.a.controller.setEndpoint(learned, of: peer)
        pair.a.raise(PeerEvent.sourceRefused, pair.b.publicKey)
        #expect(!peer.endpoint.hasSource && peer.endpoint.endpoint == pair.b.address)
        pair.a.controller.setEndpoint(learned, of: peer)
        pair.a.network.hasSources = false
        pair.a.raise(PeerEvent.needsSession, pair.b.publicKey)
        #expect(pair.a.takeSent().count == 1)
        #expect(!peer.endpoint.hasSource && peer.endpoint.endpoint == pair.b.address)
    }

    @Test func `a peer whose key has low order is harmless`() throws {
        let time = SimulatedDevice.Time()
        let device = try SimulatedDevice(time, address: "192.0.2.1:1")
        try device.set(PeerChange(publicKey: .zero, endpoint: Endpoint("192.0.2.2:2"), persistentKeepalive: 1))
        device.raise(PeerEvent.needsSession, .zero)
        #expect(device.takeSent().isEmpty)
        #expect(device.state.peers.count == 1)
    }
}
