import WGLinux

/// What the control thread needs of the UDP side. Tests put a network of their own in its place.
protocol ControlNetwork: AnyObject {
    /// Binds one socket for each address family that there is, both to the same port; 0 lets the kernel choose.
    func open(port: UInt16, mark: UInt32) throws(Errno) -> UdpSockets
    /// Sets the mark of what the sockets send; 0 for none.
    func setMark(_ mark: UInt32, of sockets: UdpSockets) throws(Errno)
    func close(_ sockets: UdpSockets)
    /// Sends one handshake message. One that can't be sent is lost, like any datagram.
    ///
    /// - Returns: false when the endpoint's source address is no good any more; the message went out without it.
    @discardableResult
    func send(_ message: [UInt8], to endpoint: EndpointRecord, over sockets: UdpSockets) -> Bool
}

/// The kernel's network.
final class KernelNetwork: ControlNetwork {
    private let filter: Int32

    /// - Parameter filter: the program of `HandshakeFilter`, or -1.
    init(filter: Int32) { self.filter = filter }

    func open(port: UInt16, mark: UInt32) throws(Errno) -> UdpSockets {
        try UdpPort.open(port: port, mark: mark, filter: filter)
    }

    func setMark(_ mark: UInt32, of sockets: UdpSockets) throws(Errno) { try UdpPort.setMark(mark, of: sockets) }

    func close(_ sockets: UdpSockets) { UdpPort.close(sockets) }

    func send(_ message: [UInt8], to endpoint: EndpointRecord, over sockets: UdpSockets) -> Bool {
        UdpPort.send(message, to: endpoint, over: sockets)
    }
}
