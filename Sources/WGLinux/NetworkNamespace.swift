internal import CLinux

/// Which network namespace this process is in.
public struct NetworkNamespace: Hashable, Sendable {
    /// Of `/proc/self/ns/net`; together they name a namespace for as long as it lives.
    public let device: UInt64
    public let inode: UInt64

    public static func current() throws(Errno) -> NetworkNamespace {
        var status = stat()
        _ = try check(clinux_stat("/proc/self/ns/net", &status))
        return NetworkNamespace(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }
}
