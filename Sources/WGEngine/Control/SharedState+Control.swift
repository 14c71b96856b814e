internal import CLinux

extension SharedState {
    /// Makes an event descriptor unreadable until it is signalled again.
    static func clear(_ descriptor: Int32) {
        var count: UInt64 = 0
        _ = clinux_read(descriptor, &count, 8)
    }
}
