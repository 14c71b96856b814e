import Synchronization
import WGLinux
import WGModel
import WGProtocol

extension EngineController {
    /// Applies what a client asks for, in the kernel module's order: mark, port, removal of all peers, private key,
    /// peers. What came before a failure stays in force.
    func apply(_ change: DeviceChange, now: UInt64) throws(Errno) {
        defer { publishRoutingIfStale() }
        if let mark = change.fwmark { try set(fwmark: mark) }
        if let port = change.listenPort { try set(listenPort: port) }
        if change.replacePeers {
            for peer in Array(peers.values) { remove(peer) }
        }
        if let key = change.privateKey { set(privateKey: key, now: now) }
        for peer in change.peers { try apply(peer, now: now) }
    }

    private func set(fwmark mark: UInt32) throws(Errno) {
        guard mark != fwmark else { return }
        if let sockets { try network.setMark(mark, of: sockets) }
        fwmark = mark
        for peer in peers.values { forgetSource(of: peer) }
    }

    /// Setting the port in use does nothing; one that could not be bound is tried again. While the link is down the port is tried, so that one that is taken is
    /// refused to the client who asks for it, and let go again.
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
            guard error == .addressInUse, reclaimer.holdsSockets else { throw error }
        }
        closeRetiredSockets()
        return try network.open(port: port, mark: fwmark)
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

    private func apply(_ change: PeerChange, now: UInt64) throws(Errno) {
        let known = slotOfKey[change.publicKey].flatMap { peers[$0] }
        if change.remove {
            if let known { remove(known) }
            return
        }
        if known == nil, change.updateOnly || change.publicKey == identity?.publicKey { return }
        let peer: PeerRecord
        if let known { peer = known } else { peer = try add(change.publicKey) }
        if let key = change.presharedKey { peer.presharedKey = key }
        if let endpoint = change.endpoint { setEndpoint(EndpointRecord(endpoint), of: peer) }
        if change.replaceAllowedIPs {
            allowedIPs.takeAll(from: peer.slot)
            routingIsStale = true
        }
        for allowed in change.allowedIPs {
            switch allowed {
            case .add(let prefix): allowedIPs.give(prefix, to: peer.slot)
            case .remove(let prefix): allowedIPs.take(prefix, from: peer.slot)
            }
            routingIsStale = true
        }
        if let seconds = change.persistentKeepalive { set(persistentKeepalive: seconds, of: peer, now: now) }
    }

    /// Keepalives that are turned on begin at once.
    private func set(persistentKeepalive seconds: UInt16, of peer: PeerRecord, now: UInt64) {
        peer.persistentKeepalive = seconds
        handle(.persistentKeepalive(seconds), of: peer, now: now)
    }

    private func add(_ key: PublicKey) throws(Errno) -> PeerRecord {
        guard let slot = slots.allocate() else { throw .noSpace }
        serial += 1
        let peer = PeerRecord(slot: slot, serial: serial, publicKey: key)
        peer.identify(to: identity)
        peers[slot] = peer
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
    }
}
