public import WGModel

/// What `save` looks at of a tunnel that is up, and what `up` remembers of it.
public struct LiveTunnel: Equatable, Sendable {
    public var device: DeviceState
    /// Of the link, with their prefix lengths.
    public var addresses: [IPPrefix]
    /// Bytes.
    public var mtu: Int
    /// The port that the device chose for itself, as far as that is known.
    public var automaticPort: UInt16?
    /// The mark that `up` chose.
    public var automaticMark: UInt32?
    /// Where `up`, or what came after it, had each peer's endpoint point.
    public var endpoints: [PublicKey: Endpoint]

    public init(
        device: DeviceState, addresses: [IPPrefix], mtu: Int, automaticPort: UInt16? = nil,
        automaticMark: UInt32? = nil, endpoints: [PublicKey: Endpoint] = [:]
    ) {
        self.device = device
        self.addresses = addresses
        self.mtu = mtu
        self.automaticPort = automaticPort
        self.automaticMark = automaticMark
        self.endpoints = endpoints
    }
}
