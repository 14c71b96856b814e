/// How many messages each source may send: 20 a second, 5 at once, by `HandshakeSource.group`. Control thread only.
///
/// Fixed memory, 128 KiB, taken at the first use. A source whose allowance is full again is as good as unknown, so its
/// place is free after 250 ms at most, and nothing has to be swept. A source for which there is no place is refused.
public struct SourceLimiter: Sendable {
    /// Nanoseconds between two messages.
    static var interval: UInt64 { 50_000_000 }
    static var burst: UInt64 { 5 }
    private static var setCount: Int { 1024 }
    private static var setSize: Int { 8 }
    /// The number of sources that can be told apart at a time.
    static var capacity: Int { setCount * setSize }

    private struct Entry {
        var group: UInt64 = 0
        /// When the allowance is full again, if nothing more is taken of it.
        var fullAt: UInt64 = 0
    }

    private var entries: [Entry] = []

    public init() {}

    /// Counts a message. False when it is one too many, or there is no place for its source.
    public mutating func allows(_ source: HandshakeSource, now: UInt64) -> Bool {
        if entries.isEmpty { entries = [Entry](repeating: Entry(), count: Self.capacity) }
        let first = Self.set(of: source.group) * Self.setSize
        var place: Int?
        for index in first..<first + Self.setSize {
            if entries[index].group == source.group, entries[index].fullAt > now {
                let fullAt = entries[index].fullAt
                guard fullAt - now <= (Self.burst - 1) * Self.interval else { return false }
                entries[index].fullAt = fullAt + Self.interval
                return true
            }
            if place == nil, entries[index].fullAt <= now { place = index }
        }
        guard let place else { return false }
        entries[place] = Entry(group: source.group, fullAt: now &+ Self.interval)
        return true
    }

    /// `Hasher` is seeded for each process, so that nobody can choose sources for one set.
    private static func set(of group: UInt64) -> Int {
        var hasher = Hasher()
        hasher.combine(group)
        return Int(truncatingIfNeeded: UInt(bitPattern: hasher.finalize()) % UInt(setCount))
    }
}
