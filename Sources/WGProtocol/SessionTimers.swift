/// When to shake hands, keep alive, give up and forget: the timers of one peer (whitepaper 6, as the Linux module has
/// them). Control thread only.
///
/// Pure: an event, the time and what the peer's slot says go in; actions and the next deadline come out. Packets never
/// arm a timer. The data plane stores time stamps and reports only the first activity after silence; while there is
/// traffic, `handle` is called at least every KEEPALIVE_TIMEOUT and finds in the stamps what is due. No time-out of
/// traffic is shorter than that, so none is late.
///
/// The owner's loop: `handle` on each event, do the actions, set an alarm for `nextDeadline`, call `handle(.deadline)`
/// then. When `isWatching` has become false: let the data plane report activity again, then read the stamps once more,
/// and if they have moved take the report back and call `handle(.activity)`.
public struct SessionTimers: Sendable {
    /// When `handle(.deadline)` is to be called; `nil` for never. Calling it early or late does no harm.
    public private(set) var nextDeadline: UInt64?
    /// While true, the data plane need not report activity.
    public var isWatching: Bool { watchAt != 0 }

    /// Nanoseconds; 0 is off.
    private var persistentInterval: UInt64 = 0

    // Handshake. Each time is 0 when there is none.
    private var lastHandshakeSent: UInt64 = 0
    private var retransmitAt: UInt64 = 0
    /// An initiation was wanted too early after the last one.
    private var deferredAt: UInt64 = 0
    private var retries = 0
    private var hasRekeyedReceiving = false
    private var zeroKeysAt: UInt64 = 0

    // Traffic.
    /// The last time that we had something sent ourselves; the stamps may not show it yet.
    private var lastOwnSend: UInt64 = 0
    /// Unreplied data from before then is none of our business any more.
    private var repliedAt: UInt64 = 0
    /// Unanswered data from before then has been dealt with.
    private var answeredAt: UInt64 = 0
    private var unrepliedSince: UInt64 = 0
    private var unansweredSince: UInt64 = 0
    private var unansweredJitter: UInt64 = 0
    private var persistentSentAt: UInt64 = 0
    private var lastLook: UInt64 = 0
    private var watchAt: UInt64 = 0

    public init() {}

    /// Decides what to do.
    ///
    /// - Parameters:
    ///   - now: nanoseconds of a monotonic clock that counts while the machine sleeps; never 0.
    ///   - jitter: drawn for this call from 0 to `maximumJitter`.
    public mutating func handle(
        _ event: Event, now: UInt64, observations: Observations, jitter: UInt64
    ) -> Actions {
        var step = Step(now: now, observations: observations, jitter: min(jitter, Self.maximumJitter))
        take(event, &step)
        rekeyIfDue(&step)
        retransmitIfDue(&step)
        if isDue(zeroKeysAt, now) {
            zeroKeysAt = 0
            step.actions.insert(.zeroKeys)
        }
        noteTraffic(step)
        doubtSessionIfDue(&step)
        keepAliveIfDue(&step)
        arm(event, step)
        return step.actions
    }

    /// One call of `handle`.
    private struct Step {
        let now: UInt64
        let observations: Observations
        let jitter: UInt64
        var actions: Actions = []

        var usableSession: Session? {
            guard let session = observations.session, session.isUsable(now: now) else { return nil }
            return session
        }
    }

    private func isDue(_ deadline: UInt64, _ now: UInt64) -> Bool { deadline != 0 && now >= deadline }
}

// MARK: Events

