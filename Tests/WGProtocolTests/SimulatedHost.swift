import TestSupport
import WGProtocol

/// Nanoseconds.
func seconds(_ count: Double) -> UInt64 { UInt64(count * 1_000_000_000) }

/// What goes from host to host.
enum SimulatedMessage {
    case initiation(Int)
    case response(initiation: Int, keypair: Int)
    case data(keypair: Int, isKeepalive: Bool)
}

/// One side of a tunnel without cryptography: `SessionTimers` and `KeypairRotation` in the hands of an owner that
/// keeps to the rules, and a data plane that stores stamps and reports events.
struct SimulatedHost {
    struct Keypair: Equatable {
        let id: Int
        let birth: UInt64
        let isInitiator: Bool
        var counter: UInt64 = 0
        var hasRaisedRekey = false
    }

    var timers = SessionTimers()
    var keypairs = KeypairRotation<Int>()
    var live: [Int: Keypair] = [:]
    var seen = SessionTimers.Observations()
    var isWatched = false
    var staged = 0
    var initiation: Int?
    var greatestInitiation = 0
    var generator: SeededGenerator
    /// Handed to the network by `Simulation`.
    var outbox: [SimulatedMessage] = []
    /// Numbers of initiations and keypairs, unique in the simulation.
    var nextNumber: Int

    // What the tests look at.
    var initiationsSent: [UInt64] = []
    var keepalivesSent: [UInt64] = []
    var messagesSent: [UInt64] = []
    var sessionsNeeded: [UInt64] = []
    var established: [UInt64] = []
    var drops: [UInt64] = []
    var zeroings: [UInt64] = []
    var dataReceived = 0
    var looks = 0

    init(seed: UInt64, firstNumber: Int) {
        generator = SeededGenerator(seed: seed)
        nextNumber = firstNumber
    }

    mutating func handle(_ event: SessionTimers.Event, _ now: UInt64) {
        looks += 1
        seen.session = keypairs.current.flatMap { live[$0] }.map {
            SessionTimers.Session(birth: $0.birth, isInitiator: $0.isInitiator, sendCounter: $0.counter)
        }
        let jitter = UInt64.random(in: 0...SessionTimers.maximumJitter, using: &generator)
        let actions = timers.handle(event, now: now, observations: seen, jitter: jitter)
        if !timers.isWatching { isWatched = false }
        if actions.contains(.zeroKeys) {
            zeroings.append(now)
            initiation = nil
            forget(keypairs.removeAll())
        }
        if actions.contains(.dropStagedPackets) {
            staged = 0
            drops.append(now)
        }
        if actions.contains(.sendInitiation) {
            initiation = number()
            initiationsSent.append(now)
            send(.initiation(initiation!), now)
        }
        if actions.contains(.confirmSession) {
            if staged > 0 { flush(now) } else { sendKeepalive(now) }
        }
        if actions.contains(.sendStagedPackets) { flush(now) }
        if actions.contains(.sendKeepalive) { sendKeepalive(now) }
    }

    mutating func sendData(_ now: UInt64) {
        guard let keypair = usable(now) else {
            staged += 1
            sessionsNeeded.append(now)
            handle(.sessionNeeded, now)
            return
        }
        live[keypair.id]!.counter += 1
        send(.data(keypair: keypair.id, isKeepalive: false), now)
        seen.lastDataSent = now
        if seen.firstUnansweredDataSent == 0 { seen.firstUnansweredDataSent = now }
        if keypair.isInitiator, now >= keypair.birth + SessionTimers.rekeyAfterTime { raiseRekey(keypair.id, now) }
        noteActivity(now)
    }

    mutating func receive(_ message: SimulatedMessage, _ now: UInt64) {
        switch message {
        case .initiation(let id):
            guard id > greatestInitiation else { return }
            greatestInitiation = id
            noteAuthenticatedReceived(now)
            let keypair = Keypair(id: number(), birth: now, isInitiator: false)
            live[keypair.id] = keypair
            forget(keypairs.installAsResponder(keypair.id))
            send(.response(initiation: id, keypair: keypair.id), now)
            handle(.responseSent, now)
        case .response(let id, let keypair):
            guard id == initiation else { return }
            initiation = nil
            noteAuthenticatedReceived(now)
            live[keypair] = Keypair(id: keypair, birth: now, isInitiator: true)
            forget(keypairs.installAsInitiator(keypair))
            established.append(now)
            handle(.establishedAsInitiator, now)
        case .data(let id, let isKeepalive):
            receiveData(id, isKeepalive, now)
        }
    }

    private mutating func receiveData(_ id: Int, _ isKeepalive: Bool, _ now: UInt64) {
        guard let keypair = live[id], now < keypair.birth + SessionTimers.rejectAfterTime else { return }
        noteAuthenticatedReceived(now)
        let (isPromoted, retired) = keypairs.confirmNext { $0 == id }
        forget(retired)
        if isPromoted {
            established.append(now)
            handle(.establishedAsResponder, now)
        }
        if keypair.isInitiator, now >= keypair.birth + SessionTimers.rekeyAfterTimeReceiving { raiseRekey(id, now) }
        guard !isKeepalive else { return }
        dataReceived += 1
        seen.lastDataReceived = now
        if seen.firstUnrepliedDataReceived == 0 { seen.firstUnrepliedDataReceived = now }
        noteActivity(now)
    }

