import TestSupport
import Testing
import WGProtocol

/// One call at a time; what comes of many is in `SimulatedTunnelTests`.
struct SessionTimersTests {
    let start = seconds(1000)

    @Test("Data without a session sends an initiation at once, and again only after REKEY_TIMEOUT")
    func rateLimit() {
        var timers = SessionTimers()
        timers.expect(.sessionNeeded, start, gives: .sendInitiation)
        for tenth in 1..<50 as Range<UInt64> {
            timers.expect(.sessionNeeded, start + tenth * seconds(0.1), gives: [])
        }
        #expect(timers.nextDeadline == start + seconds(5))
        timers.expect(.deadline, start + seconds(5), gives: [.sendInitiation, .clearSourceAddress])
    }

    @Test("Jitter delays a retransmission, but never by more than a third of a second")
    func jitter() {
        for (jitter, delay) in [(0, 0), (1000, 1000), (333_333_333, 333_333_333), (.max, 333_333_333)]
            as [(UInt64, UInt64)]
        {
            var timers = SessionTimers()
            _ = timers.handle(.sessionNeeded, now: start, observations: .init(), jitter: jitter)
            #expect(timers.nextDeadline == start + seconds(5) + delay)
        }
    }

    @Test("New data while a handshake is tried starts the count of attempts anew")
    func renewedInterest() {
        var timers = SessionTimers()
        var now = start
        _ = timers.call(.sessionNeeded, now)
        var initiations = 1
        while let deadline = timers.nextDeadline, now < start + seconds(400) {
            now = deadline
            if timers.call(.deadline, now).contains(.sendInitiation) { initiations += 1 }
            if now == start + seconds(50) { timers.expect(.sessionNeeded, now, gives: []) }
        }
        #expect(initiations == 30)
    }

    @Test("An initiation that is wanted too early after a handshake is sent later, unless a session has come up")
    func deferral() {
        for comesUp in [false, true] {
            var timers = SessionTimers()
            timers.expect(.responseSent, start, gives: [])
            timers.expect(.sessionNeeded, start + seconds(1), gives: [])
            #expect(timers.nextDeadline == start + seconds(5))
            if comesUp { timers.expect(.establishedAsResponder, start + seconds(2), gives: .sendStagedPackets) }
            timers.expect(.deadline, start + seconds(5), gives: (comesUp ? [] : .sendInitiation))
        }
    }

    @Test("Having answered an initiation, we hold our own back for REKEY_TIMEOUT")
    func crossing() {
        var timers = SessionTimers()
        timers.expect(.sessionNeeded, start, gives: .sendInitiation)
        timers.expect(.responseSent, start + seconds(4), gives: [])
        #expect(timers.nextDeadline == start + seconds(9))
        timers.expect(.establishedAsResponder, start + seconds(5), gives: .sendStagedPackets)
        #expect(timers.nextDeadline == start + seconds(4) + SessionTimers.zeroKeysAfterTime)
    }

    @Test("A new session is confirmed by its initiator and used by its responder")
    func established() {
        var timers = SessionTimers()
        _ = timers.call(.sessionNeeded, start)
        timers.expect(.establishedAsInitiator, start + 1, gives: .confirmSession)
        #expect(timers.nextDeadline == start + 1 + SessionTimers.zeroKeysAfterTime)
        timers.expect(.deadline, start + 1 + SessionTimers.zeroKeysAfterTime, gives: .zeroKeys)
        #expect(timers.nextDeadline == nil)
    }

    @Test("A late report of a need or of an old key does nothing once there is a fresh session")
    func lateReports() {
        var timers = SessionTimers()
        let seen = observations(session: .init(birth: start, isInitiator: true, sendCounter: 1))
        timers.expect(.sessionNeeded, start + seconds(60), seen, gives: .sendStagedPackets)
        timers.expect(.rekeyDue, start + seconds(60), seen, gives: [])
        timers.expect(.rekeyDue, start + seconds(60), gives: [])
    }

    struct Renewal: Sendable {
        let isInitiator: Bool
        var age = 0.0
        var counter: UInt64 = 1
        let isDue: Bool
    }

