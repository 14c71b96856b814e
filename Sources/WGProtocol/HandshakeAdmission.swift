public import WGModel

/// Which handshake messages are worth a Diffie-Hellman computation (whitepaper 5.3, as the Linux module has it): all,
/// until more come than can be computed; then those whose sender has proven its address by a cookie, so many of each
/// address and no more. Control thread only.
///
/// Budgets bound what strangers make us do. That for senders who have proven nothing lets all peers of a device come back
/// at once, and then takes 5 % of a processor; a larger one is for senders with a cookie. Sending a cookie costs 10 us,
/// which is too much for all of 50 000 messages a second: so under load the inbound loop lets through those first who have
/// not been heard of for a few seconds, and tells how many it has dropped.
///
/// Pure: time and random bytes are parameters. mac1 has been checked before.
public struct HandshakeAdmission: Sendable {
    public enum Verdict: Sendable, Equatable {
        case take
        /// Answer with a cookie; the sender will come again with it.
        case answerWithCookie
        case drop
    }

    /// How long we stay under load after the last sign of it, in nanoseconds.
    static var loadMemory: UInt64 { 1_000_000_000 }
    /// The part of the queue that is a sign of load when it is full.
    static var queueFraction: Int { 8 }

    private var baker: CookieBaker
    private var loadedUntil: UInt64 = 0
    // In Diffie-Hellman computations, 40 us each.
    private var unproven = Budget(perSecond: 1000, burst: 8192)
    private var proven = Budget(perSecond: 8000, burst: 1000)
    // As many as a flood may have sources when it begins, and again after the 5 s in which the inbound loop forgets them.
    private var cookies = Budget(perSecond: 13_000, burst: 65_000)
    // For a second MAC that is wrong: the inbound loop has let it through, as a peer's cookie may have become too old. But such
    // a message costs nothing to make, and what the others need is not to be used up by it.
    private var doubtful = Budget(perSecond: 1000, burst: 500)
    private var sources = SourceLimiter()

    /// For messages to the owner of this key.
    public init(publicKey: PublicKey) { baker = CookieBaker(publicKey: publicKey) }

    /// Whether cookies are asked for.
    public func isUnderLoad(now: UInt64) -> Bool { now < loadedUntil }

    /// Looks at how many messages wait, of how many that could.
    public mutating func noteQueue(_ count: Int, capacity: Int, now: UInt64) {
        if count >= capacity / Self.queueFraction { loadedUntil = now &+ Self.loadMemory }
    }

    /// So many initiations were dropped unseen: while more come than could be computed, load does not end.
    public mutating func noteShed(_ count: UInt64, now: UInt64) {
        if count > 0, !unproven.spend(count, now: now) { loadedUntil = now &+ Self.loadMemory }
    }

    /// Decides about an initiation.
    public mutating func judge(_ initiation: Span<UInt8>, from source: HandshakeSource, now: UInt64) -> Verdict {
        if !isUnderLoad(now: now), unproven.spend(1, now: now) { return .take }
        if baker.hasValidMac2(initiation, from: source, now: now) {
            // Its address is its own, so a full table means thousands of true addresses: new ones have to wait.
            return sources.allows(source, now: now) && proven.spend(1, now: now) ? .take : .drop
        }
        // No limit by address here: it may be that of a peer, who could be kept out by using up its share.
        noteShed(1, now: now)
        let isPaid =
            MessageLayout.hasMac2(initiation) ? doubtful.spend(1, now: now) : cookies.spend(1, now: now)
        return isPaid ? .answerWithCookie : .drop
    }

    /// Whether a response to an initiation of ours may cost what it costs. It needs no cookie: its sender knew an index
    /// of 32 random bits.
    public mutating func admitsResponse(now: UInt64) -> Bool { proven.spend(2, now: now) }

    /// An initiation that was taken has proven genuine: the answer costs three computations more.
    public mutating func noteAnswer(now: UInt64) { proven.charge(3, now: now) }

    /// The cookie for whom `judge` wants answered; `nil` when the message has no mac1.
    ///
    /// - Parameter random: draws 32 bytes.
    public mutating func cookieReply(
        to message: Span<UInt8>, from source: HandshakeSource, now: UInt64, random: () -> KeyBytes
    ) -> [UInt8]? {
        baker.reply(to: message, from: source, now: now, random: random)
    }
}

/// What may be spent: a token bucket.
struct Budget: Sendable {
    private let interval: UInt64
    private let burst: UInt64
    /// When the bucket is full again, if nothing more is spent.
    private var fullAt: UInt64 = 0

    init(perSecond: UInt64, burst: UInt64) {
        interval = 1_000_000_000 / perSecond
        self.burst = burst
    }

    /// Takes so many, or nothing and false.
    mutating func spend(_ count: UInt64, now: UInt64) -> Bool {
        let owed = fullAt > now ? fullAt - now : 0
        guard owed + count * interval <= burst * interval else { return false }
        fullAt = now + owed + count * interval
        return true
    }

    /// Takes so many, into debt if need be.
    mutating func charge(_ count: UInt64, now: UInt64) { fullAt = max(fullAt, now) + count * interval }
}
