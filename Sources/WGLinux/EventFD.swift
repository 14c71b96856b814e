internal import CLinux

/// A wake-up call for a thread that waits in `poll` (`eventfd(2)`). Any thread may signal it.
public struct EventFD: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    public init() throws(Errno) { descriptor = FileDescriptor(owning: try check(clinux_eventfd())) }

    /// Readable while a signal is pending. Valid as long as the owner lives.
    public var rawValue: Int32 { descriptor.rawValue }

    public func signal() {
        var one: UInt64 = 1
        _ = clinux_write(rawValue, &one, 8)
    }

    /// Takes back all signals so far.
    public func clear() {
        var count: UInt64 = 0
        _ = clinux_read(rawValue, &count, 8)
    }
}
