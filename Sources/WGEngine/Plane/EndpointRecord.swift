internal import CLinux

/// Where a peer's datagrams go: destination and, once learned from a received datagram, the local source.
///
/// Immutable once published in `PeerSlot.endpoint`; a change is a new record, and the old one is freed by
/// `QuiescentEpoch` after both loops have let go of it.
struct EndpointRecord {
    /// The destination, as `sendmsg` takes it: a `sockaddr_in` in the first 16 bytes, or a `sockaddr_in6`.
    var address: sockaddr_in6
    /// 16 or 28; 0 for none.
    var addressLength: UInt32
    /// Whether `source` is to be passed with `IP_PKTINFO` or `IPV6_PKTINFO`.
    var hasSource: Bool
    /// The local address that the peer last sent to: 4 bytes (IPv4) or 16.
    var source: in6_addr
    /// The interface it came in on; used for IPv6 link-local sources only.
    var sourceInterface: Int32

    static var none: EndpointRecord {
        EndpointRecord(
            address: sockaddr_in6(), addressLength: 0, hasSource: false, source: in6_addr(), sourceInterface: 0)
    }

    @inline(__always)
    var isIPv4: Bool { addressLength == 16 }

    /// Whether destination, and source if any, are the same.
    func isSame(as other: EndpointRecord) -> Bool {
        guard addressLength == other.addressLength, hasSource == other.hasSource else { return false }
        let sameDestination = withUnsafeBytes(of: address) { left in
            withUnsafeBytes(of: other.address) { right in
                memcmp(left.baseAddress!, right.baseAddress!, Int(addressLength)) == 0
            }
        }
        guard sameDestination, hasSource else { return sameDestination }
        return withUnsafeBytes(of: source) { left in
            withUnsafeBytes(of: other.source) { right in memcmp(left.baseAddress!, right.baseAddress!, 16) == 0 }
        } && sourceInterface == other.sourceInterface
    }
}

extension EndpointRecord {
    /// Where a received datagram came from, and the local address that it was sent to.
    @inline(__always)
    init(received path: clinux_udp_path) {
        self.init(
            address: path.remote, addressLength: path.remote_length, hasSource: path.has_local != 0,
            source: path.local, sourceInterface: path.interface)
    }
}
