import Synchronization
import WGCrypto
import WGModel
import WGProtocol

// What happens to a peer goes to its `SessionTimers`, and what they say is done here.
extension EngineController {
    /// Does what is due at this time.
    func runDeadlines(now: UInt64) {
        bindIfDue(now: now)
        var due: [Int32] = []
        while let slot = deadlines.popDue(now: now) { due.append(slot) }
        for slot in due {
            if let peer = peers[slot] { handle(.deadline, of: peer, now: now) }
        }
    }

    /// Takes what the other threads have raised for a peer.
    func handleEvents(of slot: Int32, now: UInt64) {
        guard let peer = peers[slot] else { return }
        let raised = shared.peers[slot].pointee.raised.exchange(0, ordering: .acquiringAndReleasing)
        if raised & PeerEvent.sourceRefused != 0 { forgetSource(of: peer) }
        if raised & PeerEvent.nextConfirmed != 0 { takeConfirmation(of: peer, now: now) }
        if raised & PeerEvent.needsSession != 0 { handle(.sessionNeeded, of: peer, now: now) }
        if raised & PeerEvent.needsRekey != 0 { handle(.rekeyDue, of: peer, now: now) }
        if raised & PeerEvent.activity != 0 { handle(.activity, of: peer, now: now) }
    }

    /// Makes the next keypair current if the peer has used it.
    func takeConfirmation(of peer: PeerRecord, now: UInt64) {
        guard promoteConfirmed(of: peer) else { return }
        peer.lastHandshake = wallClock()
        log.note(.verbose, "session-established", now: now, fields(of: peer) + [("role", "responder")])
        handle(.establishedAsResponder, of: peer, now: now)
    }

    /// Begins a peer's timers anew, as nothing is under way any more.
    func restartTimers(of peer: PeerRecord, now: UInt64) {
        peer.timers = SessionTimers()
        deadlines.remove(peer: peer.slot)
        if peer.persistentKeepalive != 0 {
            handle(.persistentKeepalive(peer.persistentKeepalive), of: peer, now: now)
        }
    }

    /// Lets the peer's timers know, and does what they ask for. Nothing happens while the link is down.
    func handle(_ event: SessionTimers.Event, of peer: PeerRecord, now: UInt64) {
        guard isUp else { return }
        let seen = observations(of: peer)
        let actions = peer.timers.handle(event, now: now, observations: seen, jitter: jitter())
        perform(actions, for: peer, now: now)
        watch(peer, seen, now: now)
        if let deadline = peer.timers.nextDeadline { deadlines.require(max(deadline, now + 1), peer: peer.slot) }
    }

    private func perform(_ actions: SessionTimers.Actions, for peer: PeerRecord, now: UInt64) {
        if actions.contains(.zeroKeys) {
            log.note(.verbose, "session-expired", now: now, fields(of: peer))
            forgetSessions(of: peer)
        }
        if actions.contains(.dropStagedPackets) { order(.discard, peer.slot) }
        if actions.contains(.clearSourceAddress) { forgetSource(of: peer) }
        if actions.contains(.sendInitiation) { sendInitiation(to: peer, now: now) }
        if actions.contains(.confirmSession) || actions.contains(.sendKeepalive) {
            order(.flushOrKeepalive, peer.slot)
        } else if actions.contains(.sendStagedPackets) {
            order(.flush, peer.slot)
        }
    }

    /// Lets the other threads report activity again once there has been none for a while.
    private func watch(_ peer: PeerRecord, _ seen: SessionTimers.Observations, now: UInt64) {
        let slot = shared.peers[peer.slot]
        guard !peer.timers.isWatching else {
            slot.pointee.isWatched.store(true, ordering: .relaxed)
            return
        }
        guard slot.pointee.isWatched.exchange(false, ordering: .sequentiallyConsistent) else { return }
        let after = observations(of: peer)
        if after.lastDataSent != seen.lastDataSent || after.lastDataReceived != seen.lastDataReceived {
            handle(.activity, of: peer, now: now)
        } else {
            // A stamp that was still on its way when we looked is found then.
            deadlines.require(now + SessionTimers.keepaliveTimeout, peer: peer.slot)
        }
    }

    private func observations(of peer: PeerRecord) -> SessionTimers.Observations {
        let slot = shared.peers[peer.slot]
        return SessionTimers.Observations(
            lastDataSent: slot.pointee.lastDataSent.load(ordering: .relaxed),
            lastDataReceived: slot.pointee.lastDataReceived.load(ordering: .relaxed),
            lastAuthenticatedSent: slot.pointee.lastAuthenticatedSent.load(ordering: .relaxed),
            lastAuthenticatedReceived: slot.pointee.lastAuthenticatedReceived.load(ordering: .relaxed),
            firstUnansweredDataSent: slot.pointee.firstUnansweredDataSent.load(ordering: .relaxed),
            firstUnrepliedDataReceived: slot.pointee.firstUnrepliedDataReceived.load(ordering: .relaxed),
            session: peer.keypairs.current.map { current in
                let counter = current.pointee.sendCounter.load(ordering: .relaxed)
                return SessionTimers.Session(
                    birth: current.pointee.birth, isInitiator: current.pointee.isInitiator,
                    // The outbound loop stops earlier than it must, by what a batch may take.
                    sendCounter: counter < SessionLimits.lastBatchStart ? counter : .max)
            })
    }

    private func jitter() -> UInt64 { UInt64(Random.uint32()) % (SessionTimers.maximumJitter + 1) }
}
