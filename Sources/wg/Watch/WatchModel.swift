import WGControl
import WGModel

/// What `wg watch` saw in one round.
struct WatchRound {
    struct Device {
        let name: InterfaceName
        let outcome: Outcome

        var isReadable: Bool { if case .state = outcome { true } else { false } }
    }

    enum Outcome {
        case state(DeviceState)
        case unreadable(ControlError)
    }

    /// Since some fixed moment; never goes backwards.
    let time: Duration
    /// The time of day.
    let now: HandshakeTime
    /// In the order they are listed. A device that isn't here isn't there.
    let devices: [Device]
}

/// The rounds so far, made into what is to be shown. Knows no clock and no screen.
struct WatchModel {
    /// As many rates as are kept of each peer.
    static let historyLength = 60
    /// So long a device that went away is remembered.
    static let memory = Duration.seconds(60)

    /// A device, seen now or a while ago.
    struct Device {
        enum Condition: Equatable {
            case present
            case unreadable(ControlError)
            /// Since so long.
            case gone(Duration)
        }

        var name: InterfaceName
        var condition: Condition
        var listenPort: UInt16 = 0
        var publicKey: PublicKey?
        var isComplete = true
        /// In the device's own order. Empty unless the device is present.
        var peers: [Peer] = []

        /// The busiest of the last rounds first, then the newest handshake; peers alike keep their order.
        var peersByActivity: [Peer] {
            func order(_ entry: (offset: Int, element: Peer)) -> (Double, HandshakeTime, Int) {
                let peer = entry.element
                let handshake = peer.state.lastHandshake ?? HandshakeTime(seconds: 0, nanoseconds: 0)
                return (peer.recent.reduce(0, +), handshake, -entry.offset)
            }
            return peers.enumerated().map { (order($0), $0.element) }.sorted { $0.0 > $1.0 }.map(\.1)
        }

        /// Of all peers together; nil while none has a rate.
        var rate: Rate? {
            let rates = peers.compactMap(\.rate)
            guard !rates.isEmpty else { return nil }
            return Rate(received: rates.map(\.received).reduce(0, +), sent: rates.map(\.sent).reduce(0, +))
        }
    }

    /// A peer with its rates, in bytes per second.
    struct Peer {
        var state: PeerState
        /// nil while there is nothing to compare with: the first time, and after counters went backwards.
        var rate: Rate?
        /// Received and sent together, the latest last.
        var recent: [Double] = []
    }

    struct Rate: Equatable {
        var received: Double
        var sent: Double

        var total: Double { received + sent }
    }

    private struct Memory {
        /// When the device was last there.
        var seenAt: Duration
        /// When its counters were last read.
        var readAt: Duration?
        var peers: [PublicKey: Peer] = [:]
    }

    /// Devices in the order they were first seen.
    private(set) var devices: [Device] = []
    private(set) var now = HandshakeTime(seconds: 0, nanoseconds: 0)
    private var memories: [InterfaceName: Memory] = [:]

    /// Takes in one round.
    ///
    /// - Parameter forgets: whether devices that went away are forgotten in the end, for when all devices are watched.
    mutating func take(_ round: WatchRound, forgets: Bool = true) {
        now = round.now
        var found: [InterfaceName: Device] = [:]
        for entry in round.devices { found[entry.name] = device(entry.name, entry.outcome, at: round.time) }
        var known: [Device] = []
        for old in devices {
            if let device = found.removeValue(forKey: old.name) {
                known.append(device)
            } else if let memory = memories[old.name] {
                let absence = round.time - memory.seenAt
                if forgets, absence > Self.memory {
                    memories[old.name] = nil
                } else {
                    known.append(Device(name: old.name, condition: .gone(absence)))
                }
            }
        }
        devices = known + round.devices.compactMap { found[$0.name] }
    }

    private mutating func device(_ name: InterfaceName, _ outcome: WatchRound.Outcome, at time: Duration) -> Device {
        var memory = memories[name] ?? Memory(seenAt: time)
        memory.seenAt = time
        defer { memories[name] = memory }
        switch outcome {
        case .unreadable(let error): return Device(name: name, condition: .unreadable(error))
        case .state(let state):
            let elapsed = memory.readAt.map { time - $0 }
            let peers = state.peers.map { peer in
                Peer(peer, after: memory.peers[peer.publicKey], elapsed)
            }
            memory.readAt = time
            memory.peers = Dictionary(peers.map { ($0.state.publicKey, $0) }, uniquingKeysWith: { $1 })
            return Device(
                name: name, condition: .present, listenPort: state.listenPort, publicKey: state.publicKey,
                isComplete: state.isComplete, peers: peers)
        }
    }
}

extension WatchModel.Peer {
    /// - Parameter elapsed: the time since the peer was `previous`.
    fileprivate init(_ state: PeerState, after previous: WatchModel.Peer?, _ elapsed: Duration?) {
        self.state = state
        guard let previous, let elapsed, elapsed > .zero else { return }
        let before = previous.state
        if state.receivedBytes >= before.receivedBytes, state.sentBytes >= before.sentBytes {
            let seconds = elapsed / .seconds(1)
            rate = WatchModel.Rate(
                received: Double(state.receivedBytes - before.receivedBytes) / seconds,
                sent: Double(state.sentBytes - before.sentBytes) / seconds)
        }
        recent = previous.recent.suffix(WatchModel.historyLength - 1) + [rate?.total ?? 0]
    }
}
