internal import CLinux

/// Which sources have been heard of within the last seconds: a Bloom filter of two generations in 256 KiB of raw memory.
/// Thread U.
///
/// 65 000 sources within 2.5 s let it take one of 70 new ones for a known one.
struct RecentSources: ~Copyable {
    /// Nanoseconds; a source is remembered for this long at least, and for twice as long at most. The latter is
    /// REKEY_TIMEOUT: who tries again is new again.
    static let generationTime: UInt64 = 2_500_000_000
    private static let wordCount = 1 << 14

    private var current: UnsafeMutablePointer<UInt64>
    private var previous: UnsafeMutablePointer<UInt64>
    private var generationEnd: UInt64 = 0

    init() {
        current = .allocate(capacity: Self.wordCount)
        previous = .allocate(capacity: Self.wordCount)
        current.initialize(repeating: 0, count: Self.wordCount)
        previous.initialize(repeating: 0, count: Self.wordCount)
    }

    deinit {
        current.deallocate()
        previous.deallocate()
    }

    enum Knowledge {
        case unknown
        /// Will be forgotten within `generationTime`, unless it is noted again.
        case fading
        case known
    }

    /// Whether the source has been heard of; `hash` is that of its address and port.
    mutating func knowledge(of hash: UInt64, now: UInt64) -> Knowledge {
        if now >= generationEnd { turn(now) }
        let (first, second) = (Self.place(hash), Self.place(hash &>> 20))
        if Self.has(current, first), Self.has(current, second) { return .known }
        return Self.has(previous, first) && Self.has(previous, second) ? .fading : .unknown
    }

    /// Remembers a source that `knowledge` has just been asked about.
    mutating func note(_ hash: UInt64) {
        let (first, second) = (Self.place(hash), Self.place(hash &>> 20))
        current[first.word] |= first.bit
        current[second.word] |= second.bit
    }

    private mutating func turn(_ now: UInt64) {
        let isRecent = now < generationEnd &+ Self.generationTime
        (current, previous) = (previous, current)
        current.update(repeating: 0, count: Self.wordCount)
        if !isRecent { previous.update(repeating: 0, count: Self.wordCount) }
        generationEnd = now &+ Self.generationTime
    }

    @inline(__always)
    private static func has(_ words: UnsafeMutablePointer<UInt64>, _ place: (word: Int, bit: UInt64)) -> Bool {
        words[place.word] & place.bit != 0
    }

    @inline(__always)
    private static func place(_ hash: UInt64) -> (word: Int, bit: UInt64) {
        (Int(truncatingIfNeeded: hash &>> 6) & (wordCount &- 1), 1 &<< (hash & 63))
    }
}
