import Synchronization
import Testing
import WGCrypto
import WGModel

@testable import WGEngine

@Suite struct ControlTimersTests {
    /// Lets time pass in small steps, with the control thread awake whenever it wants to be.
    private func pass(_ seconds: Double, _ pair: SimulatedPair, each: () -> Void = {}) {
        let end = pair.time.now + UInt64(seconds * 1e9)
        while pair.time.now < end {
            pair.time.pass(seconds: 0.1)
            pair.a.turn()
            pair.b.turn()
            each()
        }
    }

    @Test func `an unanswered initiation is sent again after five seconds, and after about 90 it is given up`() throws {
        let pair = try SimulatedPair()
        var times: [UInt64] = []
        pair.a.raise(PeerEvent.needsSession, pair.b.publicKey)
        #expect(pair.a.takeSent().count == 1)
        var indexes: Set<[UInt8]> = []
        pass(200, pair) {
            for datagram in pair.a.takeSent() {
                times.append(pair.time.now)
                indexes.insert(Array(datagram.bytes[4..<8]))
            }
        }
        #expect((17...19).contains(times.count))
        #expect(indexes.count == times.count)
        for (earlier, later) in zip(times, times.dropFirst()) {
            #expect((5_000_000_000...5_500_000_000).contains(later - earlier))
        }
        #expect(pair.a.takeOrders().contains(.discard))
    }

    @Test func `while an initiation is under way, waiting data sends no other`() throws {
        let pair = try SimulatedPair()
        for _ in 0..<10 { pair.a.raise(PeerEvent.needsSession, pair.b.publicKey) }
        #expect(pair.a.takeSent().count == 1)
    }

    @Test func `the late response to an initiation that was sent again is not taken`() throws {
        let pair = try SimulatedPair()
        pair.a.raise(PeerEvent.needsSession, pair.b.publicKey)
        for datagram in pair.a.takeSent() { pair.b.receive(datagram.bytes, from: pair.a.address) }
        let late = try #require(pair.b.takeSent().first).bytes
        pass(6, pair)
        #expect(pair.a.takeSent().count == 1)
        pair.a.receive(late, from: pair.b.address)
        #expect(pair.a.sending(pair.b.publicKey) == nil)
    }

    @Test func `a rekey makes a new keypair and keeps the one before it`() throws {
        let pair = try SimulatedPair()
        pair.establish()
        let first = try #require(pair.a.sending(pair.b.publicKey)).pointee.localIndex
        pair.time.pass(seconds: 121)
        pair.a.raise(PeerEvent.needsRekey, pair.b.publicKey)
        pair.deliver()
        pair.confirm()
        let second = try #require(pair.a.sending(pair.b.publicKey)).pointee.localIndex
        #expect(first != second)
        #expect(pair.a.shared.keypairs.find(first) != nil)
        pair.time.pass(seconds: 121)
        pair.a.raise(PeerEvent.needsRekey, pair.b.publicKey)
        pair.deliver()
        #expect(pair.a.shared.keypairs.find(first) == nil)
        #expect(pair.a.shared.keypairs.find(second) != nil)
    }

    @Test func `keypairs of many rekeys don't pile up`() throws {
        let pair = try SimulatedPair()
        for _ in 0..<200 {
            pair.time.pass(seconds: 125)
            pair.a.raise(PeerEvent.needsRekey, pair.b.publicKey)
            pair.a.raise(PeerEvent.needsSession, pair.b.publicKey)
            pair.deliver()
            pair.confirm()
            pair.a.turn()
            pair.b.turn()
        }
        #expect(pair.a.controller.indexes.count <= 3)
        #expect(pair.b.controller.indexes.count <= 3)
        #expect(pair.a.controller.awaited.isEmpty)
    }

    @Test func `a session with which the outbound loop sends no more is renewed at once`() throws {
        let pair = try SimulatedPair()
        pair.establish()
        let keypair = try #require(pair.a.sending(pair.b.publicKey))
        keypair.pointee.sendCounter.store(SessionLimits.lastBatchStart, ordering: .relaxed)
        pair.time.pass(seconds: 30)
        pair.a.raise(PeerEvent.needsSession, pair.b.publicKey)
        #expect(pair.a.takeSent().map(\.bytes.count) == [148])
    }

