/// The time of day in an initiation (whitepaper 5.1): a TAI64N label of 12 bytes, seconds and nanoseconds big-endian.
///
/// The order is that of the bytes, whatever they are: a peer may send any.
public struct TAI64N: Sendable, Hashable, Comparable {
    /// 2^62 + 10 and the seconds since 1970.
    public let seconds: UInt64
    public let nanoseconds: UInt32

    @inlinable public static var byteCount: Int { 12 }

    /// A label of a time of ours. Nanoseconds are rounded down to a multiple of 2^24 (17 ms), so that the label doesn't
    /// tell how long we compute; an interface sends at most 50 initiations per second to a peer anyway.
    public init(unixSeconds: Int64, nanoseconds: UInt32) {
        seconds = 0x4000_0000_0000_000A &+ UInt64(bitPattern: unixSeconds)
        self.nanoseconds = nanoseconds & ~0x00FF_FFFF
    }

    /// A label as received; `nil` unless there are 12 bytes.
    public init?(_ bytes: Span<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var seconds: UInt64 = 0
        var nanoseconds: UInt32 = 0
        for index in 0..<8 { seconds = seconds << 8 | UInt64(bytes[index]) }
        for index in 8..<12 { nanoseconds = nanoseconds << 8 | UInt32(bytes[index]) }
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// The 12 bytes, most significant first.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: seconds >> UInt64(shift)))
        }
        for shift in stride(from: 24, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: nanoseconds >> UInt32(shift)))
        }
        return bytes
    }

    public static func < (left: TAI64N, right: TAI64N) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}

/// Which initiations of a peer are taken: each once, in order, not too fast (whitepaper 5.1). One per peer; it stays
/// as long as the peer does, sessions or not.
public struct InitiationFilter: Sendable {
    /// The greatest timestamp taken so far.
    public private(set) var greatest: TAI64N?
    private var lastTaken: UInt64?

    /// At most 50 initiations of a peer are taken per second: nanoseconds between two of them.
    @inlinable public static var minimumInterval: UInt64 { 20_000_000 }

    public init() {}

    /// Whether an initiation that has proven to come from the peer is to be answered. If so, it is remembered.
    ///
    /// - Parameter now: nanoseconds of a monotonic clock.
    public mutating func take(_ timestamp: TAI64N, now: UInt64) -> Bool {
        if let greatest, timestamp <= greatest { return false }
        if let lastTaken, now < lastTaken &+ Self.minimumInterval { return false }
        greatest = timestamp
        lastTaken = now
        return true
    }
}
