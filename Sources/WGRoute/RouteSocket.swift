internal import CNlRoute
import WGLinux

/// An rtnetlink socket, by libnl. Belongs to one thread.
///
/// It acts on the network namespace that its thread was in when it was made.
public final class RouteSocket {
    let socket: OpaquePointer
    let refusal = Refusal()

    /// What the kernel said when it last refused. libnl's own codes merge error numbers, so the number is taken here.
    final class Refusal {
        var errno: Errno?
        var extack: String?
    }

    /// Opens and connects; needs no privilege.
    public init() throws(RouteError) {
        guard let socket = nl_socket_alloc() else {
            throw RouteError(operation: .openSocket, errno: .noMemory)
        }
        self.socket = socket
        nl_socket_modify_err_cb(
            socket, NL_CB_CUSTOM,
            { _, error, context in RouteSocket.noteRefusal(error, context) },
            Unmanaged.passUnretained(refusal).toOpaque())
        try check(nl_connect(socket, NETLINK_ROUTE), .openSocket)
        cnlroute_enable_extack(nl_socket_get_fd(socket))
    }

    deinit { nl_socket_free(socket) }

    /// Called by libnl with each error message; stops the reading.
    private static func noteRefusal(
        _ error: UnsafeMutablePointer<nlmsgerr>?, _ context: UnsafeMutableRawPointer?
    ) -> Int32 {
        guard let error, let context else { return Int32(NL_STOP.rawValue) }
        let refusal = Unmanaged<Refusal>.fromOpaque(context).takeUnretainedValue()
        refusal.errno = Errno(rawValue: error.pointee.error == .min ? .max : -error.pointee.error)
        refusal.extack = cnlroute_extack(error).map { String(cString: $0) }
        return Int32(NL_STOP.rawValue)
    }

    /// Turns libnl's "zero or more, or minus a code" into a value or an error with the kernel's number and text.
    @discardableResult
    func check(_ result: Int32, _ operation: RouteError.Operation) throws(RouteError) -> Int32 {
        let number = refusal.errno
        let extack = refusal.extack
        refusal.errno = nil
        refusal.extack = nil
        guard result < 0 else { return result }
        throw RouteError(operation: operation, errno: number ?? Errno(libnlCode: result), extack: extack)
    }

    /// Turns a libnl allocation into a pointer or `ENOMEM`.
    func allocated(
        _ pointer: OpaquePointer?, _ operation: RouteError.Operation
    ) throws(RouteError) -> OpaquePointer {
        guard let pointer else { throw RouteError(operation: operation, errno: .noMemory) }
        return pointer
    }

    /// The objects of a libnl cache, in the kernel's order; frees the cache.
    static func drain<Value>(_ cache: OpaquePointer, _ value: (OpaquePointer) -> Value?) -> [Value] {
        defer { nl_cache_free(cache) }
        var values: [Value] = []
        var object = nl_cache_get_first(cache)
        while let current = object {
            if let value = value(current) { values.append(value) }
            object = nl_cache_get_next(current)
        }
        return values
    }
}
