internal import CLinux

/// SIGTERM and SIGINT as a descriptor to wait on. HUP and PIPE are ignored from then on.
///
/// Made before other threads are, which inherit the mask.
public final class TerminationSignals {
    /// Readable when a signal has come.
    public let descriptor: Int32

    public init() throws(Errno) { descriptor = try check(clinux_signalfd_termination()) }

    deinit { _ = clinux_close(descriptor) }

    /// Whether one of the signals has come since the last call.
    public func take() -> Bool { clinux_signalfd_take(descriptor) != 0 }
}