    private func usable(_ now: UInt64) -> Keypair? {
        guard let keypair = keypairs.current.flatMap({ live[$0] }) else { return nil }
        return now < keypair.birth + SessionTimers.rejectAfterTime ? keypair : nil
    }

    private mutating func flush(_ now: UInt64) {
        let count = staged
        staged = 0
        for _ in 0..<count { sendData(now) }
    }

    private mutating func sendKeepalive(_ now: UInt64) {
        guard let keypair = usable(now) else { return }
        keepalivesSent.append(now)
        send(.data(keypair: keypair.id, isKeepalive: true), now)
    }

    private mutating func send(_ message: SimulatedMessage, _ now: UInt64) {
        outbox.append(message)
        messagesSent.append(now)
        seen.lastAuthenticatedSent = now
        seen.firstUnrepliedDataReceived = 0
    }

    private mutating func noteAuthenticatedReceived(_ now: UInt64) {
        seen.lastAuthenticatedReceived = now
        seen.firstUnansweredDataSent = 0
    }

    private mutating func noteActivity(_ now: UInt64) {
        guard !isWatched else { return }
        isWatched = true
        handle(.activity, now)
    }

    private mutating func raiseRekey(_ id: Int, _ now: UInt64) {
        guard let keypair = live[id], !keypair.hasRaisedRekey else { return }
        live[id]!.hasRaisedRekey = true
        handle(.rekeyDue, now)
    }

    private mutating func forget(_ retired: [Int]) {
        for id in retired { live[id] = nil }
    }

    private mutating func number() -> Int {
        defer { nextNumber += 2 }
        return nextNumber
    }
}

/// Two hosts, a network between them, and a clock that jumps from event to event.
struct Simulation {
    enum Happening {
        case arrival(SimulatedMessage)
        case traffic
        case configure(UInt16)
    }

    var hosts = [SimulatedHost(seed: 11, firstNumber: 1), SimulatedHost(seed: 22, firstNumber: 2)]
    var now: UInt64 = seconds(1000)
    var latency = seconds(0.04)
    /// From 0 to 1, of messages.
    var loss = 0.0
    /// The network carries nothing.
    var isCut = false
    /// Where each host's data comes in regular intervals, and until when.
    var interval: [UInt64?] = [nil, nil]
    var trafficEnd: UInt64 = .max
    /// The application answers each data packet.
    var echoes = false
    private var agenda: [(time: UInt64, host: Int, happening: Happening)] = []
    private var generator = SeededGenerator(seed: 33)

    mutating func schedule(_ happening: Happening, host: Int, at time: UInt64) {
        let place = agenda.lastIndex { $0.time <= time }.map { $0 + 1 } ?? 0
        agenda.insert((time, host, happening), at: place)
    }

    mutating func startTraffic(host: Int, every period: Double) {
        interval[host] = seconds(period)
        schedule(.traffic, host: host, at: now)
    }

    /// Runs until the time or until nothing will ever happen any more.
    mutating func run(for duration: Double) {
        let end = now + seconds(duration)
        while let time = nextTime(), time <= end {
            now = max(now, time)
            for host in hosts.indices {
                if let deadline = hosts[host].timers.nextDeadline, deadline <= now {
                    hosts[host].handle(.deadline, now)
                }
            }
            deliverOutboxes()
            while let first = agenda.first, first.time <= now {
                agenda.removeFirst()
                happen(first.happening, host: first.host)
                deliverOutboxes()
            }
        }
        now = end
    }

    private func nextTime() -> UInt64? {
        (hosts.compactMap(\.timers.nextDeadline) + agenda.prefix(1).map(\.time)).min()
    }

    private mutating func happen(_ happening: Happening, host: Int) {
        switch happening {
        case .arrival(let message):
            let before = hosts[host].dataReceived
            hosts[host].receive(message, now)
            if echoes && host == 1 && hosts[host].dataReceived > before { hosts[host].sendData(now) }
        case .traffic:
            guard now < trafficEnd, let interval = interval[host] else { return }
            hosts[host].sendData(now)
            schedule(.traffic, host: host, at: now + interval)
        case .configure(let keepalive):
            hosts[host].handle(.persistentKeepalive(keepalive), now)
        }
    }

    private mutating func deliverOutboxes() {
        for host in hosts.indices {
            for message in hosts[host].outbox {
                let isLost = Double.random(in: 0..<1, using: &generator) < loss
                if !isLost && !isCut { schedule(.arrival(message), host: 1 - host, at: now + latency) }
            }
            hosts[host].outbox = []
        }
    }
}
