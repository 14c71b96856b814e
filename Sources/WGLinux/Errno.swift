internal import CLinux

/// An error number of the kernel or of libc, as a positive value.
public struct Errno: Error, Hashable, Sendable {
    /// As `errno.h` has it.
    public let rawValue: Int32

    /// Any number, be it one of those below or not.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// Whatever the last failed call on this thread left in `errno`.
    static var current: Errno { Errno(rawValue: clinux_errno()) }

    /// EPERM.
    public static let notPermitted = Errno(rawValue: EPERM)
    /// ENOENT.
    public static let noSuchFile = Errno(rawValue: ENOENT)
    /// EINTR.
    public static let interrupted = Errno(rawValue: EINTR)
    /// EIO.
    public static let inputOutput = Errno(rawValue: EIO)
    /// EBADF.
    public static let badFileDescriptor = Errno(rawValue: EBADF)
    /// EAGAIN.
    public static let wouldBlock = Errno(rawValue: EAGAIN)
    /// ENOMEM.
    public static let noMemory = Errno(rawValue: ENOMEM)
    /// EACCES.
    public static let accessDenied = Errno(rawValue: EACCES)
    /// EBUSY.
    public static let busy = Errno(rawValue: EBUSY)
    /// EEXIST.
    public static let exists = Errno(rawValue: EEXIST)
    /// ENODEV.
    public static let noSuchDevice = Errno(rawValue: ENODEV)
    /// EINVAL.
    public static let invalidArgument = Errno(rawValue: EINVAL)
    /// ENOSPC.
    public static let noSpace = Errno(rawValue: ENOSPC)
    /// EROFS.
    public static let readOnlyFileSystem = Errno(rawValue: EROFS)
    /// ERANGE.
    public static let range = Errno(rawValue: ERANGE)
    /// ENAMETOOLONG.
    public static let nameTooLong = Errno(rawValue: ENAMETOOLONG)
    /// EPROTO.
    public static let protocolError = Errno(rawValue: EPROTO)
    /// ESRCH.
    public static let noSuchProcess = Errno(rawValue: ESRCH)
    /// EMSGSIZE.
    public static let messageTooLong = Errno(rawValue: EMSGSIZE)
    /// EPROTONOSUPPORT.
    public static let protocolNotSupported = Errno(rawValue: EPROTONOSUPPORT)
    /// EOPNOTSUPP.
    public static let notSupported = Errno(rawValue: EOPNOTSUPP)
    /// EAFNOSUPPORT.
    public static let addressFamilyNotSupported = Errno(rawValue: EAFNOSUPPORT)
    /// EADDRINUSE.
    public static let addressInUse = Errno(rawValue: EADDRINUSE)
    /// EADDRNOTAVAIL.
    public static let addressNotAvailable = Errno(rawValue: EADDRNOTAVAIL)
    /// ENETUNREACH.
    public static let networkUnreachable = Errno(rawValue: ENETUNREACH)
    /// ECONNREFUSED.
    public static let connectionRefused = Errno(rawValue: ECONNREFUSED)
    /// ECONNRESET.
    public static let connectionReset = Errno(rawValue: ECONNRESET)
    /// ETIMEDOUT.
    public static let timedOut = Errno(rawValue: ETIMEDOUT)
    /// EPIPE.
    public static let brokenPipe = Errno(rawValue: EPIPE)
}

extension Errno: CustomStringConvertible {
    /// The text of `strerror`, in the C locale: "No such device".
    public var description: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            guard let base = buffer.baseAddress else { return "errno \(rawValue)" }
            return String(cString: clinux_strerror(rawValue, base, 256))
        }
    }
}
