internal import CLinux

/// A signal that asks a program to end, or to do something else.
public struct Signal: Hashable, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let hangup = Signal(rawValue: SIGHUP)
    public static let interrupt = Signal(rawValue: SIGINT)
    public static let terminate = Signal(rawValue: SIGTERM)
    public static let quit = Signal(rawValue: SIGQUIT)
    /// A write to a pipe that nobody reads.
    public static let pipe = Signal(rawValue: SIGPIPE)
    /// The terminal's suspend key.
    public static let suspend = Signal(rawValue: SIGTSTP)
    public static let kill = Signal(rawValue: SIGKILL)
}

/// Signals taken as values instead of interruptions: they are blocked, and wait here until somebody asks.
///
/// Owned by the main thread; made before other threads are, so that all of them have the signals blocked. Children are
/// started with the mask that was there before.
public final class SignalQueue {
    private let descriptor: FileDescriptor
    private let before: sigset_t
    private let discarded: [Signal]
    private var pending: [Signal] = []

    /// Signals that the parent had us ignore stay ignored, as `nohup` and a shell's `&` expect.
    ///
    /// - Parameter discarded: these do nothing at all here, but what they do by themselves to children.
    public init(_ signals: [Signal], discarding discarded: [Signal] = []) throws(Errno) {
        self.discarded = discarded
        var set = sigset_t()
        var before = sigset_t()
        sigemptyset(&set)
        for signal in signals + discarded where clinux_signal_is_ignored(signal.rawValue) == 0 {
            sigaddset(&set, signal.rawValue)
        }
        descriptor = FileDescriptor(owning: try check(clinux_signalfd(&set)))
        _ = try check(clinux_block_signals(&set, &before))
        self.before = before
    }

    deinit {
        // What is still pending would strike once the mask is gone.
        drain()
        var mask = before
        _ = clinux_set_signal_mask(&mask)
    }

    /// The oldest signal that nobody has taken yet.
    public func next() -> Signal? {
        drain()
        return pending.isEmpty ? nil : pending.removeFirst()
    }

    /// Whether `next` would answer.
    public var isPending: Bool {
        drain()
        return !pending.isEmpty
    }

    /// Waits until a signal comes, or the descriptor is readable, at most so many milliseconds; negative is for ever.
    public func wait(milliseconds: Int32 = -1, orReadable other: Int32 = -1) {
        guard !isPending else { return }
        _ = clinux_wait_readable(descriptor.rawValue, other, milliseconds)
        drain()
    }

    /// Lets a wait for other things end when a signal comes; while one is pending, that is no news.
    public func join(_ set: inout PollSet) {
        if !isPending { set.add(descriptor.rawValue) }
    }

    /// The mask that children get.
    var maskForChildren: sigset_t { before }

    private func drain() {
        while case let number = clinux_read_signal(descriptor.rawValue), number > 0 {
            let signal = Signal(rawValue: number)
            if !discarded.contains(signal) { pending.append(signal) }
        }
    }
}