    @Test(
        "An initiator renews by age, both sides by the number of messages",
        arguments: [
            Renewal(isInitiator: true, age: 119.9, isDue: false), Renewal(isInitiator: true, age: 120, isDue: true),
            Renewal(isInitiator: false, age: 120, isDue: false), Renewal(isInitiator: false, age: 179, isDue: false),
            Renewal(isInitiator: true, counter: 1 << 60, isDue: true),
            Renewal(isInitiator: false, counter: 1 << 60, isDue: true),
            Renewal(isInitiator: false, counter: 1 << 60 - 1, isDue: false),
        ])
    func renewal(_ renewal: Renewal) {
        let now = start + seconds(renewal.age)
        let session = SessionTimers.Session(
            birth: start, isInitiator: renewal.isInitiator, sendCounter: renewal.counter)
        // By the data plane's report, and by looking at the stamps.
        var reported = SessionTimers()
        reported.expect(.rekeyDue, now, observations(session: session), gives: (renewal.isDue ? .sendInitiation : []))
        var looking = SessionTimers()
        let actions = looking.call(.activity, now, observations(lastDataSent: now, session: session))
        #expect(actions == (renewal.isDue ? .sendInitiation : []))
    }

    @Test("An initiator that only receives renews once after 165 s", arguments: [(164.9, false), (165, true)])
    func receivingRenewal(_ age: Double, _ isDue: Bool) {
        let now = start + seconds(age)
        var timers = SessionTimers()
        let session = SessionTimers.Session(birth: start, isInitiator: true, sendCounter: 1)
        let seen = observations(lastDataReceived: now, firstUnrepliedDataReceived: now, session: session)
        timers.expect(.activity, now, seen, gives: (isDue ? .sendInitiation : []))
        let later = timers.call(.activity, now + seconds(6), seen)
        #expect(later.contains(.sendInitiation) == isDue)
    }

    @Test("No keepalive goes out on a session that is over: a new one is asked for")
    func keepaliveOnOldSession() {
        for (age, counter, expected) in [
            (179.9, 1, .sendKeepalive), (180, 1, .sendInitiation),
            (10, SessionTimers.rejectAfterMessages, .sendInitiation),
        ] as [(Double, UInt64, SessionTimers.Actions)] {
            let now = start + seconds(age)
            let session = SessionTimers.Session(birth: start, isInitiator: false, sendCounter: counter)
            var timers = SessionTimers()
            let seen = observations(firstUnrepliedDataReceived: now - seconds(10), session: session)
            let actions = timers.call(.deadline, now, seen)
            #expect(actions.isSuperset(of: expected))
        }
    }

    @Test("Setting a persistent keepalive sends one at once; changing it doesn't; clearing it ends them")
    func persistentKeepalive() {
        var timers = SessionTimers()
        let session = SessionTimers.Session(birth: start, isInitiator: false, sendCounter: 1)
        let seen = observations(session: session)
        timers.expect(.persistentKeepalive(25), start, seen, gives: .sendKeepalive)
        #expect(timers.nextDeadline == start + seconds(25))
        timers.expect(.persistentKeepalive(60), start + seconds(5), seen, gives: [])
        #expect(timers.nextDeadline == start + seconds(60))
        timers.expect(.started, start + seconds(6), seen, gives: .sendKeepalive)
        timers.expect(.persistentKeepalive(0), start + seconds(7), seen, gives: [])
        #expect(timers.nextDeadline == nil)
        timers.expect(.started, start + seconds(8), seen, gives: [])
    }

    @Test("Traffic puts a persistent keepalive off, either way")
    func traversal() {
        var timers = SessionTimers()
        let session = SessionTimers.Session(birth: start, isInitiator: false, sendCounter: 1)
        _ = timers.call(.persistentKeepalive(25), start, observations(session: session))
        var seen = observations(session: session)
        seen.lastAuthenticatedSent = start + seconds(20)
        timers.expect(.deadline, start + seconds(25), seen, gives: [])
        #expect(timers.nextDeadline == start + seconds(45))
        seen.lastAuthenticatedReceived = start + seconds(40)
        timers.expect(.deadline, start + seconds(45), seen, gives: [])
        #expect(timers.nextDeadline == start + seconds(65))
        timers.expect(.deadline, start + seconds(65), seen, gives: .sendKeepalive)
    }

    @Test("While there is traffic we look every 10 s; after silence the data plane must report again")
    func watching() {
        var timers = SessionTimers()
        var seen = observations(session: .init(birth: start, isInitiator: false, sendCounter: 1))
        #expect(!timers.isWatching)
        var now = start
        for _ in 0..<10 {
            seen.lastDataSent = now
            _ = timers.call(now == start ? .activity : .deadline, now, seen)
            #expect(timers.isWatching)
            #expect(timers.nextDeadline == now + seconds(10))
            now += seconds(10)
        }
        // The last data was as old as the look before, and might have come after it.
        _ = timers.call(.deadline, now, seen)
        _ = timers.call(.deadline, now + seconds(10), seen)
        #expect(!timers.isWatching)
        #expect(timers.nextDeadline == nil)
    }

