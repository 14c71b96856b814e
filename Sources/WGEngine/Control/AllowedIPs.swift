import WGModel

/// Which peer has which allowed IPs: the truth that routing snapshots are built from. Control thread only.
///
/// A prefix belongs to one peer at most; host bits are cleared.
struct AllowedIPs {
    /// From a peer's prefix to the moment it was given, which is the order to report them in.
    private var prefixes: [Int32: [IPPrefix: UInt64]] = [:]
    private var owners: [IPPrefix: Int32] = [:]
    private var moment: UInt64 = 0

    /// Every prefix with its peer, in no order.
    var entries: [IPPrefix: Int32] { owners }

    /// Gives the prefix to the peer, whoever had it.
    mutating func give(_ prefix: IPPrefix, to peer: Int32) {
        let prefix = prefix.masked
        if let owner = owners.updateValue(peer, forKey: prefix) { prefixes[owner]?[prefix] = nil }
        moment += 1
        prefixes[peer, default: [:]][prefix] = moment
    }

    /// Takes the prefix from the peer, if it is the one that has it.
    mutating func take(_ prefix: IPPrefix, from peer: Int32) {
        let prefix = prefix.masked
        guard owners[prefix] == peer else { return }
        owners[prefix] = nil
        prefixes[peer]?[prefix] = nil
    }

    /// Takes all prefixes from the peer.
    mutating func takeAll(from peer: Int32) {
        for prefix in prefixes.removeValue(forKey: peer)?.keys ?? [:].keys { owners[prefix] = nil }
    }

    /// Oldest first.
    func prefixes(of peer: Int32) -> [IPPrefix] {
        (prefixes[peer] ?? [:]).sorted { $0.value < $1.value }.map(\.key)
    }
}
