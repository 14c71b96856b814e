import Synchronization
import WGModel
import WGProtocol

// Keypairs: from a handshake to the other threads, and out of use (whitepaper 5.4.5 and 6).
extension EngineController {
    /// Publishes a new session's keys. False when there is no memory for them.
    func install(_ keys: TransportKeys, for peer: PeerRecord, now: UInt64) -> Bool {
        guard let record = arena.allocate() else {
            log.note(.error, "no-memory-for-session", now: now, fields(of: peer))
            return false
        }
        record.initialize(
            to: KeypairRecord(
                sendKey: keys.sendKey, receiveKey: keys.receiveKey, localIndex: keys.localIndex,
                remoteIndex: keys.remoteIndex, peer: peer.slot, isInitiator: keys.isInitiator, birth: now))
        shared.keypairs.publish(record)
        let retired =
            keys.isInitiator ? peer.keypairs.installAsInitiator(record) : peer.keypairs.installAsResponder(record)
        publishKeypairs(of: peer)
        retire(retired)
        return true
    }

    /// Makes a responder's keypair current once the initiator has used it. False when there is none such.
    func promoteConfirmed(of peer: PeerRecord) -> Bool {
        let result = peer.keypairs.confirmNext { $0.pointee.isConfirmed.load(ordering: .acquiring) }
        guard result.isPromoted else { return false }
        publishKeypairs(of: peer)
        retire(result.retired)
        return true
    }

    /// Takes all keys from the peer, and the handshake under way.
    func forgetSessions(of peer: PeerRecord) {
        dropInitiation(of: peer)
        let retired = peer.keypairs.removeAll()
        publishKeypairs(of: peer)
        retire(retired)
    }

    /// In this order: see `OutboundLoop.usableKeypair`.
    private func publishKeypairs(of peer: PeerRecord) {
        let slot = shared.peers[peer.slot]
        slot.pointee.sendKeypair.store(peer.keypairs.current, ordering: .releasing)
        slot.pointee.nextKeypair.store(peer.keypairs.next, ordering: .releasing)
    }

    private func retire(_ records: [UnsafeMutablePointer<KeypairRecord>]) {
        for record in records {
            shared.keypairs.withdraw(record.pointee.localIndex)
            reclaimer.retire(.keypair(record))
        }
    }
}