    @Test("A slot whose stamps are never cleared doesn't make us call again and again")
    func stuckStamps() {
        var timers = SessionTimers()
        let seen = observations(
            lastDataSent: start, lastDataReceived: start, firstUnansweredDataSent: start,
            firstUnrepliedDataReceived: start, session: .init(birth: start, isInitiator: false, sendCounter: 1))
        var now = start
        var actions: [SessionTimers.Actions] = [timers.call(.activity, now, seen)]
        while let deadline = timers.nextDeadline, actions.count < 1000 {
            now = deadline
            actions.append(timers.call(.deadline, now, seen))
        }
        #expect(actions.filter { $0.contains(.sendKeepalive) }.count == 1)
        #expect(actions.filter { $0.contains(.sendInitiation) }.count == 20)
        #expect(actions.count < 40)
    }

    @Test(
        "Whatever happens: initiations are REKEY_TIMEOUT apart, and the next deadline is in the future",
        arguments: 0..<50 as Range<UInt64>)
    func anything(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var timers = SessionTimers()
        var now = start
        var lastInitiation: UInt64?
        for _ in 0..<2000 {
            let events: [SessionTimers.Event] = [
                .sessionNeeded, .rekeyDue, .activity, .responseSent, .establishedAsInitiator, .establishedAsResponder,
                .persistentKeepalive(.random(in: 0...30, using: &generator)), .started, .deadline, .deadline, .deadline,
            ]
            var event = events.randomElement(using: &generator)!
            if let deadline = timers.nextDeadline, Bool.random(using: &generator) {
                now = max(now, deadline)
                event = .deadline
            } else {
                now += UInt64.random(in: 0...seconds(Double.random(in: 0...20, using: &generator)), using: &generator)
            }
            let actions = timers.handle(
                event, now: now, observations: anyObservations(now, &generator),
                jitter: .random(in: 0 ... .max, using: &generator))
            if actions.contains(.sendInitiation) {
                if let lastInitiation, now < lastInitiation + SessionTimers.rekeyTimeout {
                    Issue.record("initiations \(now - lastInitiation) ns apart")
                }
                lastInitiation = now
            }
            if let deadline = timers.nextDeadline, deadline <= now {
                Issue.record("after \(event) the deadline is \(now - deadline) ns ago: \(timers)")
            }
        }
    }

    /// Stamps of any age, some of them younger than `now`, as a thread on another CPU may store them.
    private func anyObservations(_ now: UInt64, _ generator: inout SeededGenerator) -> SessionTimers.Observations {
        func stamp() -> UInt64 {
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: 0
            case 1: now + UInt64.random(in: 0...1000, using: &generator)
            default: now - UInt64.random(in: 0...seconds(200), using: &generator)
            }
        }
        let session = SessionTimers.Session(
            birth: stamp(), isInitiator: .random(using: &generator),
            sendCounter: [0, 1, 1 << 60, .max].randomElement(using: &generator)!)
        return SessionTimers.Observations(
            lastDataSent: stamp(), lastDataReceived: stamp(), lastAuthenticatedSent: stamp(),
            lastAuthenticatedReceived: stamp(), firstUnansweredDataSent: stamp(), firstUnrepliedDataReceived: stamp(),
            session: Bool.random(using: &generator) ? session : nil)
    }

    private func observations(
        lastDataSent: UInt64 = 0, lastDataReceived: UInt64 = 0, firstUnansweredDataSent: UInt64 = 0,
        firstUnrepliedDataReceived: UInt64 = 0, session: SessionTimers.Session? = nil
    ) -> SessionTimers.Observations {
        SessionTimers.Observations(
            lastDataSent: lastDataSent, lastDataReceived: lastDataReceived,
            firstUnansweredDataSent: firstUnansweredDataSent, firstUnrepliedDataReceived: firstUnrepliedDataReceived,
            session: session)
    }
}

extension SessionTimers {
    /// `handle` without jitter. A function of its own, because `#expect` can't mutate.
    fileprivate mutating func call(
        _ event: Event, _ now: UInt64, _ observations: Observations = .init()
    ) -> Actions {
        handle(event, now: now, observations: observations, jitter: 0)
    }

    fileprivate mutating func expect(
        _ event: Event, _ now: UInt64, _ observations: Observations = .init(), gives expected: Actions,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let actions = call(event, now, observations)
        #expect(actions == expected, sourceLocation: sourceLocation)
    }
}
