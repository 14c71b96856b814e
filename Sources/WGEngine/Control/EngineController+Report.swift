import Synchronization
import WGModel
import WGProtocol

extension EngineController {
    /// The device as clients see it, peers in the order in which they were added.
    func report() -> DeviceState {
        DeviceState(
            name: name, privateKey: identity?.privateKey, publicKey: identity?.publicKey, listenPort: listenPort,
            fwmark: fwmark, peers: peers.values.sorted { $0.serial < $1.serial }.map(report))
    }

    private func report(_ peer: PeerRecord) -> PeerState {
        let slot = shared.peers[peer.slot]
        return PeerState(
            publicKey: peer.publicKey, presharedKey: peer.presharedKey.isZero ? nil : peer.presharedKey,
            endpoint: peer.endpoint.endpoint,
            lastHandshake: peer.lastHandshake,
            receivedBytes: slot.pointee.receivedBytes.load(ordering: .relaxed),
            sentBytes: slot.pointee.sentBytes.load(ordering: .relaxed),
            persistentKeepalive: peer.persistentKeepalive, allowedIPs: allowedIPs.prefixes(of: peer.slot))
    }
}
