import WGLinux
import WGModel

/// Takes single allowed IPs away where kernel or engine can't do that: Linux before 6.16, engines before 2025 or so.
enum AllowedIPRemoval {
    /// Applies a change as it is; where that is refused, as what `rewrite` makes of it for the device as it is then.
    ///
    /// A refusal comes after part of the change: what precedes the first removal. So the whole is said again, which
    /// repeats that part. Where a repetition would mean something else, the change is rewritten at once.
    static func apply(
        _ change: DeviceChange,
        get: () throws(ControlError) -> DeviceState,
        set: (DeviceChange) throws(ControlError) -> Void,
        rewrite: (DeviceChange, DeviceState) -> DeviceChange
    ) throws(ControlError) {
        guard change.hasRemovals else { return try set(change) }
        if change.meansTheSameTwice {
            do throws(ControlError) {
                return try set(change)
            } catch {
                guard error.errno == .invalidArgument else { throw error }
            }
        }
        let state = try get()
        // A port that is set again is bound again, and a key that is set again ends all sessions.
        var rest = StateDiff.settings(from: state, to: change)
        rest.replacePeers = change.replacePeers
        rest.peers = change.peers
        try set(rewrite(rest, state))
    }

    /// The same change for a device that can add prefixes to a peer and delete a peer, but not take one prefix away: the
    /// prefix moves to a peer that nobody can be, and that peer is deleted. Nothing else of the first peer is touched.
    ///
    /// A removal takes effect only where the peer has the prefix at that moment: another's is left to it. If a shorter
    /// prefix of another peer covers the one that goes, packets to it are lost until the peer in between is gone.
    static func detour(_ change: DeviceChange, on state: DeviceState, over throwAway: PublicKey) -> DeviceChange {
        var device = DeviceSimulation(state, ownKey: change.privateKey == nil ? state.publicKey : nil)
        var result = change
        result.peers = []
        device.apply(DeviceChange(replacePeers: change.replacePeers))
        for peer in change.peers {
            var kept = peer
            kept.allowedIPs = peer.allowedIPs.filter { !$0.isRemoval }
            device.apply(kept)
            result.peers.append(kept)
            let lost = removals(lastingIn: peer).filter { prefix in
                device.index(of: peer.publicKey).map { device.owner(of: prefix) == $0 } ?? false
            }
            guard !lost.isEmpty else { continue }
            let taker = PeerChange(publicKey: throwAway, allowedIPs: lost.map { .add($0) })
            device.apply(taker)
            result.peers.append(taker)
        }
        if device.index(of: throwAway) != nil { result.peers.append(PeerChange(publicKey: throwAway, remove: true)) }
        return result
    }

    /// The same change for a device that can only replace a peer's list, with the whole list of each peer that loses
    /// something.
    static func replacingLists(_ change: DeviceChange, on state: DeviceState) -> DeviceChange {
        var device = DeviceSimulation(state, ownKey: change.privateKey == nil ? state.publicKey : nil)
        /// What may belong to a peer: all that it ever had.
        var had = Dictionary(state.peers.map { ($0.publicKey, $0.allowedIPs) }, uniquingKeysWith: +)
        var result = change
        result.peers = []
        device.apply(DeviceChange(replacePeers: change.replacePeers))
        for peer in change.peers {
            device.apply(peer)
            let given = peer.allowedIPs.compactMap { $0.isRemoval ? nil : $0.prefix.masked }
            had[peer.publicKey, default: []] += given
            guard !peer.remove, given.count < peer.allowedIPs.count else {
                result.peers.append(peer)
                continue
            }
            let index = device.index(of: peer.publicKey)
            func isKept(_ prefix: IPPrefix) -> Bool { index != nil && device.owner(of: prefix) == index }
            // What the list gives and takes away again, it takes from others, too.
            let passing = given.filter { !isKept($0) }
            if !passing.isEmpty {
                result.peers.append(
                    PeerChange(
                        publicKey: peer.publicKey, updateOnly: peer.updateOnly, allowedIPs: passing.map { .add($0) }))
            }
            var whole = peer
            var seen: Set<IPPrefix> = []
            whole.replaceAllowedIPs = true
            whole.allowedIPs = (had[peer.publicKey] ?? [])
                .filter { isKept($0) && seen.insert($0).inserted }.map { .add($0) }
            result.peers.append(whole)
        }
        return result
    }

    /// The prefixes that a list takes away and doesn't give again after that, each once.
    private static func removals(lastingIn peer: PeerChange) -> [IPPrefix] {
        guard !peer.remove, peer.allowedIPs.contains(where: \.isRemoval) else { return [] }
        var last: [IPPrefix: Bool] = [:]
        for entry in peer.allowedIPs { last[entry.prefix.masked] = entry.isRemoval }
        return peer.allowedIPs.compactMap { entry in
            last.removeValue(forKey: entry.prefix.masked) == true ? entry.prefix.masked : nil
        }
    }
}

extension DeviceChange {
    fileprivate var hasRemovals: Bool {
        peers.contains { !$0.remove && $0.allowedIPs.contains(where: \.isRemoval) }
    }

    /// Whether applying a beginning of it and then the whole is applying the whole: not if it first changes a peer only
    /// where there is one, and then makes that peer.
    fileprivate var meansTheSameTwice: Bool {
        var onlyUpdated: Set<PublicKey> = []
        for peer in peers where !peer.remove {
            if peer.updateOnly {
                onlyUpdated.insert(peer.publicKey)
            } else if onlyUpdated.contains(peer.publicKey) {
                return false
            }
        }
        return true
    }
}

extension AllowedIPChange {
    var isRemoval: Bool {
        if case .remove = self { true } else { false }
    }
}
