public import WGModel

/// Decides for the peers whose endpoint is a name: which names to ask for, and what to set when the answers are there.
///
/// - A peer that the device doesn't have any more is left out, so that it isn't made again.
/// - A peer without an endpoint gets one as soon as its name has an address.
/// - A peer with a recent handshake is left alone, wherever it is now.
/// - One whose handshake is stale is moved when its name doesn't point to where it is any more. When it does, and packets
///   went there and none came back, the name's next address is tried, of the other family if there is one.
public struct ReresolvePlanner: Sendable {
    /// Without a new handshake for this time, in seconds, a peer with traffic is not reached: a session is renewed after
    /// 120 s, and 15 s are for the retries.
    public static let staleAfter: Int64 = 135

    /// Now, by two clocks.
    public struct Moment: Hashable, Sendable {
        /// As handshakes are told.
        public var wall: HandshakeTime
        /// Seconds since the machine's start.
        public var sinceBoot: UInt64

        public init(wall: HandshakeTime, sinceBoot: UInt64) {
            self.wall = wall
            self.sinceBoot = sinceBoot
        }
    }

    /// What a name server said.
    public enum Answer: Hashable, Sendable {
        /// In the order of preference. The time is in seconds, `nil` where none is told.
        case addresses([Endpoint], timeToLive: UInt32?)
        /// There is none for now.
        case none(timeToLive: UInt32?)
    }

    /// What becomes of a peer that had a question.
    public enum Outcome: Hashable, Sendable {
        case set(TunnelRecord.NamedEndpoint, Endpoint)
        /// It stays as it is, and has an endpoint.
        case kept(TunnelRecord.NamedEndpoint)
        /// It has no endpoint, and its name no address.
        case open(TunnelRecord.NamedEndpoint)
    }

    /// What becomes of the peers that need an address.
    public struct Decision: Hashable, Sendable {
        public let outcomes: [Outcome]
        /// What to remember for the next look.
        public let memory: ReresolveMemory

        public func plan(_ name: InterfaceName) -> Plan {
            let changes = outcomes.compactMap { outcome -> Operation? in
                guard case .set(let named, let endpoint) = outcome else { return nil }
                let peer = PeerChange(publicKey: named.peer, updateOnly: true, endpoint: endpoint)
                return .setDevice(name, DeviceChange(peers: [peer]))
            }
            return Plan([.remember(name, memory)] + changes)
        }
    }

    private struct Candidate {
        let named: TunnelRecord.NamedEndpoint
        let peer: PeerState
    }

    private let candidates: [Candidate]
    private let memory: ReresolveMemory
    private let now: Moment

    /// - Parameters:
    ///   - endpoints: as the record has them.
    ///   - memory: of the last look; an empty one at first.
    public init(
        endpoints: [TunnelRecord.NamedEndpoint], device: DeviceState, memory: ReresolveMemory, now: Moment
    ) {
        let peers = Dictionary(device.peers.map { ($0.publicKey, $0) }) { first, _ in first }
        candidates = endpoints.compactMap { named in
            guard let peer = peers[named.peer], Self.needsAddress(peer, now.wall) else { return nil }
            return Candidate(named: named, peer: peer)
        }
        self.memory = memory
        self.now = now
    }

    private static func needsAddress(_ peer: PeerState, _ now: HandshakeTime) -> Bool {
        guard peer.endpoint != nil, let handshake = peer.lastHandshake else { return true }
        // A clock that was set back makes of a stale handshake one that is to come.
        return handshake.seconds.distance(to: now.seconds).magnitude > staleAfter
    }

    /// The names to ask for, each once.
    ///
    /// - Parameter onlyDue: leave out those whose last answer still holds.
    public func questions(onlyDue: Bool) -> [EndpointName] {
        var seen: Set<EndpointName> = []
        return candidates.map(\.named.name).filter { name in
            guard seen.insert(name).inserted else { return false }
            return !onlyDue || !memory.holds(name, at: now.sinceBoot)
        }
    }

    /// - Parameter answers: to the questions; for names that were not asked for, the last answer counts.
    public func decide(_ answers: [EndpointName: Answer]) -> Decision {
        var next = ReresolveMemory()
        var outcomes: [Outcome] = []
        for candidate in candidates {
            let name = candidate.named.name
            if let answer = answers[name] {
                next.names[name] = ReresolveMemory.Name(answer, before: memory.names[name], now: now.sinceBoot)
            } else {
                next.names[name] = memory.names[name]
            }
            next.peers[candidate.named.peer] = ReresolveMemory.Counters(candidate.peer)
            outcomes.append(outcome(candidate, next.names[name]?.addresses ?? []))
        }
        return Decision(outcomes: outcomes, memory: next)
    }

    private func outcome(_ candidate: Candidate, _ addresses: [Endpoint]) -> Outcome {
        guard let current = candidate.peer.endpoint else {
            return addresses.first.map { .set(candidate.named, $0) } ?? .open(candidate.named)
        }
        guard let first = addresses.first else { return .kept(candidate.named) }
        guard addresses.contains(current) else {
            // The family was the right one as long as the peer was there.
            let same = addresses.first { $0.address.isIPv4 == current.address.isIPv4 }
            return .set(candidate.named, same ?? first)
        }
        guard isTriedInVain(candidate.peer), addresses.count > 1 else { return .kept(candidate.named) }
        return .set(candidate.named, Self.successor(of: current, in: addresses))
    }

    /// Whether packets went out since the last look, and none came back.
    private func isTriedInVain(_ peer: PeerState) -> Bool {
        var before = memory.peers[peer.publicKey] ?? ReresolveMemory.Counters()
        // A new device counts from 0.
        if peer.sentBytes < before.sent || peer.receivedBytes < before.received { before = ReresolveMemory.Counters() }
        return peer.sentBytes > before.sent && peer.receivedBytes == before.received
    }

    /// The one after it in a ring where the families take turns. Name servers shuffle their answers, so that the order is
    /// by value.
    private static func successor(of current: Endpoint, in addresses: [Endpoint]) -> Endpoint {
        let sorted = addresses.sorted { ($0.address, $0.scopeID) < ($1.address, $1.scopeID) }
        let families = [sorted.filter { !$0.address.isIPv4 }, sorted.filter { $0.address.isIPv4 }]
        var ring: [Endpoint] = []
        for place in 0..<(families.map(\.count).max() ?? 0) {
            ring += families.compactMap { place < $0.count ? $0[place] : nil }
        }
        let place = ring.firstIndex(of: current) ?? 0
        return ring[(place + 1) % ring.count]
    }
}
