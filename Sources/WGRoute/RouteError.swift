public import WGLinux

/// A refused or failed rtnetlink operation.
public struct RouteError: Error, Hashable, Sendable {
    /// What was attempted.
    public enum Operation: Hashable, Sendable {
        case openSocket
        case listLinks
        case readLink
        case addLink
        case deleteLink
        case setLink
        case listAddresses
        case addAddress
        case deleteAddress
        case listRoutes
        case addRoute
        case deleteRoute
        case lookUpRoute
    }

    public let operation: Operation
    /// The kernel's own number where the kernel refused; otherwise the nearest to libnl's code.
    public let errno: Errno
    /// The kernel's explanation (`NLMSGERR_ATTR_MSG`), where it gave one.
    public let extack: String?

    public init(operation: Operation, errno: Errno, extack: String? = nil) {
        self.operation = operation
        self.errno = errno
        self.extack = extack
    }
}
