public import WGModel

/// A device as it was at one moment.
public struct DeviceReading: Equatable, Sendable {
    /// The name that was asked for.
    public let name: InterfaceName
    /// `nil` when there was no such device.
    public let state: DeviceState?
    /// When it was read: time since the Unix epoch.
    public let time: HandshakeTime

    /// A reading made elsewhere, or made up.
    public init(name: InterfaceName, state: DeviceState?, time: HandshakeTime) {
        self.name = name
        self.state = state
        self.time = time
    }

    /// How long a session may be used after its handshake: 180 seconds (Reject-After-Time, whitepaper 6.1).
    public static var sessionLifetime: Duration { .seconds(180) }

    /// What happened between an earlier reading and this one.
    ///
    /// Pure: nothing is asked. What was undone in between, such as a peer that was removed and added again, is not seen,
    /// except that its counters begin anew. Of a device that kept changing while it was read
    /// (``DeviceState/isComplete``), peers that are missing count as unread, not as removed.
    ///
    /// - Parameter earlier: of the same device. `nil` for none: then a device that is there appeared.
    public func events(since earlier: DeviceReading?) -> [DeviceEvent] {
        kinds(since: earlier).map { DeviceEvent(device: name, kind: $0) }
    }

    private func kinds(since earlier: DeviceReading?) -> [DeviceEvent.Kind] {
        guard let old = earlier?.state else { return state.map { [.appeared($0)] } ?? [] }
        guard let new = state else { return [.vanished] }
        var kinds: [DeviceEvent.Kind] = []
        if (old.privateKey, old.publicKey, old.listenPort, old.fwmark)
            != (new.privateKey, new.publicKey, new.listenPort, new.fwmark)
        {
            kinds.append(.interfaceChanged(new))
        }
        // Engines may give their peers in another order every time.
        let oldPeers = Dictionary(old.peers.map { ($0.publicKey, $0) }, uniquingKeysWith: { $1 })
        if new.isComplete {
            let kept = Set(new.peers.map(\.publicKey))
            kinds += old.peers.filter { !kept.contains($0.publicKey) }.map { .peerRemoved($0) }
        }
        for peer in new.peers {
            if let oldPeer = oldPeers[peer.publicKey] {
                kinds += changes(of: peer, since: oldPeer, earlier?.time ?? time)
            } else if old.isComplete {
                kinds.append(.peerAdded(peer))
            }
        }
        return kinds
    }

    private func changes(
        of peer: PeerState, since old: PeerState, _ earlier: HandshakeTime
    ) -> [DeviceEvent.Kind] {
        var kinds: [DeviceEvent.Kind] = []
        if (old.presharedKey, old.persistentKeepalive) != (peer.presharedKey, peer.persistentKeepalive)
            || !Self.haveSameElements(old.allowedIPs, peer.allowedIPs)
        {
            kinds.append(.peerChanged(peer))
        }
        if old.endpoint != peer.endpoint { kinds.append(.endpointChanged(peer.publicKey, peer.endpoint)) }
        if let handshake = peer.lastHandshake {
            if Self.isAnother(handshake, old.lastHandshake) {
                kinds.append(.handshakeCompleted(peer.publicKey, handshake))
            } else if Self.isStale(handshake, at: time), !Self.isStale(handshake, at: earlier) {
                kinds.append(.wentStale(peer.publicKey))
            }
        }
        let received = Self.growth(old.receivedBytes, peer.receivedBytes)
        let sent = Self.growth(old.sentBytes, peer.sentBytes)
        if received > 0 || sent > 0 { kinds.append(.transferred(peer.publicKey, received: received, sent: sent)) }
        return kinds
    }

    /// A counter that is smaller than before began anew.
    private static func growth(_ old: UInt64, _ new: UInt64) -> UInt64 { new >= old ? new - old : new }

    /// Some engines report how long ago a handshake was, in seconds, so that its time wavers by one. Real ones are at
    /// least five seconds apart, and after a jump of the clock the later one may have the earlier time.
    private static func isAnother(_ new: HandshakeTime, _ old: HandshakeTime?) -> Bool {
        guard let old else { return true }
        let (later, earlier) = new > old ? (new, old) : (old, new)
        return later.seconds - earlier.seconds >= 2
    }

    private static func isStale(_ handshake: HandshakeTime, at time: HandshakeTime) -> Bool {
        time.seconds - handshake.seconds > sessionLifetime.components.seconds
    }

    private static func haveSameElements(_ left: [IPPrefix], _ right: [IPPrefix]) -> Bool {
        left == right || (left.count == right.count && Set(left) == Set(right))
    }
}