    @Test func `keys are erased nine minutes after the last handshake`() throws {
        let pair = try SimulatedPair()
        pair.establish()
        let index = try #require(pair.a.sending(pair.b.publicKey)).pointee.localIndex
        pass(535, pair) { _ = (pair.a.takeSent(), pair.b.takeSent()) }
        #expect(pair.a.shared.keypairs.find(index) != nil)
        pass(10, pair)
        #expect(pair.a.shared.keypairs.find(index) == nil)
        #expect(pair.a.sending(pair.b.publicKey) == nil)
        #expect(pair.a.controller.indexes.count == 0)
    }

    @Test func `data that nobody answers brings a new handshake, and forgets the source address`() throws {
        let pair = try SimulatedPair()
        pair.establish()
        let slot = try #require(pair.a.controller.slotOfKey[pair.b.publicKey])
        let peer = try #require(pair.a.controller.peers[slot])
        var learned = EndpointRecord(pair.b.address)
        learned.hasSource = true
        pair.a.controller.setEndpoint(learned, of: peer)
        pair.time.pass(seconds: 10)
        let now = pair.time.now
        pair.a.shared.peers[slot].pointee.lastDataSent.store(now, ordering: .relaxed)
        pair.a.shared.peers[slot].pointee.firstUnansweredDataSent.store(now, ordering: .relaxed)
        pair.a.raise(PeerEvent.activity, pair.b.publicKey)
        #expect(pair.a.isWatched(slot))
        pass(14.5, pair)
        #expect(pair.a.takeSent().isEmpty)
        pass(1.5, pair)
        #expect(pair.a.takeSent().count == 1)
        #expect(!peer.endpoint.hasSource)
    }

    @Test func `data that was received is acknowledged by a keepalive after ten seconds`() throws {
        let pair = try SimulatedPair()
        pair.establish()
        let slot = try #require(pair.a.controller.slotOfKey[pair.b.publicKey])
        pair.time.pass(seconds: 20)
        pair.a.turn()
        _ = pair.a.takeOrders()
        let now = pair.time.now
        pair.a.shared.peers[slot].pointee.lastDataReceived.store(now, ordering: .relaxed)
        pair.a.shared.peers[slot].pointee.firstUnrepliedDataReceived.store(now, ordering: .relaxed)
        pair.a.raise(PeerEvent.activity, pair.b.publicKey)
        pass(9.5, pair)
        #expect(pair.a.takeOrders().isEmpty)
        pass(1, pair)
        #expect(pair.a.takeOrders() == [.flushOrKeepalive])
    }

    @Test func `after a while without data, activity is to be reported again`() throws {
        let pair = try SimulatedPair()
        pair.establish()
        let slot = try #require(pair.a.controller.slotOfKey[pair.b.publicKey])
        pair.a.shared.peers[slot].pointee.lastDataSent.store(pair.time.now, ordering: .relaxed)
        pair.a.raise(PeerEvent.activity, pair.b.publicKey)
        #expect(pair.a.isWatched(slot))
        pass(25, pair)
        #expect(!pair.a.isWatched(slot))
    }

    @Test func `a persistent keepalive is sent at once and then at its interval`() throws {
        let pair = try SimulatedPair()
        pair.establish()
        _ = pair.a.takeOrders()
        try pair.a.set(PeerChange(publicKey: pair.b.publicKey, persistentKeepalive: 20))
        #expect(pair.a.takeOrders() == [.flushOrKeepalive])
        var sent = 0
        pass(61, pair) {
            for _ in pair.a.takeOrders() {
                sent += 1
                // What the outbound loop does when it sends one.
                guard let slot = pair.a.controller.slotOfKey[pair.b.publicKey] else { return }
                pair.a.shared.peers[slot].pointee.lastAuthenticatedSent.store(pair.time.now, ordering: .relaxed)
            }
        }
        #expect(sent == 3)
    }

    @Test func `a device that has nothing to do sleeps without limit`() throws {
        let pair = try SimulatedPair()
        #expect(pair.a.controller.nextDeadline == nil)
        #expect(!pair.a.controller.awaitsOthers)
    }
}
