public import WGLinux

/// Why an engine can't start, or can't go on.
public enum EngineError: Error, Hashable, Sendable {
    /// A living engine of this name listens at the path.
    case socketInUse(path: String)
    case failed(Operation, Errno)

    public enum Operation: Hashable, Sendable {
        /// `busy` or `exists` when there is a link of that name; `notPermitted` or `accessDenied` without
        /// CAP_NET_ADMIN; `noSuchFile` or `noSuchDevice` when the kernel has no TUN driver.
        case createLink
        /// `invalidArgument` when the descriptor is that of another kind of device.
        case adoptLink
        case createSocketDirectory
        case removeStaleSocket
        case listenOnSocket
        case watchSocket
        case watchLink
        case takeSignals
        case allocateMemory
        case startThread
        case wait
    }
}
