internal import CLinux

/// Which sources have been heard of within the last seconds: a Bloom filter of two generations, in the memory of
/// `HandshakeFilter`. Thread U.
///
/// 65 000 sources within 2.5 s let it take one of 70 new ones for a known one.
struct RecentSources: ~Copyable {
    /// Nanoseconds; a source is remembered for this long at least, and for twice as long at most. The latter is
    /// REKEY_TIMEOUT: who tries again is new again.
    static let generationTime: UInt64 = 2_500_000_000
    private static let wordCount = HandshakeFilter.Memory.tableSize / 8

    private let memory: HandshakeFilter.Memory
    private var currentIndex = 0
    private var generationEnd: UInt64 = 0

    /// - Parameter memory: with empty tables; nobody else's, and there for as long as this is.
    init(_ memory: HandshakeFilter.Memory) { self.memory = memory }

    private var current: UnsafeMutablePointer<UInt64> { memory.table(currentIndex) }
    private var previous: UnsafeMutablePointer<UInt64> { memory.table(1 - currentIndex) }

    enum Knowledge {
        case unknown
        /// Will be forgotten within `generationTime`, unless it is noted again.
        case fading
        case known
    }

    /// Whether the source has been heard of; the low 40 bits of `hash` are taken.
    mutating func knowledge(of hash: UInt64, now: UInt64) -> Knowledge {
        age(now)
        let (first, second) = (Self.place(hash), Self.place(hash &>> 20))
        if Self.has(current, first), Self.has(current, second) { return .known }
        return Self.has(previous, first) && Self.has(previous, second) ? .fading : .unknown
    }

    /// Forgets whom it is time to forget.
    @inline(__always)
    mutating func age(_ now: UInt64) {
        if now >= generationEnd { turn(now) }
    }

    /// Remembers a source that `knowledge` has just been asked about.
    mutating func note(_ hash: UInt64) {
        let (first, second) = (Self.place(hash), Self.place(hash &>> 20))
        current[first.word] |= first.bit
        current[second.word] |= second.bit
    }

    private mutating func turn(_ now: UInt64) {
        let isRecent = now < generationEnd &+ Self.generationTime
        previous.update(repeating: 0, count: Self.wordCount)
        if !isRecent { current.update(repeating: 0, count: Self.wordCount) }
        currentIndex = 1 - currentIndex
        memory.choose(currentIndex)
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
