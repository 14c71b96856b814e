internal import CLinux

/// Descriptors of which any number may be ready, each with a tag; `epoll(7)`. Owned by one thread.
public struct ReadySet: ~Copyable {
    private let epoll: FileDescriptor

    public init() throws(Errno) { epoll = FileDescriptor(owning: try check(clinux_epoll())) }

    /// Readable when a descriptor of the set is ready.
    public var descriptor: Int32 { epoll.rawValue }

    /// Adds a descriptor. It leaves the set when it is closed.
    public func add(_ descriptor: Int32, _ interest: PollSet.Interest, tag: UInt64) throws(Errno) {
        _ = try check(clinux_epoll_change(epoll.rawValue, EPOLL_CTL_ADD, descriptor, events(interest), tag))
    }

    /// What a descriptor of the set is waited for from now on. An error or the other side's end always counts.
    public func change(_ descriptor: Int32, _ interest: PollSet.Interest, tag: UInt64) throws(Errno) {
        _ = try check(clinux_epoll_change(epoll.rawValue, EPOLL_CTL_MOD, descriptor, events(interest), tag))
    }

    /// Tags of what is ready, 16 at most, without waiting. What is left out comes first the next time.
    public func take() -> [UInt64] {
        [UInt64](unsafeUninitializedCapacity: 16) { tags, count in
            count = Int(max(clinux_epoll_take(epoll.rawValue, tags.baseAddress, 16), 0))
        }
    }

    // POLLIN and POLLOUT have the same values as EPOLLIN and EPOLLOUT.
    private func events(_ interest: PollSet.Interest) -> UInt32 { UInt32(UInt16(bitPattern: interest.rawValue)) }
}
