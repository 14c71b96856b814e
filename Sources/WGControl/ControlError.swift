public import WGLinux
public import WGModel
import WGUAPI

/// Why a device could not be listed, read or changed. Facts only; the text is for the programs to make.
public struct ControlError: Error, Hashable, Sendable {
    /// What was to be done.
    public enum Operation: Hashable, Sendable {
        case list
        case get
        case set
    }

    /// Who was asked.
    public enum Source: Hashable, Sendable {
        case kernel
        /// A userspace engine, by the path of its socket.
        case engine(socket: String)
    }

    /// What makes an engine's answer unreadable.
    public enum ReplyFault: Hashable, Sendable {
        case lineTooLong
        case missingEquals
        /// The value of this key.
        case invalidValue(key: String)
        /// It ended too early, or without `errno`.
        case cutShort
    }

    /// What was to be done.
    public let operation: Operation
    /// `nil` when all devices were meant.
    public let name: InterfaceName?
    /// Who was asked.
    public let source: Source
    /// What the kernel or the engine answered, or what the connection to it came to.
    public let errno: Errno
    /// The kernel's own explanation (`NLMSGERR_ATTR_MSG`), if it gave one.
    public let kernelText: String?
    /// What was wrong with an engine's answer; `errno` is then EPROTO.
    public let replyError: ReplyFault?

    /// An error of these facts.
    public init(
        _ operation: Operation, _ name: InterfaceName?, _ source: Source, _ errno: Errno, kernelText: String? = nil,
        replyError: ReplyFault? = nil
    ) {
        self.operation = operation
        self.name = name
        self.source = source
        self.errno = errno
        self.kernelText = kernelText
        self.replyError = replyError
    }
}

extension ControlError.ReplyFault {
    init(_ error: UAPIReplyError) {
        switch error {
        case .lineTooLong: self = .lineTooLong
        case .missingEquals: self = .missingEquals
        case .invalidValue(let key): self = .invalidValue(key: key)
        case .missingErrno: self = .cutShort
        }
    }
}