extension SessionTimers {
    private mutating func take(_ event: Event, _ step: inout Step) {
        switch event {
        case .sessionNeeded:
            if step.usableSession != nil {
                step.actions.insert(.sendStagedPackets)
            } else {
                requestInitiation(&step)
            }
        case .rekeyDue:
            guard let session = step.observations.session else { break }
            let isOld = session.isInitiator && step.now >= session.birth &+ Self.rekeyAfterTime
            if isOld || session.sendCounter >= Self.rekeyAfterMessages { requestInitiation(&step) }
        case .responseSent:
            lastHandshakeSent = step.now
            lastOwnSend = step.now
            answeredAt = step.now
            zeroKeysAt = step.now &+ Self.zeroKeysAfterTime
            // Ours waits for REKEY_TIMEOUT after theirs: the new session makes it needless, if it is confirmed.
            if deferredAt != 0 { deferredAt = step.now &+ Self.rekeyTimeout }
            if retransmitAt != 0 { retransmitAt = max(retransmitAt, step.now &+ Self.rekeyTimeout &+ step.jitter) }
        case .cookieReceived:
            if retransmitAt != 0 { retransmitAt = min(retransmitAt, step.now &+ Self.cookieDelay &+ step.jitter) }
        case .establishedAsInitiator:
            established(&step)
            zeroKeysAt = step.now &+ Self.zeroKeysAfterTime
            lastOwnSend = step.now
            step.actions.insert(.confirmSession)
        case .establishedAsResponder:
            established(&step)
            step.actions.insert(.sendStagedPackets)
        case .persistentKeepalive(let seconds):
            let wasOff = persistentInterval == 0
            persistentInterval = UInt64(seconds) * 1_000_000_000
            if wasOff && seconds > 0 { sendPersistentKeepalive(&step) }
        case .started:
            if persistentInterval > 0 { sendPersistentKeepalive(&step) }
        case .activity, .deadline:
            break
        }
    }

    private mutating func established(_ step: inout Step) {
        retransmitAt = 0
        deferredAt = 0
        retries = 0
        hasRekeyedReceiving = false
        answeredAt = step.now
    }
}

// MARK: Handshakes

extension SessionTimers {
    /// Traffic wants a handshake: the count of retries starts anew. Sends an initiation, unless one is under way or
    /// the last one is too recent.
    private mutating func requestInitiation(_ step: inout Step) {
        retries = 0
        guard retransmitAt == 0 else { return }
        let earliest = lastHandshakeSent &+ Self.rekeyTimeout
        if lastHandshakeSent != 0 && step.now < earliest {
            deferredAt = earliest
        } else {
            sendInitiation(&step)
        }
    }

    private mutating func sendInitiation(_ step: inout Step) {
        deferredAt = 0
        lastHandshakeSent = step.now
        lastOwnSend = step.now
        retransmitAt = step.now &+ Self.rekeyTimeout &+ step.jitter
        step.actions.insert(.sendInitiation)
    }

    /// Looks at traffic since the last handshake message: the data plane reports a keypair's age once, but as long as
    /// data flows on an old keypair we must not give up.
    private mutating func rekeyIfDue(_ step: inout Step) {
        guard let session = step.usableSession else { return }
        let seen = step.observations
        let isOld = session.isInitiator && seen.lastDataSent >= session.birth &+ Self.rekeyAfterTime
        if (isOld || session.sendCounter >= Self.rekeyAfterMessages) && seen.lastDataSent > lastHandshakeSent {
            requestInitiation(&step)
        }
        if session.isInitiator && !hasRekeyedReceiving
            && seen.lastDataReceived >= session.birth &+ Self.rekeyAfterTimeReceiving
        {
            hasRekeyedReceiving = true
            requestInitiation(&step)
        }
    }

    private mutating func retransmitIfDue(_ step: inout Step) {
        if isDue(deferredAt, step.now) { sendInitiation(&step) }
        guard isDue(retransmitAt, step.now) else { return }
        guard retries <= Self.maximumRetries else {
            retransmitAt = 0
            repliedAt = step.now
            if zeroKeysAt == 0 { zeroKeysAt = step.now &+ Self.zeroKeysAfterTime }
            step.actions.insert(.dropStagedPackets)
            return
        }
        retries += 1
        step.actions.insert(.clearSourceAddress)
        sendInitiation(&step)
    }
}

// MARK: Traffic

