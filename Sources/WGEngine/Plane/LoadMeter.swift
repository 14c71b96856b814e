internal import CLinux

/// How much of a processor the calling thread has had. Read at every batch, it asks the kernel once in a window.
struct LoadMeter {
    private let window: UInt64
    private var begin: UInt64 = 0
    private var processorTime: UInt64 = 0

    /// - Parameter window: real nanoseconds.
    init(window: UInt64) { self.window = window }

    /// Thousandths of a processor since the last answer; `nil` while the window is not over.
    @inline(__always)
    mutating func read() -> Int? {
        let now = clinux_boottime_ns()
        return now &- begin < window ? nil : finish(now)
    }

    /// Processor time of the thread, in nanoseconds, that is no load.
    mutating func leaveOut(_ time: UInt64) { processorTime &+= time }

    private mutating func finish(_ now: UInt64) -> Int {
        let before = processorTime
        let elapsed = now &- begin
        processorTime = clinux_thread_cpu_ns()
        begin = now
        return Int(truncatingIfNeeded: (processorTime &- before) &* 1000 / max(elapsed, 1))
    }
}
