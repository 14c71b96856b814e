internal import CLinux
import WGLinux

/// Makes and uses the device's UDP sockets on behalf of the control thread.
enum UdpPort {
    /// Bytes of kernel buffer for each direction: a burst of several super-packets fits.
    private static let bufferSize: Int32 = 7 << 20
    /// The traffic class of handshake messages: DSCP AF41, as the Linux module has it. A lost one costs 5 s.
    private static let handshakeClass: UInt8 = 0x88
    /// How often to ask the kernel for a port that both families can have.
    private static let attempts = 10

    /// Binds one non-blocking socket for each address family that there is, both to the same port.
    ///
    /// - Parameters:
    ///   - port: host byte order; 0 lets the kernel choose.
    ///   - mark: the firewall mark of what they send; 0 for none.
    ///   - filter: the program of `HandshakeFilter`; with -1 the kernel sheds nothing but garbage.
    static func open(port: UInt16, mark: UInt32, filter: Int32 = -1) throws(Errno) -> UdpSockets {
        var failure = Errno.addressInUse
        for _ in 0..<(port == 0 ? attempts : 1) {
            do {
                let sockets = try openPair(port: port, mark: mark)
                for descriptor in [sockets.ipv4, sockets.ipv6] where descriptor >= 0 { shed(descriptor, filter) }
                return sockets
            } catch {
                failure = error
                guard error == .addressInUse else { break }
            }
        }
        throw failure
    }

    private static func shed(_ socket: Int32, _ filter: Int32) {
        if filter < 0 || clinux_gate_attach(socket, filter) < 0 { clinux_udp_shed_garbage(socket) }
    }

    private static func openPair(port: UInt16, mark: UInt32) throws(Errno) -> UdpSockets {
        let ipv4 = clinux_udp_open(AF_INET, port, mark, bufferSize)
        if ipv4 < 0, ipv4 != -EAFNOSUPPORT { throw Errno(rawValue: -ipv4) }
        var chosen = port
        if ipv4 >= 0, port == 0 {
            let bound = clinux_udp_local_port(ipv4)
            guard bound > 0 else {
                _ = clinux_close(ipv4)
                throw Errno(rawValue: -bound)
            }
            chosen = UInt16(truncatingIfNeeded: bound)
        }
        let ipv6 = clinux_udp_open(AF_INET6, chosen, mark, bufferSize)
        // A kernel with IPv6 switched off refuses the family or its unspecified address.
        let isAbsent = ipv6 == -EAFNOSUPPORT || ipv6 == -EADDRNOTAVAIL
        if ipv6 < 0, !isAbsent || ipv4 < 0 {
            if ipv4 >= 0 { _ = clinux_close(ipv4) }
            throw Errno(rawValue: -ipv6)
        }
        if ipv4 < 0, chosen == 0 { chosen = UInt16(truncatingIfNeeded: max(clinux_udp_local_port(ipv6), 0)) }
        return UdpSockets(ipv4: max(ipv4, -1), ipv6: max(ipv6, -1), port: chosen)
    }

    /// Sets the firewall mark of what the sockets send; 0 for none.
    static func setMark(_ mark: UInt32, of sockets: UdpSockets) throws(Errno) {
        for descriptor in [sockets.ipv4, sockets.ipv6] where descriptor >= 0 {
            let result = clinux_set_mark(descriptor, mark)
            guard result == 0 else { throw Errno(rawValue: -result) }
        }
    }

    /// Neither T nor U may use them any more.
    static func close(_ sockets: UdpSockets) {
        for descriptor in [sockets.ipv4, sockets.ipv6] where descriptor >= 0 { _ = clinux_close(descriptor) }
    }

    /// Sends one handshake message. One that can't be sent is lost, like any datagram.
    ///
    /// - Returns: false when the source address was no good, and has been left out.
    static func send(_ message: [UInt8], to endpoint: EndpointRecord, over sockets: UdpSockets) -> Bool {
        message.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return true }
            let sent = sockets.send(
                base, count: bytes.count, segment: 0, trafficClass: handshakeClass, to: endpoint, withSource: true)
            guard endpoint.hasSource, UdpSockets.isRefusal(sent) else { return true }
            return sockets.send(
                base, count: bytes.count, segment: 0, trafficClass: handshakeClass, to: endpoint, withSource: false) < 0
        }
    }
}
