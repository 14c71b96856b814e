extension DeviceState {
    /// What the device reports after a change, each peer's allowed IPs sorted. Its key's public half, and a port that it
    /// would choose itself, stay as they were.
    package func applying(_ change: DeviceChange) -> DeviceState {
        var simulation = DeviceSimulation(self, ownKey: change.privateKey == nil ? publicKey : nil)
        simulation.apply(change)
        var after = self
        if let key = change.privateKey { after.privateKey = key.isZero ? nil : key }
        if let port = change.listenPort, port != 0 { after.listenPort = port }
        if let fwmark = change.fwmark { after.fwmark = fwmark }
        let known = Dictionary(peers.map { ($0.publicKey, $0) }, uniquingKeysWith: { first, _ in first })
        let allowedIPs = simulation.allowedIPs
        after.peers = simulation.peers.indices.filter { simulation.peers[$0].exists }.map { index in
            let peer = simulation.peers[index]
            var state = known[peer.publicKey] ?? PeerState(publicKey: peer.publicKey)
            state.presharedKey = peer.presharedKey
            state.endpoint = peer.endpoint
            state.persistentKeepalive = peer.persistentKeepalive
            state.allowedIPs = (allowedIPs[index] ?? []).sorted()
            return state
        }
        return after
    }
}
