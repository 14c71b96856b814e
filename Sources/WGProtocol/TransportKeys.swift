import WGCrypto
public import WGModel

/// What a handshake yields: the keys of a transport session (whitepaper 5.4.5). Copy them to where they live, and let
/// this value go. It never prints the keys.
public struct TransportKeys: Sendable, CustomStringConvertible, CustomReflectable {
    public let sendKey: KeyBytes
    public let receiveKey: KeyBytes
    /// The index that the peer puts in its packets.
    public let localIndex: UInt32
    /// The index that we put in our packets.
    public let remoteIndex: UInt32
    /// An initiator may send at once; a responder must first receive.
    public let isInitiator: Bool

    public var description: String { "(transport keys)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What an initiator keeps between its initiation and the response. Its secrets are erased with the last copy.
public struct InitiatorState: Sendable {
    /// Our index: the response is addressed to it.
    public let senderIndex: UInt32
    let ephemeral: SecretKey
    let chainingKey: SecretKey
    let hash: KeyBytes
}

/// An initiation that has proven to come from the owner of a key. It may still be a replay: see `InitiationFilter`.
public struct ReceivedInitiation: Sendable {
    /// Who sent it.
    public let publicKey: PublicKey
    public let timestamp: TAI64N
    /// The sender's index: the response goes there.
    public let senderIndex: UInt32
    let ephemeral: PublicKey
    let chainingKey: SecretKey
    let hash: KeyBytes
}
