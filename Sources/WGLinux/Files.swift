internal import CLinux

/// Whole files, by path.
public enum Files {
    /// What `stat(2)` tells of a file, links followed.
    public struct Status: Hashable, Sendable {
        /// The permission bits alone: 0o777 and below.
        public let permissions: UInt32
        public let isDirectory: Bool
        public let owner: Owner
        /// Bytes; 0 for what has no size, such as a pipe.
        public let size: Int
    }

    public struct Owner: Hashable, Sendable {
        public let user: UInt32
        public let group: UInt32
    }

    public static func status(_ path: String) throws(Errno) -> Status {
        var status = stat()
        _ = try check(clinux_stat(path, &status))
        return Status(
            permissions: UInt32(status.st_mode & 0o777), isDirectory: clinux_is_directory(&status) != 0,
            owner: Owner(user: status.st_uid, group: status.st_gid), size: Int(status.st_size))
    }

    public static func exists(_ path: String) -> Bool { (try? status(path)) != nil }

    /// Whether this process may execute it, and it is no directory.
    public static func isExecutable(_ path: String) -> Bool {
        clinux_executable(path) == 0 && (try? status(path).isDirectory) == false
    }

    /// All bytes. `EFBIG` beyond the limit.
    public static func read(_ path: String, limit: Int = 64 << 20) throws(Errno) -> [UInt8] {
        let file = try FileDescriptor.open(path, .readOnly)
        var bytes: [UInt8] = []
        while true {
            let part = try file.read(upTo: 65536)
            if part.isEmpty { return bytes }
            bytes += part
            guard bytes.count <= limit else { throw Errno(rawValue: EFBIG) }
        }
    }

    /// Replaces the file in one step: readers see the old content or the new, never a part.
    ///
    /// The content goes to `PATH.PID.tmp` first, a new file, on disk before it takes the name. A symbolic link of either
    /// name is not followed.
    ///
    /// - Parameters:
    ///   - owner: who gets it, if not this process's user.
    ///   - temporary: another name for the new file, where processes take turns: what a killed one left goes away then.
    public static func replace(
        _ path: String, _ bytes: [UInt8], permissions: UInt32, owner: Owner? = nil, temporary: String? = nil
    ) throws(Errno) {
        let temporary = temporary ?? "\(path).\(getpid()).tmp"
        _ = clinux_remove_file(temporary)
        do {
            let file = try FileDescriptor.open(temporary, .writeOnly, create: permissions, exclusive: true)
            if let owner { _ = try check(clinux_fchown(file.rawValue, owner.user, owner.group)) }
            _ = try check(clinux_fchmod(file.rawValue, permissions))
            try file.write(bytes)
            _ = try check(clinux_fsync(file.rawValue))
            _ = try check(clinux_rename(temporary, path))
        } catch {
            _ = clinux_remove_file(temporary)
            throw error
        }
    }

    /// Writes into a file that is there, such as one of `/proc/sys`, which takes a value in one piece.
    public static func write(_ path: String, _ bytes: [UInt8]) throws(Errno) {
        try FileDescriptor.open(path, .writeOnly).write(bytes)
    }

    public static func remove(_ path: String) throws(Errno) { _ = try check(clinux_remove_file(path)) }

    /// One directory; no error if it is there.
    public static func makeDirectory(_ path: String, permissions: UInt32) throws(Errno) {
        let result = clinux_mkdir(path, permissions)
        if result != -EEXIST { _ = try check(result) }
    }

    /// Absolute and without symbolic links, as `readlink -f`.
    public static func canonicalPath(_ path: String) throws(Errno) -> String {
        guard let resolved = clinux_realpath(path) else { throw Errno.current }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Where a symbolic link points.
    public static func linkTarget(_ path: String) throws(Errno) -> String {
        var failure: Errno?
        let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, filled in
            let count = buffer.withMemoryRebound(to: CChar.self) { clinux_readlink(path, $0.baseAddress, $0.count) }
            if count < 0 { failure = Errno(rawValue: Int32(-count)) } else { filled = count }
        }
        if let failure { throw failure }
        return String(decoding: bytes, as: UTF8.self)
    }
}
