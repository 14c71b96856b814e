public import WGModel

/// Something that happened to a device between two readings.
public struct DeviceEvent: Equatable, Sendable {
    /// The device it happened to.
    public let device: InterfaceName
    /// What happened.
    public let kind: Kind

    /// An event as it is.
    public init(device: InterfaceName, kind: Kind) {
        self.device = device
        self.kind = kind
    }

    /// What can happen to a device.
    public enum Kind: Equatable, Sendable {
        /// The device is there, with these peers; they are not reported one by one.
        case appeared(DeviceState)
        /// The device is gone.
        case vanished
        /// Its private key, port or mark changed.
        case interfaceChanged(DeviceState)
        /// A peer was configured.
        case peerAdded(PeerState)
        /// A peer was removed; this is what was last read of it.
        case peerRemoved(PeerState)
        /// A peer's preshared key, keepalive interval or allowed IPs changed.
        case peerChanged(PeerState)
        /// A peer is reached elsewhere: it roamed, or was given another endpoint.
        case endpointChanged(PublicKey, Endpoint?)
        /// A handshake was completed. Working tunnels have one about every two minutes.
        case handshakeCompleted(PublicKey, HandshakeTime)
        /// The last handshake is older than ``DeviceReading/sessionLifetime``, so no session is left. A peer that has
        /// nothing to send goes stale too, unless it sends keepalives.
        case wentStale(PublicKey)
        /// Bytes that went through since the reading before, counted as ``PeerState/receivedBytes``.
        case transferred(PublicKey, received: UInt64, sent: UInt64)
    }
}
