public import WGModel

/// What `wg setconf` reads: the keys of [Interface] and [Peer] that concern the WireGuard device itself.
///
/// `nil` means that the file doesn't mention the key. What that implies depends on the command: setconf resets the
/// thing, addconf leaves it alone.
public struct WireGuardConfig: Equatable, Sendable {
    /// The zero key stands for none.
    public var privateKey: PrivateKey?
    /// 0 lets the device choose.
    public var listenPort: PortName?
    /// 0 for `off`.
    public var fwmark: UInt32?
    /// In the file's order. The same key may occur more than once.
    public var peers: [PeerConfig]

    /// A configuration with nothing but what is given.
    public init(
        privateKey: PrivateKey? = nil, listenPort: PortName? = nil, fwmark: UInt32? = nil, peers: [PeerConfig] = []
    ) {
        self.privateKey = privateKey
        self.listenPort = listenPort
        self.fwmark = fwmark
        self.peers = peers
    }
}

/// One [Peer] section.
public struct PeerConfig: Equatable, Sendable {
    /// The zero key where the file has none that is valid.
    public var publicKey: PublicKey
    /// The zero key stands for none.
    public var presharedKey: PresharedKey?
    /// As written; resolving it is not this module's business.
    public var endpoint: EndpointName?
    /// Seconds; 0 for `off`.
    public var persistentKeepalive: UInt16?
    /// True unless an entry of AllowedIPs carries `+` or `-`.
    public var replaceAllowedIPs: Bool
    /// In order; host bits as written.
    public var allowedIPs: [AllowedIPChange]

    /// A peer with nothing but what is given.
    public init(
        publicKey: PublicKey, presharedKey: PresharedKey? = nil, endpoint: EndpointName? = nil,
        persistentKeepalive: UInt16? = nil, replaceAllowedIPs: Bool = true, allowedIPs: [AllowedIPChange] = []
    ) {
        self.publicKey = publicKey
        self.presharedKey = presharedKey
        self.endpoint = endpoint
        self.persistentKeepalive = persistentKeepalive
        self.replaceAllowedIPs = replaceAllowedIPs
        self.allowedIPs = allowedIPs
    }
}

/// A UDP port as written: `51820`, or a name of the services database such as `domain`.
public enum PortName: Hashable, Sendable {
    case number(UInt16)
    case service(String)
}
