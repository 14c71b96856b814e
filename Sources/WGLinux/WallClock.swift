internal import CLinux
public import WGModel

/// The time of day, which may jump, and waiting.
public enum WallClock {
    /// Time since the Unix epoch (`CLOCK_REALTIME`).
    public static func now() -> HandshakeTime {
        var seconds: Int64 = 0
        var nanoseconds: Int64 = 0
        clinux_realtime(&seconds, &nanoseconds)
        return HandshakeTime(seconds: seconds, nanoseconds: nanoseconds)
    }

    /// Sleeps for the whole time, whatever signals arrive.
    public static func sleep(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return }
        clinux_sleep(seconds, Int(attoseconds / 1_000_000_000))
    }
}

/// Time that never jumps.
public enum BootClock {
    /// Since the machine's start, suspend included (`CLOCK_BOOTTIME`).
    public static func now() -> Duration { .nanoseconds(Int64(clamping: clinux_boottime_ns())) }
}
