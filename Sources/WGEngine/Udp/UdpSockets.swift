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
    /// - Parameter trafficClass: DSCP and ECN of the IP header.
    /// - Returns: the number of bytes sent, or -errno; see `isRefusal` for that of a source that is no good any more.
    @inline(never)
    func send(
        _ bytes: UnsafeRawPointer, count: Int, segment: UInt16, trafficClass: UInt8, to endpoint: EndpointRecord,
        withSource: Bool
    ) -> Int {
        let descriptor = endpoint.isIPv4 ? ipv4 : ipv6
        guard descriptor >= 0, endpoint.addressLength != 0 else { return Int(-EAFNOSUPPORT) }
        return withUnsafePointer(to: endpoint.address) { remote in
            withUnsafePointer(to: endpoint.source) { source in
                clinux_udp_send(
                    descriptor, bytes, count, segment, Int32(trafficClass), remote, endpoint.addressLength,
                    withSource && endpoint.hasSource ? source : nil, endpoint.sourceInterface)
            }
        }
    }

    /// Whether a send with a source may have failed because of it: the machine has the address or the interface no more,
    /// or can't get there from it. It is worth a try without.
    @inline(__always)
    static func isRefusal(_ sent: Int) -> Bool {
        sent == -Int(EINVAL) || sent == -Int(EADDRNOTAVAIL) || sent == -Int(ENETUNREACH) || sent == -Int(ENODEV)
    }
}
