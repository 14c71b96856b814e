/// Which sources have been heard of within the last seconds: a Bloom filter of two generations, 256 KiB of fixed memory,
/// taken at the first use. Control thread only.
///
/// 65 000 sources within 2.5 s let it take one of 70 new ones for a known one.
struct RecentSources: Sendable {
    /// Nanoseconds; a source is remembered for this long at least, and for twice as long at most. The latter is
    /// REKEY_TIMEOUT: who tries again is new again.
    static var generationTime: UInt64 { 2_500_000_000 }
    private static var wordCount: Int { 1 << 14 }

    private var current: [UInt64] = []
    private var previous: [UInt64] = []
    private var generationEnd: UInt64 = 0

    init() {}

    /// Whether the source, address and port, had been forgotten or never heard of. It is remembered now.
    mutating func isNew(_ source: HandshakeSource, now: UInt64) -> Bool {
        if now >= generationEnd { turn(now) }
        let hash = source.hash
        let first = insert(hash)
        let second = insert(hash >> 20)
        let wasKnown = first && second || has(hash) && has(hash >> 20)
        return !wasKnown
    }

    private mutating func turn(_ now: UInt64) {
        let isRecent = now < generationEnd &+ Self.generationTime && !current.isEmpty
        previous = isRecent ? current : [UInt64](repeating: 0, count: Self.wordCount)
        current = [UInt64](repeating: 0, count: Self.wordCount)
        generationEnd = now &+ Self.generationTime
    }

    /// Sets a bit of the current generation; whether it was set.
    private mutating func insert(_ hash: UInt) -> Bool {
        let (word, bit) = Self.place(hash)
        let before = current[word]
        current[word] = before | bit
        return before & bit != 0
    }

    private func has(_ hash: UInt) -> Bool {
        let (word, bit) = Self.place(hash)
        return previous[word] & bit != 0
    }

    private static func place(_ hash: UInt) -> (word: Int, bit: UInt64) {
        (Int(hash >> 6) % wordCount, 1 << UInt64(hash % 64))
    }
}
