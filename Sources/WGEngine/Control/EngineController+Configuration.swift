import Synchronization
import WGLinux
import WGModel
import WGProtocol
import WGUAPI

/// Where a set request stands: whom its lines are about.
struct SetCursor {
    fileprivate enum Subject {
        case device
        /// A peer that is not there: the first line about it makes it.
        case absent(PublicKey)
        case peer(PeerRecord, isNew: Bool)
        /// What is said is ignored.
        case nobody
    }

    fileprivate var subject = Subject.device
    /// The peer's keepalives have been set, and begin when all has been said about it: the endpoint may come later.
    fileprivate var startsKeepalive = false
}

// Line by line, in the order in which a client says it; what came before a failure stays in force.
extension EngineController {
    /// Applies one line of a set request.
    func apply(_ setting: UAPISetting, at cursor: inout SetCursor, now: UInt64) throws(Errno) {
        switch setting {
        case .privateKey(let key): set(privateKey: key, now: now)
        case .listenPort(let port): try set(listenPort: port)
        case .fwmark(let mark): try set(fwmark: mark)
        case .replacePeers: for peer in Array(peers.values) { remove(peer) }
        case .peer(let key):
            try finishPeer(&cursor, now: now)
            cursor.subject = subject(key)
        case .remove:
            if case .peer(let peer, _) = cursor.subject { remove(peer) }
            cursor.subject = .nobody
        case .updateOnly:
            switch cursor.subject {
            case .peer(_, isNew: false): return
            case .peer(let peer, isNew: true): remove(peer)
            case .absent, .nobody, .device: break
            }
            cursor.subject = .nobody
        case .presharedKey(let key): try peer(&cursor)?.presharedKey = key
        case .endpoint(let endpoint):
            if let peer = try peer(&cursor) { setEndpoint(EndpointRecord(endpoint), of: peer) }
        case .persistentKeepalive(let seconds):
            try peer(&cursor)?.persistentKeepalive = seconds
            cursor.startsKeepalive = true
        case .replaceAllowedIPs:
            guard let peer = try peer(&cursor) else { return }
            allowedIPs.takeAll(from: peer.slot)
            routingIsStale = true
        case .allowedIP(let change):
            guard let peer = try peer(&cursor) else { return }
            switch change {
            case .add(let prefix): allowedIPs.give(prefix, to: peer.slot)
            case .remove(let prefix): allowedIPs.take(prefix, from: peer.slot)
            }
            routingIsStale = true
        }
    }

    /// The request has come to its end, or to a line that is wrong: what it changed is in force when this returns.
    func finish(_ cursor: inout SetCursor, now: UInt64) throws(Errno) {
        defer { publishRoutingIfStale() }
        try finishPeer(&cursor, now: now)
    }

    private func subject(_ key: PublicKey) -> SetCursor.Subject {
        guard key != identity?.publicKey else { return .nobody }
        return slotOfKey[key].flatMap { peers[$0] }.map { .peer($0, isNew: false) } ?? .absent(key)
    }

    /// The peer that the request is about, made if need be; `nil` when there is none to change.
    private func peer(_ cursor: inout SetCursor) throws(Errno) -> PeerRecord? {
        switch cursor.subject {
        case .peer(let peer, _):
            // Another client may have removed it meanwhile.
            return peers[peer.slot] === peer ? peer : nil
        case .absent(let key):
            // Another client may have added it meanwhile.
            let known = slotOfKey[key].flatMap { peers[$0] }
            let peer = if let known { known } else { try add(key) }
            cursor.subject = .peer(peer, isNew: known == nil)
            return peer
        case .device, .nobody: return nil
        }
    }

    /// A peer about which nothing else was said is made all the same; keepalives that are turned on begin.
    private func finishPeer(_ cursor: inout SetCursor, now: UInt64) throws(Errno) {
        let peer = try peer(&cursor)
        if let peer, cursor.startsKeepalive {
            handle(.persistentKeepalive(peer.persistentKeepalive), of: peer, now: now)
        }
        cursor = SetCursor()
    }

    private func set(fwmark mark: UInt32) throws(Errno) {
        guard mark != fwmark else { return }
        if let sockets { try network.setMark(mark, of: sockets) }
        fwmark = mark
        for peer in peers.values { forgetSource(of: peer) }
    }

    /// Setting the port in use does nothing; one that could not be bound is tried again. While the link is down the port
    /// is tried, so that one that is taken is refused to the client who asks for it, and let go again.
    private func set(listenPort port: UInt16) throws(Errno) {
        let isUnbound = isUp && sockets == nil
        guard port != listenPort || isUnbound else { return }
        if isUp {
            try bind(port: port)
        } else {
            if port != 0 { network.close(try openSockets(port: port)) }
            listenPort = port
        }
        for peer in peers.values { forgetSource(of: peer) }
    }

    /// Opens sockets and publishes them in place of the former ones, which stay if it fails.
    func bind(port: UInt16) throws(Errno) {
        let opened = try openSockets(port: port)
        listenPort = opened.port
        publish(sockets: opened)
    }

    private func openSockets(port: UInt16) throws(Errno) -> UdpSockets {
        do throws(Errno) {
            return try network.open(port: port, mark: fwmark)
        } catch {
            guard error == .addressInUse, reclaimer.holdsSockets || port == formerPort else { throw error }
        }
        closeRetiredSockets()
        // A thread that sleeps on a closed socket keeps it until it has woken up.
        var tries = port == formerPort ? 100 : 1
        while true {
            do throws(Errno) {
                return try network.open(port: port, mark: fwmark)
            } catch {
                tries -= 1
                guard error == .addressInUse, tries > 0 else { throw error }
            }
            WallClock.sleep(.milliseconds(1))
        }
    }

    /// The zero key removes the device's key. A new key ends all sessions, and the peer that is now the device itself.
    private func set(privateKey key: PrivateKey, now: UInt64) {
        let new = key.isZero ? nil : key.clamped
        guard new != identity?.privateKey else { return }
        identity = new.map { LocalIdentity(privateKey: $0) }
        macChecker = identity.map { MacChecker(publicKey: $0.publicKey) }
        admission = identity.map { HandshakeAdmission(publicKey: $0.publicKey) }
        publishMacChecker()
        if let identity, let slot = slotOfKey[identity.publicKey], let peer = peers[slot] { remove(peer) }
        for peer in peers.values {
            peer.identify(to: identity)
            forgetSessions(of: peer)
            restartTimers(of: peer, now: now)
        }
    }

    private func add(_ key: PublicKey) throws(Errno) -> PeerRecord {
        guard let slot = slots.allocate() else { throw .noSpace }
        serial += 1
        let peer = PeerRecord(slot: slot, serial: serial, publicKey: key)
        peer.identify(to: identity)
        peers[slot] = peer
        peerOrder.append(slot, at: serial)
        slotOfKey[key] = slot
        shared.peers[slot].pointee.isActive.store(true, ordering: .releasing)
        return peer
    }

    func remove(_ peer: PeerRecord) {
        forgetSessions(of: peer)
        withdrawSlot(of: peer)
        allowedIPs.takeAll(from: peer.slot)
        routingIsStale = true
        deadlines.remove(peer: peer.slot)
        slotOfKey[peer.publicKey] = nil
        peers[peer.slot] = nil
        peerOrder.noteStale { [peers] in peers[$0]?.serial == $1 }
    }
}
