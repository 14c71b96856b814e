/// A network interface, as `ip -details link show` has it.
public struct LinkInfo: Hashable, Sendable {
    public var index: Int32
    /// As the kernel says it; at most 15 bytes.
    public var name: String
    /// `IFLA_INFO_KIND`: "wireguard", "veth", "tun"; `nil` for hardware and loopback.
    public var kind: String?
    /// Bytes.
    public var mtu: UInt32
    /// `IFF_UP`: set up by the administrator, whatever the carrier says.
    public var isUp: Bool

    public init(index: Int32, name: String, kind: String? = nil, mtu: UInt32, isUp: Bool) {
        self.index = index
        self.name = name
        self.kind = kind
        self.mtu = mtu
        self.isUp = isUp
    }
}
