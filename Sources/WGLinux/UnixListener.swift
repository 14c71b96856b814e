internal import CLinux

/// A listening Unix stream socket at a path, which it removes when it goes.
///
/// Owned by one thread.
public final class UnixListener {
    /// Readable when a client waits; non-blocking.
    public let descriptor: Int32
    /// Readable when the socket's file may have been taken away; see `isStillThere`.
    public let removalDescriptor: Int32

    private let path: String
    private let device: UInt64
    private let inode: UInt64

    public enum Failure: Error, Hashable, Sendable {
        /// A living program listens at the path.
        case inUse
        case system(operation: Operation, Errno)
    }

    public enum Operation: Hashable, Sendable {
        case createDirectory
        case removeStale
        case listen
        case watch
    }

    /// Whether a living program listens at the path.
    public static func isLive(_ path: String) -> Bool { clinux_unix_probe(path) == 0 }

    /// Makes the directory (0755) if it isn't there, removes a socket that nobody listens at, and listens; only the
    /// owner may connect (the file is made under umask 077).
    public init(directory: String, name: String) throws(Failure) {
        let path = directory + "/" + name
        let made = clinux_mkdir(directory, 0o755)
        guard made == 0 || made == -EEXIST else {
            throw .system(operation: .createDirectory, Errno(rawValue: -made))
        }
        switch clinux_unix_probe(path) {
        case 0: throw .inUse
        case -ECONNREFUSED:
            let removed = clinux_unlink(path)
            guard removed == 0 || removed == -ENOENT else {
                throw .system(operation: .removeStale, Errno(rawValue: -removed))
            }
        default: break
        }
        let listener = clinux_unix_serve(path, 128)
        guard listener >= 0 else { throw .system(operation: .listen, Errno(rawValue: -listener)) }
        do {
            (removalDescriptor, device, inode) = try Self.watch(path)
        } catch {
            _ = clinux_close(listener)
            _ = clinux_unlink(path)
            throw error
        }
        self.path = path
        descriptor = listener
    }

    /// Takes a listening socket that somebody else has bound to the path.
    public init(adopting listener: Int32, path: String) throws(Failure) {
        let adopted = clinux_adopt_listener(listener)
        guard adopted == 0 else { throw .system(operation: .listen, Errno(rawValue: -adopted)) }
        (removalDescriptor, device, inode) = try Self.watch(path)
        self.path = path
        descriptor = listener
    }

    /// Something readable when the file may have been taken away, and which file it is.
    private static func watch(_ path: String) throws(Failure) -> (descriptor: Int32, device: UInt64, inode: UInt64) {
        let watch = clinux_watch_removal(path)
        guard watch >= 0 else { throw .system(operation: .watch, Errno(rawValue: -watch)) }
        var (device, inode) = (UInt64(0), UInt64(0))
        guard clinux_file_identity(path, &device, &inode) == 0 else {
            _ = clinux_close(watch)
            throw .system(operation: .watch, .noSuchFile)
        }
        return (watch, device, inode)
    }

    deinit {
        if isStillThere() { _ = clinux_unlink(path) }
        _ = clinux_close(descriptor)
        _ = clinux_close(removalDescriptor)
    }

    /// Whether the path still names this socket. Takes what `removalDescriptor` has to say.
    public func isStillThere() -> Bool {
        var events: InlineArray<512, UInt8> = InlineArray(repeating: 0)
        _ = withUnsafeMutableBytes(of: &events) { clinux_read(removalDescriptor, $0.baseAddress, $0.count) }
        var nowDevice: UInt64 = 0
        var nowInode: UInt64 = 0
        return clinux_file_identity(path, &nowDevice, &nowInode) == 0 && nowDevice == device && nowInode == inode
    }

    /// The next waiting client, non-blocking; `nil` when there is none, or none that could be taken.
    public func accept() -> FileDescriptor? {
        let connection = clinux_accept(descriptor)
        return connection >= 0 ? FileDescriptor(owning: connection) : nil
    }
}

/// Sends what fits now into a non-blocking stream socket that is owned elsewhere, without SIGPIPE; 0 when nothing fits.
public func sendAvailable(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>) throws(Errno) -> Int {
    let result = bytes.withUnsafeBytes { clinux_send_stream(descriptor, $0.baseAddress, $0.count) }
    if result >= 0 { return result }
    if result == -Int(EAGAIN) || result == -Int(EINTR) { return 0 }
    throw Errno(rawValue: Int32(-result))
}
