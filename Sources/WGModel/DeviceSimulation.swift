/// What changes make of a device's peers and their allowed IPs, by the rules that the kernel and engines share: a prefix
/// belongs to one peer, whoever got it last; changes apply in order; the device's own key is no peer.
package struct DeviceSimulation {
    package struct Peer {
        package let publicKey: PublicKey
        package fileprivate(set) var exists = true
        package fileprivate(set) var presharedKey: PresharedKey?
        package fileprivate(set) var endpoint: Endpoint?
        package fileprivate(set) var persistentKeepalive: UInt16 = 0
        /// What was given to the peer before its list was emptied for the last time is not its own any more.
        fileprivate var epoch = 0

        fileprivate mutating func forget() {
            presharedKey = nil
            endpoint = nil
            persistentKeepalive = 0
            epoch += 1
        }
    }

    private struct Owner {
        let peer: Int
        let epoch: Int
    }

    /// Those of the state first, in its order, then others as they come. A peer that is removed keeps its place.
    package private(set) var peers: [Peer] = []
    private var indices: [PublicKey: Int] = [:]
    private var owners: [IPPrefix: Owner] = [:]
    private let ownKey: PublicKey?

    /// - Parameter ownKey: the public key of the device itself, if it is known and stays.
    package init(_ state: DeviceState, ownKey: PublicKey?) {
        self.ownKey = ownKey
        peers.reserveCapacity(state.peers.count)
        indices.reserveCapacity(state.peers.count)
        owners.reserveCapacity(state.peers.reduce(0) { $0 + $1.allowedIPs.count })
        for peer in state.peers {
            let index = place(for: peer.publicKey)
            peers[index].presharedKey = peer.presharedKey
            peers[index].endpoint = peer.endpoint
            peers[index].persistentKeepalive = peer.persistentKeepalive
            for prefix in peer.allowedIPs { owners[prefix.masked] = Owner(peer: index, epoch: 0) }
        }
    }

    /// The place of a peer that exists.
    package func index(of key: PublicKey) -> Int? {
        guard let index = indices[key], peers[index].exists else { return nil }
        return index
    }

    /// The place of the peer that has a prefix, host bits aside.
    package func owner(of prefix: IPPrefix) -> Int? {
        guard let owner = owners[prefix.masked], peers[owner.peer].epoch == owner.epoch else { return nil }
        return owner.peer
    }

    /// By the places of the peers, in no order.
    package var allowedIPs: [Int: [IPPrefix]] {
        var found: [Int: [IPPrefix]] = [:]
        for (prefix, owner) in owners where peers[owner.peer].epoch == owner.epoch {
            found[owner.peer, default: []].append(prefix)
        }
        return found
    }

    /// Applies what a change says about peers.
    package mutating func apply(_ change: DeviceChange) {
        if change.replacePeers {
            owners.removeAll(keepingCapacity: true)
            for index in peers.indices { remove(index) }
        }
        for peer in change.peers { apply(peer) }
    }

    package mutating func apply(_ change: PeerChange) {
        let known = index(of: change.publicKey)
        if change.remove {
            if let known { remove(known) }
            return
        }
        guard known != nil || !change.updateOnly && change.publicKey != ownKey else { return }
        let index = known ?? place(for: change.publicKey)
        if let key = change.presharedKey { peers[index].presharedKey = key.isZero ? nil : key }
        if let endpoint = change.endpoint { peers[index].endpoint = endpoint }
        if let seconds = change.persistentKeepalive { peers[index].persistentKeepalive = seconds }
        if change.replaceAllowedIPs { peers[index].epoch += 1 }
        for entry in change.allowedIPs {
            switch entry {
            case .add(let prefix): owners[prefix.masked] = Owner(peer: index, epoch: peers[index].epoch)
            case .remove(let prefix): if owner(of: prefix) == index { owners[prefix.masked] = nil }
            }
        }
    }

    private mutating func remove(_ index: Int) {
        peers[index].forget()
        peers[index].exists = false
    }

    /// The place of a peer, which exists from now on.
    private mutating func place(for key: PublicKey) -> Int {
        if let index = indices[key] {
            peers[index].exists = true
            return index
        }
        indices[key] = peers.count
        peers.append(Peer(publicKey: key))
        return peers.count - 1
    }
}
