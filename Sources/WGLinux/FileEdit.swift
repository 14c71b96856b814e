internal import CLinux

/// Files that others read and change, too.
extension Files {
    /// New content for a file that no other can take the place of, as it is a mount point or its directory can't be
    /// written.
    ///
    /// The content goes over the old in one call, with line ends behind it up to the old length, and is cut to its
    /// length afterwards. So a reader sees no empty file, nor does an end of this process leave one; up to 4 KiB, where
    /// the kernel writes one page at a time, it leaves no part of the old either.
    public static func overwrite(_ path: String, _ bytes: [UInt8]) throws(Errno) {
        let old = try read(path).count
        let file = try FileDescriptor.open(path, .writeOnly)
        try file.write(bytes + Array(repeating: UInt8(ascii: "\n"), count: max(0, old - bytes.count)))
        if bytes.count < old { _ = try check(clinux_ftruncate(file.rawValue, bytes.count)) }
        _ = try check(clinux_fsync(file.rawValue))
    }

    /// Puts a symbolic link where the file is, in one step.
    public static func replace(
        _ path: String, withLinkTo target: String, temporary: String? = nil
    ) throws(Errno) {
        let temporary = temporary ?? "\(path).\(getpid()).tmp"
        _ = clinux_remove_file(temporary)
        do {
            _ = try check(clinux_symlink(target, temporary))
            _ = try check(clinux_rename(temporary, path))
        } catch {
            _ = clinux_remove_file(temporary)
            throw error
        }
    }

    /// Runs the body while no other process does the same with this directory (`flock(2)`).
    public static func withLock<Result>(
        onDirectory path: String, _ body: () throws(Errno) -> Result
    ) throws(Errno) -> Result {
        let lock = try FileDescriptor.open(path, .readOnly)
        _ = try check(clinux_lock(lock.rawValue))
        do {
            let result = try body()
            _ = consume lock
            return result
        } catch {
            _ = consume lock
            throw error
        }
    }
}

/// The lock of `Files.withLock`, for who does not wait for it without end. It goes with its owner.
public struct DirectoryLock: ~Copyable {
    private let directory: FileDescriptor

    private init(_ directory: consuming FileDescriptor) { self.directory = directory }

    /// `nil` while another has it.
    public static func take(_ path: String) throws(Errno) -> DirectoryLock? {
        let directory = try FileDescriptor.open(path, .readOnly)
        do {
            _ = try check(clinux_try_lock(directory.rawValue))
        } catch .wouldBlock {
            return nil
        }
        return DirectoryLock(directory)
    }
}
