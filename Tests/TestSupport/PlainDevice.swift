public import WGModel

/// A device as simple as can be: what the kernel's rules say, without any thought of speed.
public struct PlainDevice: Equatable {
    public struct Peer: Equatable {
        public var presharedKey = PresharedKey.zero
        public var endpoint: Endpoint?
        public var keepalive: UInt16 = 0
        public var allowedIPs: Set<IPPrefix> = []
    }

    public var privateKey: PrivateKey?
    public var listenPort: UInt16
    public var fwmark: UInt32
    public var ownKey: PublicKey?
    public var peers: [PublicKey: Peer] = [:]

    public init(_ state: DeviceState) {
        privateKey = state.privateKey
        listenPort = state.listenPort
        fwmark = state.fwmark
        ownKey = state.publicKey
        for peer in state.peers {
            peers[peer.publicKey] = Peer(
                presharedKey: peer.presharedKey ?? .zero, endpoint: peer.endpoint,
                keepalive: peer.persistentKeepalive, allowedIPs: Set(peer.allowedIPs))
        }
    }

    public mutating func apply(_ change: DeviceChange) {
        if let key = change.privateKey { privateKey = key.isZero ? nil : key.clamped }
        if let port = change.listenPort { listenPort = port }
        if let mark = change.fwmark { fwmark = mark }
        if change.replacePeers { peers = [:] }
        for peer in change.peers { apply(peer) }
    }

    public mutating func apply(_ change: PeerChange) {
        guard !change.remove else {
            peers[change.publicKey] = nil
            return
        }
        guard peers[change.publicKey] != nil || !change.updateOnly, change.publicKey != ownKey else { return }
        var peer = peers[change.publicKey] ?? Peer()
        peer.presharedKey = change.presharedKey ?? peer.presharedKey
        peer.endpoint = change.endpoint ?? peer.endpoint
        peer.keepalive = change.persistentKeepalive ?? peer.keepalive
        if change.replaceAllowedIPs { peer.allowedIPs = [] }
        peers[change.publicKey] = peer
        for entry in change.allowedIPs {
            switch entry {
            case .remove(let prefix): peers[change.publicKey]?.allowedIPs.remove(prefix.masked)
            case .add(let prefix):
                for other in peers.keys { peers[other]?.allowedIPs.remove(prefix.masked) }
                peers[change.publicKey]?.allowedIPs.insert(prefix.masked)
            }
        }
    }

    /// As a device reports itself, in any order.
    public func state(using random: inout SeededGenerator) throws -> DeviceState {
        DeviceState(
            name: try InterfaceName("wg0"), privateKey: privateKey, publicKey: ownKey, listenPort: listenPort,
            fwmark: fwmark,
            peers: peers.map { key, peer in
                PeerState(
                    publicKey: key, presharedKey: peer.presharedKey.isZero ? nil : peer.presharedKey,
                    endpoint: peer.endpoint, persistentKeepalive: peer.keepalive,
                    allowedIPs: peer.allowedIPs.shuffled(using: &random))
            }
            .shuffled(using: &random))
    }
}

/// Few keys and few prefixes, so that everything meets everything.
extension SeededGenerator {
    mutating func number(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    mutating func prefix() -> IPPrefix {
        let length = number(2) == 0 ? 32 : 24 + number(8)
        let address = UInt32(0x0a00_0000 + number(4) << 8 + number(3))
        return IPPrefix(address: .v4(address), length: length) ?? IPPrefix(host: .v6(1))
    }

    public mutating func deviceChange() -> DeviceChange {
        var change = DeviceChange(replacePeers: number(2) == 0)
        if number(2) == 0 { change.privateKey = PrivateKey(bytes: KeyBytes(repeating: UInt8(number(3) * 0x41))) }
        if number(2) == 0 { change.listenPort = UInt16(number(2)) }
        if number(2) == 0 { change.fwmark = UInt32(number(2)) }
        for _ in 0..<number(8) {
            var peer = PeerChange(publicKey: PublicKey(bytes: KeyBytes(repeating: UInt8(number(5)))))
            peer.remove = number(8) == 0
            peer.updateOnly = number(6) == 0
            peer.replaceAllowedIPs = number(2) == 0
            if number(3) == 0 { peer.presharedKey = PresharedKey(bytes: KeyBytes(repeating: UInt8(number(3)))) }
            if number(3) == 0 { peer.endpoint = Endpoint(address: .v4(1), port: UInt16(number(3))) }
            if number(3) == 0 { peer.persistentKeepalive = UInt16(number(3)) }
            for _ in 0..<number(7) {
                let prefix = prefix()
                peer.allowedIPs.append(number(4) == 0 ? .remove(prefix) : .add(prefix))
            }
            change.peers.append(peer)
        }
        return change
    }

    public mutating func deviceState() throws -> DeviceState {
        var device = PlainDevice(DeviceState(name: try InterfaceName("wg0")))
        device.apply(deviceChange())
        // Some devices know a public key of their own, which then is no peer of theirs.
        device.ownKey = device.privateKey == nil ? nil : PublicKey(bytes: KeyBytes(repeating: UInt8(number(5))))
        if let own = device.ownKey { device.peers[own] = nil }
        return try device.state(using: &self)
    }
}
