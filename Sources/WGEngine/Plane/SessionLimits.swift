/// When a session is renewed and when it ends (whitepaper 6.1). Nanoseconds of `EngineClock`, and message counters.
enum SessionLimits {
    static let rekeyAfterTime: UInt64 = 120_000_000_000
    static let rejectAfterTime: UInt64 = 180_000_000_000
    /// REJECT_AFTER_TIME - KEEPALIVE_TIMEOUT - REKEY_TIMEOUT: the last moment for an initiator that only receives to
    /// start a new handshake before the session ends.
    static let rekeyBeforeRejection: UInt64 = 165_000_000_000
    static let rekeyAfterMessages: UInt64 = 1 << 60
    static let rejectAfterMessages: UInt64 = .max - (1 << 13)
    /// No counter is taken above this: one super-packet takes at most 65 535, so none reaches the limit.
    static let lastBatchStart: UInt64 = .max - (1 << 20)
}

/// A transport message (whitepaper 5.4.6): type and three zero bytes, receiver index, counter, ciphertext with tag.
enum TransportMessage {
    static let type: UInt32 = 4
    static let headerSize = 16
    static let tagSize = 16
    /// Header and tag; a keepalive is no more.
    static let overhead = 32

    /// The length after padding: to 16 bytes, but not beyond the MTU.
    @inline(__always)
    static func paddedLength(_ length: Int, mtu: Int) -> Int {
        let last = length > mtu && mtu > 0 ? length % mtu : length
        return length &- last &+ max(last, min((last &+ 15) & ~15, mtu))
    }
}
