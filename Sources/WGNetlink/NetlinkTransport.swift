internal import CMnl
import WGLinux

/// Sends and receives whole datagrams. The seam where tests put a script in the kernel's place.
protocol NetlinkTransport: AnyObject {
    func send(_ request: [UInt8]) throws(Errno)
    /// Waits for a datagram.
    func receive() throws(Errno) -> [UInt8]
    /// Waits without doing anything.
    func pause(milliseconds: Int32)
}

/// A netlink socket, by libmnl.
///
/// It acts on the network namespace that its thread was in when it was made.
final class MnlTransport: NetlinkTransport {
    enum Bus {
        /// `NETLINK_GENERIC`
        case generic
        /// `NETLINK_ROUTE`
        case route
    }

    private let socket: OpaquePointer
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: MnlTransport.bufferSize, alignment: 16)

    /// Dumps come in messages as long as the buffers that earlier reads offered, up to 32 KiB.
    private static let bufferSize = 65_536

    /// - Parameters:
    ///   - groups: multicast groups to hear, as a mask.
    ///   - nonblocking: `receive` says `EAGAIN` when nothing is there.
    init(_ bus: Bus, groups: UInt32 = 0, nonblocking: Bool = false) throws(Errno) {
        let number = bus == .generic ? NETLINK_GENERIC : NETLINK_ROUTE
        let flags = Int32(SOCK_CLOEXEC.rawValue) | (nonblocking ? Int32(SOCK_NONBLOCK.rawValue) : 0)
        var failure: Int32 = 0
        guard let socket = cmnl_open(number, flags, &failure) else {
            buffer.deallocate()
            throw Errno(rawValue: failure)
        }
        self.socket = socket
        cmnl_enable_extack(socket)
        let bound = cmnl_bind(socket, groups)
        if bound < 0 { throw Errno(rawValue: -bound) }
    }

    deinit {
        mnl_socket_close(socket)
        buffer.deallocate()
    }

    /// Hears of other namespaces as well: of those that have an id here. Without CAP_NET_BROADCAST nothing changes.
    func hearAllNamespaces() { cmnl_hear_all_namespaces(socket) }

    /// To poll.
    var descriptor: Int32 { mnl_socket_get_fd(socket) }

    func send(_ request: [UInt8]) throws(Errno) {
        while true {
            let result = cmnl_send(socket, request, request.count)
            if result >= 0 { return }
            let errno = Errno(rawValue: Int32(-result))
            if errno != .interrupted { throw errno }
        }
    }

    func receive() throws(Errno) -> [UInt8] {
        while true {
            let result = cmnl_receive(socket, buffer.baseAddress, buffer.count)
            if result >= 0 { return Array(buffer[..<min(result, buffer.count)]) }
            let errno = Errno(rawValue: Int32(-result))
            if errno != .interrupted { throw errno }
        }
    }

    func pause(milliseconds: Int32) { poll(nil, 0, milliseconds) }
}
