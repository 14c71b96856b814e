public import WGLinux

/// A failed netlink operation.
public struct NetlinkError: Error, Hashable, Sendable {
    /// What was attempted.
    public enum Operation: Hashable, Sendable {
        case openSocket
        case resolveFamily
        case getDevice
        case setDevice
        case listLinks
        case readLink
        case listRules
        case addRule
        case deleteRule
        case watchLinks
    }

    /// What kind of failure it is.
    public enum Reason: Hashable, Sendable {
        /// The kernel or the socket said `errno`.
        case refused
        /// The kernel has no such Generic Netlink family: the module is absent. `errno` is `EPROTONOSUPPORT`.
        case familyAbsent
        /// The reply makes no sense: cut short, or an attribute of the wrong size. `errno` is `EPROTO`.
        case malformedReply
        /// An attribute would pass the 65 535 bytes that its length can say. `errno` is `EMSGSIZE`.
        case requestTooLong
    }

    public let operation: Operation
    public let reason: Reason
    public let errno: Errno
    /// The kernel's explanation (`NLMSGERR_ATTR_MSG`), where it gave one.
    public let extack: String?

    /// A refusal.
    public init(operation: Operation, errno: Errno, extack: String? = nil) {
        self.init(operation: operation, reason: .refused, errno: errno, extack: extack)
    }

    public init(operation: Operation, reason: Reason, errno: Errno, extack: String? = nil) {
        self.operation = operation
        self.reason = reason
        self.errno = errno
        self.extack = extack
    }

    static func malformedReply(_ operation: Operation) -> NetlinkError {
        NetlinkError(operation: operation, reason: .malformedReply, errno: .protocolError)
    }
}
