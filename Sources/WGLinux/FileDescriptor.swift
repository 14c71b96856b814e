internal import CLinux

/// The one owner of an open file descriptor; closes it when it goes.
public struct FileDescriptor: ~Copyable, Sendable {
    /// Valid as long as the owner lives.
    public let rawValue: Int32

    /// Takes ownership of an open descriptor.
    public init(owning rawValue: Int32) { self.rawValue = rawValue }

    deinit { _ = clinux_close(rawValue) }

    /// Gives the descriptor up without closing it.
    public consuming func release() -> Int32 {
        let value = rawValue
        discard self
        return value
    }
}

extension FileDescriptor {
    public enum Access: Sendable {
        case readOnly
        case writeOnly
        case readWrite
    }

    /// `open(2)` with `O_CLOEXEC`.
    public static func open(
        _ path: String, _ access: Access, create mode: UInt32? = nil, truncate: Bool = false, exclusive: Bool = false
    ) throws(Errno) -> FileDescriptor {
        var flags = O_CLOEXEC
        switch access {
        case .readOnly: flags |= O_RDONLY
        case .writeOnly: flags |= O_WRONLY
        case .readWrite: flags |= O_RDWR
        }
        if mode != nil { flags |= O_CREAT }
        if truncate { flags |= O_TRUNC }
        if exclusive { flags |= O_EXCL }
        return FileDescriptor(owning: try check(clinux_open(path, flags, mode ?? 0)))
    }

    /// `read(2)`; an empty result is the end of the file. Restarts after EINTR.
    public func read(upTo count: Int) throws(Errno) -> [UInt8] { try readDescriptor(rawValue, upTo: count) }

    /// Writes all bytes. Restarts after EINTR.
    public func write(_ bytes: some Collection<UInt8>) throws(Errno) {
        try writeDescriptor(rawValue, Array(bytes))
    }
}

/// `read(2)` on a descriptor that is owned elsewhere, such as standard input.
public func readDescriptor(_ descriptor: Int32, upTo count: Int) throws(Errno) -> [UInt8] {
    var failure: Errno?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        while true {
            let result = clinux_read(descriptor, buffer.baseAddress, count)
            if result >= 0 {
                filled = result
                return
            }
            if result == -Int(EINTR) { continue }
            failure = Errno(rawValue: Int32(-result))
            return
        }
    }
    if let failure { throw failure }
    return bytes
}

/// Writes all bytes to a descriptor that is owned elsewhere, such as standard output.
public func writeDescriptor(_ descriptor: Int32, _ bytes: [UInt8]) throws(Errno) {
    var failure: Errno?
    bytes.withUnsafeBytes { buffer in
        var offset = 0
        while offset < buffer.count {
            let result = clinux_write(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
            if result >= 0 {
                offset += result
            } else if result != -Int(EINTR) {
                failure = Errno(rawValue: Int32(-result))
                return
            }
        }
    }
    if let failure { throw failure }
}

/// Turns the shim's "value or -errno" into a value or a thrown error.
func check(_ result: Int32) throws(Errno) -> Int32 {
    guard result >= 0 else { throw Errno(rawValue: -result) }
    return result
}
