public import WGModel

/// What one run of `reresolve` leaves for the next: what was answered and until when it holds, and how much the peers that
/// are not reached had sent and received.
public struct ReresolveMemory: Hashable, Sendable {
    /// An answer that says nothing of time holds for less than the timer's interval; so does one that is shorter.
    public static let leastSeconds: UInt64 = 20
    /// An address that changed is found within this time, however long the old answer was to hold.
    public static let mostSeconds: UInt64 = 300
    /// And so is a name that was not there.
    public static let mostSecondsWithoutAddress: UInt64 = 60

    /// The last answer for a name.
    public struct Name: Hashable, Sendable {
        /// As long as a later answer has none, those of the last one that had.
        public var addresses: [Endpoint]
        /// Seconds since the machine's start.
        public var holdsUntil: UInt64

        public init(addresses: [Endpoint], holdsUntil: UInt64) {
            self.addresses = addresses
            self.holdsUntil = holdsUntil
        }

        init(_ answer: ReresolvePlanner.Answer, before: Name?, now: UInt64) {
            let seconds: UInt32?
            let most: UInt64
            switch answer {
            case .addresses(let found, let timeToLive):
                addresses = found
                seconds = timeToLive
                most = ReresolveMemory.mostSeconds
            case .none(let timeToLive):
                addresses = before?.addresses ?? []
                seconds = timeToLive
                most = ReresolveMemory.mostSecondsWithoutAddress
            }
            let least = ReresolveMemory.leastSeconds
            holdsUntil = now + min(max(seconds.map(UInt64.init) ?? least, least), most)
        }
    }

    /// Of a peer, in bytes.
    public struct Counters: Hashable, Sendable {
        public var sent: UInt64
        public var received: UInt64

        public init(sent: UInt64 = 0, received: UInt64 = 0) {
            self.sent = sent
            self.received = received
        }

        init(_ peer: PeerState) { self.init(sent: peer.sentBytes, received: peer.receivedBytes) }
    }

    public var names: [EndpointName: Name]
    public var peers: [PublicKey: Counters]

    public init(names: [EndpointName: Name] = [:], peers: [PublicKey: Counters] = [:]) {
        self.names = names
        self.peers = peers
    }

    func holds(_ name: EndpointName, at seconds: UInt64) -> Bool {
        guard let known = names[name] else { return false }
        // A time too far ahead is no time of this boot.
        return seconds < known.holdsUntil && known.holdsUntil - seconds <= Self.mostSeconds
    }
}

extension ReresolveMemory {
    private static let heading = "# wg-quick reresolve 1"

    /// One name or peer a line.
    public var text: String {
        let nameLines = names.map { name, known in
            (["name", name.host, name.service, "\(known.holdsUntil)"] + known.addresses.map(\.description))
                .joined(separator: " ")
        }
        let peerLines = peers.map { "peer \($0.key) \($0.value.sent) \($0.value.received)" }
        return ([Self.heading] + nameLines.sorted() + peerLines.sorted()).joined(separator: "\n") + "\n"
    }

    /// `nil` for anything that `text` didn't make.
    public init?(text: String) {
        var lines = text.split(separator: "\n")[...]
        guard lines.popFirst() == Self.heading[...], text.hasSuffix("\n") else { return nil }
        self.init()
        for line in lines {
            let words = line.recordWords()
            guard words.count >= 4 else { return nil }
            switch words[0] {
            case "name":
                let addresses = words.dropFirst(4).map { Endpoint($0) }
                guard let time = UInt64(words[3]), !addresses.contains(nil) else { return nil }
                names[EndpointName(host: String(words[1]), service: String(words[2]))] = Name(
                    addresses: addresses.compactMap(\.self), holdsUntil: time)
            case "peer":
                guard words.count == 4, let key = PublicKey(base64: words[1]), let sent = UInt64(words[2]),
                    let received = UInt64(words[3])
                else { return nil }
                peers[key] = Counters(sent: sent, received: received)
            default: return nil
            }
        }
    }
}
