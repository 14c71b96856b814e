/// The least that has to be said to a device so that it becomes what a change asks for.
public enum StateDiff {
    /// What to send instead of a change to a device in a known state: the same result, and nothing that is so already.
    ///
    /// A peer stays as long as the result has it, with its session and its endpoint, unless another endpoint is asked
    /// for: so `replacePeers` with all peers costs nothing for those that are right. Allowed IPs are added and taken away
    /// one by one. One that moves is only added at its new owner, and all are added before any is taken away, so that no
    /// address is without a peer meanwhile that has one before and after. Peers go last, for the same reason.
    ///
    /// Time and memory are linear in the sizes of both.
    public static func change(from state: DeviceState, to desired: DeviceChange) -> DeviceChange {
        var change = settings(from: state, to: desired)
        // A new key makes the device drop the peer of its own key, and take the one of its old key, by itself.
        let before = DeviceSimulation(state, ownKey: change.privateKey == nil ? state.publicKey : nil)
        var after = before
        after.apply(desired)
        if desired.replacePeers, !after.peers.contains(where: \.exists) {
            change.replacePeers = !state.peers.isEmpty || !state.isComplete
            return change
        }
        change.peers = peers(from: before, to: after, additions: additions(from: before, to: after, desired))
        for removal in removals(from: state, to: after) {
            if let last = change.peers.last, last.publicKey == removal.publicKey {
                change.peers[change.peers.count - 1].allowedIPs += removal.allowedIPs
            } else {
                change.peers.append(removal)
            }
        }
        for (index, peer) in before.peers.enumerated() where !after.peers[index].exists {
            change.peers.append(PeerChange(publicKey: peer.publicKey, remove: true))
        }
        return change
    }

    /// Key, port and mark. Devices report their key clamped, whatever was set.
    package static func settings(from state: DeviceState, to desired: DeviceChange) -> DeviceChange {
        var change = DeviceChange()
        if let key = desired.privateKey {
            let isSame = key.isZero ? state.privateKey == nil : state.privateKey?.clamped == key.clamped
            if !isSame { change.privateKey = key }
        }
        if desired.listenPort != state.listenPort { change.listenPort = desired.listenPort }
        if desired.fwmark != state.fwmark { change.fwmark = desired.fwmark }
        return change
    }

    /// The prefixes that each peer, by its place, doesn't have yet.
    private static func additions(
        from before: DeviceSimulation, to after: DeviceSimulation, _ desired: DeviceChange
    ) -> [Int: [AllowedIPChange]] {
        var additions: [Int: [AllowedIPChange]] = [:]
        var seen: Set<IPPrefix> = []
        for peer in desired.peers {
            guard let index = after.index(of: peer.publicKey) else { continue }
            for case .add(let prefix) in peer.allowedIPs {
                let prefix = prefix.masked
                guard after.owner(of: prefix) == index, before.owner(of: prefix) != index,
                    seen.insert(prefix).inserted
                else { continue }
                additions[index, default: []].append(.add(prefix))
            }
        }
        return additions
    }

    /// New peers in full, and what is new about the others.
    private static func peers(
        from before: DeviceSimulation, to after: DeviceSimulation, additions: [Int: [AllowedIPChange]]
    ) -> [PeerChange] {
        var changes: [PeerChange] = []
        for (index, peer) in after.peers.enumerated() where peer.exists {
            var change = PeerChange(publicKey: peer.publicKey, allowedIPs: additions[index] ?? [])
            let isNew = index >= before.peers.count
            if isNew {
                change.replaceAllowedIPs = true
                change.presharedKey = peer.presharedKey
                change.endpoint = peer.endpoint
                if peer.persistentKeepalive != 0 { change.persistentKeepalive = peer.persistentKeepalive }
            } else {
                let old = before.peers[index]
                if peer.presharedKey != old.presharedKey { change.presharedKey = peer.presharedKey ?? .zero }
                if let endpoint = peer.endpoint, endpoint != old.endpoint { change.endpoint = endpoint }
                if peer.persistentKeepalive != old.persistentKeepalive {
                    change.persistentKeepalive = peer.persistentKeepalive
                }
            }
            if isNew || change != PeerChange(publicKey: peer.publicKey) { changes.append(change) }
        }
        return changes
    }

    /// The prefixes that peers lose without another taking them. Peers that go take theirs with them.
    private static func removals(from state: DeviceState, to after: DeviceSimulation) -> [PeerChange] {
        state.peers.compactMap { peer in
            guard after.index(of: peer.publicKey) != nil else { return nil }
            let lost = peer.allowedIPs.filter { after.owner(of: $0) == nil }
            guard !lost.isEmpty else { return nil }
            return PeerChange(publicKey: peer.publicKey, allowedIPs: lost.map { .remove($0) })
        }
    }
}
