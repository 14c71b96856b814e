/// The UDP sockets of a device: one per address family, on the same port. Immutable once published.
struct UdpSockets {
    /// -1 where the family is not available.
    var ipv4: Int32
    /// -1 where the family is not available.
    var ipv6: Int32
    /// Host byte order; never 0.
    var port: UInt16
}
