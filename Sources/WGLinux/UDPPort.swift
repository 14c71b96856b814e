internal import CLinux

/// UDP ports of this network namespace.
public enum UDPPort {
    /// Whether another socket keeps a WireGuard device from using the port, over IPv4 or IPv6.
    public static func isInUse(_ port: UInt16) -> Bool {
        clinux_try_udp_port(AF_INET, port) == -EADDRINUSE || clinux_try_udp_port(AF_INET6, port) == -EADDRINUSE
    }
}
