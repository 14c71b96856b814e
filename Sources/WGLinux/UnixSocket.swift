internal import CLinux

/// Stream sockets in the file system, such as an engine's `/var/run/wireguard/NAME.sock`.
public enum UnixSocket {
    /// Connects to the socket at a path.
    ///
    /// - Parameter timeoutMilliseconds: how long the connection, and later each send and receive, may take; they then
    ///   fail with `wouldBlock`.
    /// - Throws: `connectionRefused` when nobody listens any more, `noSuchFile`, `nameTooLong` beyond 107 bytes.
    public static func connect(_ path: String, timeoutMilliseconds: Int32) throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: try check(clinux_unix_connect(path, timeoutMilliseconds)))
    }

    /// Creates a socket at a path, with the mode that the umask leaves, and listens on it. Blocking.
    ///
    /// - Throws: `addressInUse` when the path exists.
    public static func listen(_ path: String, backlog: Int32 = 16) throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: try check(clinux_unix_listen(path, backlog)))
    }

    /// Sends as many bytes as there is room for now, and says how many; 0 when there is none.
    public static func sendSome(
        _ bytes: ArraySlice<UInt8>, to descriptor: borrowing FileDescriptor
    ) throws(Errno) -> Int {
        let result = bytes.withUnsafeBytes {
            clinux_send_quietly(descriptor.rawValue, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
        }
        if result == -Int(EINTR) || result == -Int(EAGAIN) { return 0 }
        guard result >= 0 else { throw Errno(rawValue: Int32(-result)) }
        return result
    }

    /// Sends all bytes. A peer that went away is `brokenPipe`, never a signal.
    public static func send(_ bytes: [UInt8], to descriptor: borrowing FileDescriptor) throws(Errno) {
        var offset = 0
        while offset < bytes.count {
            let result = bytes[offset...].withUnsafeBytes {
                clinux_send_quietly(descriptor.rawValue, $0.baseAddress, $0.count, 0)
            }
            if result >= 0 {
                offset += result
            } else if result != -Int(EINTR) {
                throw Errno(rawValue: Int32(-result))
            }
        }
    }
}
