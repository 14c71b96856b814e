internal import CLinux

/// The engine's only source of protocol time: nanoseconds since boot, suspend included, so that keys age while a
/// machine sleeps.
///
/// It is a parameter of the engine. The program always passes `.system`; a test executable passes a faster one to
/// see rekeys in seconds.
public struct EngineClock: Sendable {
    private let origin: UInt64
    private let rate: UInt64
    /// Of a test that runs everything in one thread.
    private nonisolated(unsafe) let hand: UnsafePointer<UInt64>?

    /// Real time.
    public static var system: EngineClock { EngineClock(rate: 1) }

    /// A clock that runs `rate` times as fast as real time, from now on.
    public init(rate: UInt64) {
        self.rate = max(rate, 1)
        self.origin = clinux_boottime_ns()
        self.hand = nil
    }

    /// A clock that shows what is written there, for tests that let days pass at once.
    init(reading hand: UnsafePointer<UInt64>) {
        rate = 1
        origin = 0
        self.hand = hand
    }

    /// Nanoseconds; never 0, so that 0 can stand for "never".
    @inline(__always)
    func now() -> UInt64 {
        if let hand { return hand.pointee }
        let real = clinux_boottime_ns()
        return origin &+ (real &- origin) &* rate
    }

    /// How long to wait in real nanoseconds until the clock shows `deadline`; 0 when it has passed.
    func realDelay(until deadline: UInt64) -> UInt64 {
        let now = now()
        return deadline > now ? (deadline - now) / rate + 1 : 0
    }
}
