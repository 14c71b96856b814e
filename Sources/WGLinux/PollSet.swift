internal import CLinux

/// The descriptors that a thread waits on: filled anew before each wait, for few of them.
public struct PollSet {
    private var entries: [pollfd] = []

    public init() {}

    public struct Interest: OptionSet, Sendable {
        public let rawValue: Int16
        public init(rawValue: Int16) { self.rawValue = rawValue }

        public static let reading = Interest(rawValue: Int16(POLLIN))
        public static let writing = Interest(rawValue: Int16(POLLOUT))
    }

    public mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

    public mutating func add(_ descriptor: Int32, _ interest: Interest = .reading) {
        entries.append(pollfd(fd: descriptor, events: interest.rawValue, revents: 0))
    }

    /// Blocks until a descriptor is ready or the time is over.
    ///
    /// - Parameter nanoseconds: `nil` waits without limit.
    public mutating func wait(nanoseconds: UInt64?) throws(Errno) {
        let limit = nanoseconds.map { Int64(clamping: $0) } ?? -1
        _ = try check(entries.withUnsafeMutableBufferPointer { clinux_ppoll($0.baseAddress, $0.count, limit) })
    }

    /// Whether the last wait found anything.
    public var isAnyReady: Bool { entries.contains { $0.revents != 0 } }

    /// Whether the last wait found that a write to the descriptor would not block.
    public func isWritable(_ descriptor: Int32) -> Bool {
        entries.contains { $0.fd == descriptor && $0.revents & Int16(POLLOUT) != 0 }
    }

    /// Whether the last wait found that a read from the descriptor would not block; the end can be read too.
    public func isReadable(_ descriptor: Int32) -> Bool {
        entries.contains { $0.fd == descriptor && $0.revents & ~Int16(POLLOUT) != 0 }
    }

    /// Whether the last wait found the descriptor ready; an error or the other side's end counts as ready.
    public func isReady(_ descriptor: Int32) -> Bool {
        entries.contains { $0.fd == descriptor && $0.revents != 0 }
    }
}
