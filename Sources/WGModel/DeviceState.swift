/// What a WireGuard device reports of itself (`WG_CMD_GET_DEVICE`, or the UAPI's `get=1`).
public struct DeviceState: Equatable, Sendable {
    /// Of its network interface.
    public var name: InterfaceName
    /// `nil` when the device has no private key.
    public var privateKey: PrivateKey?
    /// `nil` when the device has no private key.
    public var publicKey: PublicKey?
    /// The UDP port in use; 0 when none is bound.
    public var listenPort: UInt16
    /// The mark on outgoing packets; 0 for none.
    public var fwmark: UInt32
    /// In the device's own order.
    public var peers: [PeerState]
    /// False when the device kept changing while it was read, so that peers may be missing or stale.
    public var isComplete: Bool

    /// A device without key, port, mark and peers, but for what is given.
    public init(
        name: InterfaceName, privateKey: PrivateKey? = nil, publicKey: PublicKey? = nil, listenPort: UInt16 = 0,
        fwmark: UInt32 = 0, peers: [PeerState] = [], isComplete: Bool = true
    ) {
        self.name = name
        self.privateKey = privateKey
        self.publicKey = publicKey
        self.listenPort = listenPort
        self.fwmark = fwmark
        self.peers = peers
        self.isComplete = isComplete
    }
}

/// What a device reports of one peer.
public struct PeerState: Equatable, Sendable {
    /// Tells the peer from all others.
    public var publicKey: PublicKey
    /// `nil` for none; an all-zero key counts as none.
    public var presharedKey: PresharedKey?
    /// `nil` until one is configured or learned.
    public var endpoint: Endpoint?
    /// `nil` before the first completed handshake.
    public var lastHandshake: HandshakeTime?
    /// Bytes received, all message types, without the outer IP and UDP headers.
    public var receivedBytes: UInt64
    /// Bytes sent, counted as `receivedBytes`.
    public var sentBytes: UInt64
    /// Seconds; 0 for off.
    public var persistentKeepalive: UInt16
    /// In the device's own order.
    public var allowedIPs: [IPPrefix]

    /// A peer without anything but what is given.
    public init(
        publicKey: PublicKey, presharedKey: PresharedKey? = nil, endpoint: Endpoint? = nil,
        lastHandshake: HandshakeTime? = nil, receivedBytes: UInt64 = 0, sentBytes: UInt64 = 0,
        persistentKeepalive: UInt16 = 0, allowedIPs: [IPPrefix] = []
    ) {
        self.publicKey = publicKey
        self.presharedKey = presharedKey
        self.endpoint = endpoint
        self.lastHandshake = lastHandshake
        self.receivedBytes = receivedBytes
        self.sentBytes = sentBytes
        self.persistentKeepalive = persistentKeepalive
        self.allowedIPs = allowedIPs
    }
}

/// When a handshake completed: time since the Unix epoch.
public struct HandshakeTime: Hashable, Comparable, Sendable {
    /// Whole seconds since the Unix epoch.
    public let seconds: Int64
    /// Since the beginning of the second; 0 where the device tells seconds only.
    public let nanoseconds: Int64

    /// A time since the Unix epoch.
    public init(seconds: Int64, nanoseconds: Int64) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    public static func < (left: HandshakeTime, right: HandshakeTime) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}
