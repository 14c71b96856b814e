/// What to set on a WireGuard device. `nil` leaves a thing alone.
///
/// The netlink and the UAPI encoders take this same value (`WG_CMD_SET_DEVICE`, or `set=1`).
public struct DeviceChange: Equatable, Sendable {
    /// The zero key removes the device's key.
    public var privateKey: PrivateKey?
    /// 0 lets the device choose a port.
    public var listenPort: UInt16?
    /// 0 removes the mark.
    public var fwmark: UInt32?
    /// Remove every peer that is there before adding `peers`.
    public var replacePeers: Bool
    /// Applied in order.
    public var peers: [PeerChange]

    /// What is not given is left alone.
    public init(
        privateKey: PrivateKey? = nil, listenPort: UInt16? = nil, fwmark: UInt32? = nil, replacePeers: Bool = false,
        peers: [PeerChange] = []
    ) {
        self.privateKey = privateKey
        self.listenPort = listenPort
        self.fwmark = fwmark
        self.replacePeers = replacePeers
        self.peers = peers
    }
}

/// What to set on one peer. `nil` leaves a thing alone.
public struct PeerChange: Equatable, Sendable {
    /// The peer that is meant.
    public var publicKey: PublicKey
    /// Remove the peer; the rest is then ignored.
    public var remove: Bool
    /// Do nothing unless the peer exists already.
    public var updateOnly: Bool
    /// The zero key removes the preshared key.
    public var presharedKey: PresharedKey?
    /// Where to send to, until the peer is heard from elsewhere.
    public var endpoint: Endpoint?
    /// Seconds; 0 turns keepalives off.
    public var persistentKeepalive: UInt16?
    /// Remove every allowed IP that is there before applying `allowedIPs`.
    public var replaceAllowedIPs: Bool
    /// Applied in order.
    public var allowedIPs: [AllowedIPChange]

    /// What is not given is left alone.
    public init(
        publicKey: PublicKey, remove: Bool = false, updateOnly: Bool = false, presharedKey: PresharedKey? = nil,
        endpoint: Endpoint? = nil, persistentKeepalive: UInt16? = nil, replaceAllowedIPs: Bool = false,
        allowedIPs: [AllowedIPChange] = []
    ) {
        self.publicKey = publicKey
        self.remove = remove
        self.updateOnly = updateOnly
        self.presharedKey = presharedKey
        self.endpoint = endpoint
        self.persistentKeepalive = persistentKeepalive
        self.replaceAllowedIPs = replaceAllowedIPs
        self.allowedIPs = allowedIPs
    }
}

/// One allowed IP to give to a peer or to take from it.
public enum AllowedIPChange: Hashable, Sendable {
    /// Moves the prefix here if another peer has it.
    case add(IPPrefix)
    /// `WGALLOWEDIP_F_REMOVE_ME` (Linux 6.16), `allowed_ip=-...` on the UAPI.
    case remove(IPPrefix)

    /// What is given or taken.
    public var prefix: IPPrefix {
        switch self {
        case .add(let prefix), .remove(let prefix): prefix
        }
    }
}
