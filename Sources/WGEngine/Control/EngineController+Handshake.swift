internal import CLinux
import Synchronization
import WGCrypto
import WGModel
import WGProtocol

/// A response to an initiation of ours that is still to come.
struct AwaitedResponse {
    let peer: Int32
    /// One with its index has come. The first costs no budget: whoever sent it knew 32 random bits. Any further one is a
    /// forgery, or follows one.
    var hasCome = false
}

// The handshake's two messages, as initiator and as responder (whitepaper 5.4).
extension EngineController {
    /// Sends a new initiation in place of any before it.
    func sendInitiation(to peer: PeerRecord, now: UInt64) {
        dropInitiation(of: peer)
        guard let identity, let remote = peer.remote else { return }
        guard let index = indexes.allocate() else { return }
        let made = NoiseHandshake.createInitiation(
            local: identity, remote: remote, ephemeral: Random.privateKey(), timestamp: timestamp(), senderIndex: index)
        guard let made else {
            indexes.release(index)
            return
        }
        peer.initiation = made.state
        awaited[index] = AwaitedResponse(peer: peer.slot)
        send(made.message, to: peer, now: now)
    }

    func receiveInitiation(
        _ message: [UInt8], from endpoint: EndpointRecord, _ identity: LocalIdentity, now: UInt64
    ) {
        let initiation = NoiseHandshake.consumeInitiation(message, local: identity) { key in
            slotOfKey[key].flatMap { peers[$0]?.remote }
        }
        guard let initiation, let slot = slotOfKey[initiation.publicKey], let peer = peers[slot] else { return }
        guard let remote = peer.remote, peer.filter.take(initiation.timestamp, now: now) else { return }
        noteReceived(message.count, from: endpoint, peer, now: now)

        admission?.noteAnswer(now: now)
        guard let index = indexes.allocate() else { return }
        let made = NoiseHandshake.createResponse(
            to: initiation, remote: remote, presharedKey: peer.presharedKey, ephemeral: Random.privateKey(),
            senderIndex: index)
        // A keypair in use must not give way as one that nobody has confirmed: U's word on it may still be on its way.
        takeConfirmation(of: peer, now: now)
        guard let made, install(made.keys, for: peer, now: now) else {
            indexes.release(index)
            return
        }
        send(made.message, to: peer, now: now)
        handle(.responseSent, of: peer, now: now)
    }

    func receiveResponse(
        _ message: [UInt8], from endpoint: EndpointRecord, _ identity: LocalIdentity, now: UInt64
    ) {
        guard let index = MessageLayout.receiver(of: message.span), let slot = awaited[index]?.peer,
            let peer = peers[slot],
            let state = peer.initiation
        else { return }
        let keys = NoiseHandshake.consumeResponse(
            message, state: state, local: identity, presharedKey: peer.presharedKey)
        guard let keys else { return }
        // The index now names the session.
        awaited[index] = nil
        peer.initiation = nil
        guard install(keys, for: peer, now: now) else {
            indexes.release(index)
            return
        }
        noteReceived(message.count, from: endpoint, peer, now: now)
        peer.lastHandshake = wallClock()
        log.note(.verbose, "session-established", now: now, fields(of: peer) + [("role", "initiator")])
        handle(.establishedAsInitiator, of: peer, now: now)
    }

    /// Gives up the initiation that awaits its response.
    func dropInitiation(of peer: PeerRecord) {
        guard let index = peer.initiation?.senderIndex else { return }
        peer.initiation = nil
        awaited[index] = nil
        indexes.release(index)
    }

    private func timestamp() -> TAI64N {
        let time = wallClock()
        return TAI64N(unixSeconds: time.seconds, nanoseconds: UInt32(clamping: time.nanoseconds))
    }

    private func send(_ message: consuming [UInt8], to peer: PeerRecord, now: UInt64) {
        peer.cookies.mark(&message, now: now)
        guard let sockets, peer.endpoint.addressLength != 0 else { return }
        if !network.send(message, to: peer.endpoint, over: sockets) { forgetSource(of: peer) }
        let slot = shared.peers[peer.slot]
        slot.pointee.sentBytes.add(UInt64(message.count), ordering: .relaxed)
        slot.pointee.lastAuthenticatedSent.store(now, ordering: .relaxed)
        slot.pointee.firstUnrepliedDataReceived.store(0, ordering: .relaxed)
    }

    /// An authentic message came: the peer is where it says it is, and what we sent has been answered.
    private func noteReceived(_ count: Int, from endpoint: EndpointRecord, _ peer: PeerRecord, now: UInt64) {
        setEndpoint(endpoint, of: peer)
        let slot = shared.peers[peer.slot]
        slot.pointee.receivedBytes.add(UInt64(count), ordering: .relaxed)
        slot.pointee.lastAuthenticatedReceived.store(now, ordering: .relaxed)
        slot.pointee.firstUnansweredDataSent.store(0, ordering: .relaxed)
    }
}