extension SessionTimers {
    /// Finds since when data has been unanswered or unreplied.
    private mutating func noteTraffic(_ step: Step) {
        let seen = step.observations
        let unanswered = Self.start(
            first: seen.firstUnansweredDataSent, last: seen.lastDataSent, handled: answeredAt, known: unansweredSince,
            guess: seen.lastDataSent)
        if unanswered != unansweredSince {
            unansweredSince = unanswered
            unansweredJitter = step.jitter
        }
        let handled = max(repliedAt, lastOwnSend)
        unrepliedSince = Self.start(
            first: seen.firstUnrepliedDataReceived, last: seen.lastDataReceived, handled: handled,
            known: unrepliedSince, guess: isWatching ? max(handled, lastLook) : seen.lastDataReceived)
    }

    /// The start of what is still open. The slot keeps the oldest such data, which may be older than what has been
    /// dealt with: a thread may store a stamp that it took before we acted after we have cleared it. Then, if there is
    /// newer data, we must guess, on the safe side: a keepalive rather early, a doubt rather late.
    private static func start(first: UInt64, last: UInt64, handled: UInt64, known: UInt64, guess: UInt64) -> UInt64 {
        guard first != 0 else { return 0 }
        if first > handled { return first }
        guard last > handled else { return 0 }
        return known != 0 && known >= handled ? known : guess
    }

    private var newHandshakeAt: UInt64 {
        unansweredSince == 0 ? 0 : unansweredSince &+ Self.newHandshakeTimeout &+ unansweredJitter
    }

    /// Data was sent and nothing has come back: the peer may have lost the session, or the path to it has changed.
    private mutating func doubtSessionIfDue(_ step: inout Step) {
        guard isDue(newHandshakeAt, step.now) else { return }
        answeredAt = step.now
        unansweredSince = 0
        step.actions.insert(.clearSourceAddress)
        requestInitiation(&step)
    }

    private var passiveKeepaliveAt: UInt64 {
        unrepliedSince != 0 && unrepliedSince >= max(repliedAt, lastOwnSend)
            ? unrepliedSince &+ Self.keepaliveTimeout : 0
    }

    private func persistentKeepaliveAt(_ observations: Observations) -> UInt64 {
        guard persistentInterval > 0 else { return 0 }
        let last = max(observations.lastAuthenticatedSent, observations.lastAuthenticatedReceived, lastOwnSend)
        // Nothing has moved since the last keepalive: a handshake is under way, and its messages move things again.
        guard last != 0, last >= persistentSentAt else { return 0 }
        return last &+ persistentInterval
    }

    private mutating func keepAliveIfDue(_ step: inout Step) {
        if isDue(passiveKeepaliveAt, step.now) {
            repliedAt = step.now
            sendKeepalive(&step)
        }
        if isDue(persistentKeepaliveAt(step.observations), step.now) { sendPersistentKeepalive(&step) }
    }

    private mutating func sendPersistentKeepalive(_ step: inout Step) {
        persistentSentAt = step.now
        sendKeepalive(&step)
    }

    /// A keepalive is sent like data: without a session it asks for one, and the new session's first packet serves.
    private mutating func sendKeepalive(_ step: inout Step) {
        guard let session = step.usableSession else {
            requestInitiation(&step)
            return
        }
        lastOwnSend = step.now
        step.actions.insert(.sendKeepalive)
        if session.isInitiator && step.now >= session.birth &+ Self.rekeyAfterTime { requestInitiation(&step) }
    }

    private mutating func arm(_ event: Event, _ step: Step) {
        let seen = step.observations
        let passive = passiveKeepaliveAt
        let isActive =
            event == .activity || passive != 0 || unansweredSince != 0
            || max(seen.lastDataSent, seen.lastDataReceived) >= max(lastLook, 1)
        watchAt = isActive ? step.now &+ Self.keepaliveTimeout : 0
        lastLook = step.now
        let deadlines: InlineArray<7, UInt64> = [
            retransmitAt, deferredAt, zeroKeysAt, newHandshakeAt, passive, persistentKeepaliveAt(seen), watchAt,
        ]
        nextDeadline = nil
        for index in deadlines.indices where deadlines[index] != 0 {
            nextDeadline = min(nextDeadline ?? .max, deadlines[index])
        }
    }
}
