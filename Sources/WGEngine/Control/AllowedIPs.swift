import WGModel

/// Which peer has which allowed IPs: the truth that routing snapshots are built from. Control thread only.
///
/// A prefix belongs to one peer at most; host bits are cleared.
struct AllowedIPs {
    private struct Claim {
        let peer: Int32
        let moment: UInt64
    }

    private var claims: [IPPrefix: Claim] = [:]
    /// What each peer was ever given, oldest first. Entries that `claims` does not confirm are stale.
    private var given: [Int32: MomentList<IPPrefix>] = [:]
    private var moment: UInt64 = 0

    /// Every prefix with its peer, in no order.
    var entries: some Sequence<(key: IPPrefix, value: Int32)> {
        claims.lazy.map { (key: $0.key, value: $0.value.peer) }
    }

    /// Gives the prefix to the peer, whoever had it.
    mutating func give(_ prefix: IPPrefix, to peer: Int32) {
        let prefix = prefix.masked
        moment += 1
        let claim = Claim(peer: peer, moment: moment)
        if let former = claims.updateValue(claim, forKey: prefix) { noteStale(former) }
        given[peer, default: MomentList()].append(prefix, at: moment)
    }

    /// Takes the prefix from the peer, if it is the one that has it.
    mutating func take(_ prefix: IPPrefix, from peer: Int32) {
        let prefix = prefix.masked
        guard let claim = claims[prefix], claim.peer == peer else { return }
        claims[prefix] = nil
        noteStale(claim)
    }

    /// Takes all prefixes from the peer.
    mutating func takeAll(from peer: Int32) {
        for (prefix, moment) in given.removeValue(forKey: peer)?.entries ?? [] where isValid(prefix, moment) {
            claims[prefix] = nil
        }
    }

    /// Oldest first.
    func prefixes(of peer: Int32) -> [IPPrefix] { prefixes(of: peer, after: 0).map(\.prefix) }

    /// Those that were given after a moment, oldest first, each with its own.
    func prefixes(of peer: Int32, after moment: UInt64) -> some Sequence<(prefix: IPPrefix, moment: UInt64)> {
        (given[peer]?.entries(after: moment) ?? []).lazy.filter { isValid($0.value, $0.moment) }
            .map { (prefix: $0.value, moment: $0.moment) }
    }

    private func isValid(_ prefix: IPPrefix, _ moment: UInt64) -> Bool { claims[prefix]?.moment == moment }

    private mutating func noteStale(_ claim: Claim) {
        given[claim.peer]?.noteStale { [claims] in claims[$0]?.moment == $1 }
    }
}

/// Values in the order of the moments at which they came. Values go by turning stale, which their owner knows; the list
/// is cleared of them when they are the greater part, so that removing costs no more than adding.
struct MomentList<Value> {
    typealias Entry = (value: Value, moment: UInt64)

    private(set) var entries: [Entry] = []
    private var staleCount = 0

    /// Moments only grow.
    mutating func append(_ value: Value, at moment: UInt64) { entries.append((value, moment)) }

    /// One entry more is stale.
    mutating func noteStale(isValid: (Value, UInt64) -> Bool) {
        staleCount += 1
        guard staleCount > entries.count / 2 else { return }
        entries.removeAll { !isValid($0.value, $0.moment) }
        staleCount = 0
    }

    /// Those that came after a moment, stale ones among them.
    func entries(after moment: UInt64) -> ArraySlice<Entry> {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = low + (high - low) / 2
            if entries[middle].moment > moment { high = middle } else { low = middle + 1 }
        }
        return entries[low...]
    }
}
