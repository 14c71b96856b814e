internal import CLinux

/// The UDP sockets of a device: one per address family, on the same port. Immutable once published.
struct UdpSockets {
    /// -1 where the family is not available.
    var ipv4: Int32
    /// -1 where the family is not available.
    var ipv6: Int32
    /// Host byte order; never 0.
    var port: UInt16

    /// One `sendmsg`: a datagram, or with `segment` not 0 as many of that size as fit and a last, shorter one.
    ///
    /// A source address that the machine does not have any more is left out at the second try.
    /// - Returns: the number of bytes sent, or -errno.
    @inline(never)
    func send(_ bytes: UnsafeRawPointer, count: Int, segment: UInt16, to endpoint: EndpointRecord) -> Int {
        let descriptor = endpoint.isIPv4 ? ipv4 : ipv6
        guard descriptor >= 0, endpoint.addressLength != 0 else { return Int(-EAFNOSUPPORT) }
        return withUnsafePointer(to: endpoint.address) { remote in
            withUnsafePointer(to: endpoint.source) { source in
                if endpoint.hasSource {
                    let sent = clinux_udp_send(
                        descriptor, bytes, count, segment, remote, endpoint.addressLength, source,
                        endpoint.sourceInterface)
                    guard sent == -Int(EINVAL) || sent == -Int(EADDRNOTAVAIL) || sent == -Int(ENETUNREACH) else {
                        return sent
                    }
                }
                return clinux_udp_send(
                    descriptor, bytes, count, segment, remote, endpoint.addressLength, nil, 0)
            }
        }
    }
}
