import Synchronization
import WGLinux
import WGModel
import WGProtocol

/// All that the engine knows: keys, peers, sessions, sockets. It decides; the other two threads see what it publishes.
///
/// Control thread only. It never blocks and never asks for the time: whoever calls says what time it is (`now`, in
/// `EngineClock` nanoseconds), so that tests can run hours in a moment.
///
/// By topic: `+Configuration` applies what clients set, `+Report` tells what is, `+Handshake` speaks the handshake,
/// `+Admission` stands before it when there is too much of it,
/// `+Timers` does what is due, `+Publication` hands things to the other threads and takes them back.
final class EngineController {
    let name: InterfaceName
    let shared: SharedState
    let network: any ControlNetwork
    /// The time of day: for TAI64N stamps and for reports.
    let wallClock: () -> HandshakeTime
    let log: EngineLog

    /// `nil` while the device has no private key.
    var identity: LocalIdentity?
    /// For messages to `identity`.
    var macChecker: MacChecker?
    /// Which of them are worth a computation.
    var admission: HandshakeAdmission?
    /// The port in use, or to be used once the link is up; 0 for one that the kernel chooses.
    var listenPort: UInt16 = 0
    var fwmark: UInt32 = 0
    /// Whether the TUN device is up. Sockets are bound while it is.
    var isUp = false
    var sockets: UdpSockets?
    /// Of the sockets before these; 0 where there were none.
    var formerPort: UInt16 = 0
    /// When to bind again: the port was somebody else's as the link came up.
    var bindAgainAt: UInt64?

    var peers: [Int32: PeerRecord] = [:]
    var slotOfKey: [PublicKey: Int32] = [:]
    var slots = PeerSlotAllocator()
    /// Slots by the serial numbers of their peers; stale where a slot has another peer or none.
    var peerOrder = MomentList<Int32>()
    /// The number of peers ever added.
    var serial: UInt64 = 0
    var allowedIPs = AllowedIPs()
    /// Whether `allowedIPs` differs from the published snapshot.
    var routingIsStale = false

    var indexes = KeypairIndexAllocator()
    /// By our indexes: whose responses are awaited.
    var awaited: [UInt32: AwaitedResponse] = [:]
    let arena = KeypairArena()
    var deadlines = DeadlineQueue()
    var reclaimer = Reclaimer()
    /// What passed while the control thread was waiting for something else.
    var passedEarly: [Reclaimer.Item] = []
    /// Orders that found T's ring full.
    var waitingOrders: [(order: OutboundRing.Order, peer: Int32)] = []

    init(
        name: InterfaceName, shared: SharedState, network: any ControlNetwork,
        wallClock: @escaping () -> HandshakeTime, log: EngineLog
    ) {
        self.name = name
        self.shared = shared
        self.network = network
        self.wallClock = wallClock
        self.log = log
    }

    /// The earliest time at which `runDeadlines` has something to do.
    var nextDeadline: UInt64? {
        guard let bindAgainAt else { return deadlines.earliest }
        return min(bindAgainAt, deadlines.earliest ?? .max)
    }

    /// Follows the TUN device: a device that comes up binds its sockets and speaks to the peers that want keepalives;
    /// one that goes down forgets its sessions and closes its sockets.
    func linkChanged(isUp: Bool, now: UInt64) throws(Errno) {
        guard isUp != self.isUp else { return }
        self.isUp = isUp
        log.note(.verbose, isUp ? "link-up" : "link-down", now: now)
        if isUp {
            defer { for peer in peers.values { restartTimers(of: peer, now: now) } }
            bindAgainAt = now + Self.bindInterval
            try bind(port: listenPort)
        } else {
            bindAgainAt = nil
            for peer in peers.values {
                forgetSessions(of: peer)
                deadlines.remove(peer: peer.slot)
                order(.discard, peer.slot)
            }
            publish(sockets: nil)
        }
    }

    /// Nanoseconds between two tries to have a port that somebody else has. The kernel module's link would stay down; ours
    /// is up before we are asked.
    private static let bindInterval: UInt64 = 5_000_000_000

    /// Tries to have the port after all.
    func bindIfDue(now: UInt64) {
        guard let time = bindAgainAt, now >= time else { return }
        bindAgainAt = now + Self.bindInterval
        guard (try? bind(port: listenPort)) != nil else { return }
        for peer in peers.values { handle(.started, of: peer, now: now) }
    }

    /// Takes one message of the other threads.
    func take(_ message: UnsafeMutablePointer<ControlMessage>, now: UInt64) {
        switch message.pointee.kind {
        case .peerEvents:
            handleEvents(of: message.pointee.peer, now: now)
        case .handshake: takeHandshake(message, now: now)
        case .roamed:
            guard let peer = peers[message.pointee.peer] else { return }
            setEndpoint(message.pointee.endpoint, of: peer)
            log.note(.verbose, "endpoint-changed", now: now, fields(of: peer))
        }
    }

    /// Looks at every peer's events: messages have been lost.
    func takeEventsOfAllPeers(now: UInt64) {
        for slot in Array(peers.keys) { handleEvents(of: slot, now: now) }
    }

    /// What a log line says of a peer.
    func fields(of peer: PeerRecord) -> [EngineLog.Field] {
        var fields: [EngineLog.Field] = [("peer", peer.publicKey.base64)]
        if let endpoint = peer.endpoint.endpoint { fields.append(("endpoint", "\(endpoint)")) }
        return fields
    }
}
