import WGCrypto
public import WGModel

/// Our own side of a handshake: the key pair, and what follows from it alone. The private key is erased with the last
/// reference to the identity.
public final class LocalIdentity: Sendable {
    public let publicKey: PublicKey
    private let secret: SecretKey
    /// The hash a responder begins with.
    let responderHash: KeyBytes

    public init(privateKey: PrivateKey) {
        secret = SecretKey(privateKey.bytes)
        publicKey = X25519.publicKey(of: privateKey)
        responderHash = SymmetricState.initialHash(responder: publicKey)
    }

    public var privateKey: PrivateKey { PrivateKey(bytes: secret.bytes) }
}

/// A peer's side of a handshake, with what follows from both static keys. Make it anew when our private key changes.
public struct RemoteIdentity: Sendable {
    public let publicKey: PublicKey
    /// DH(local static, remote static); nil when the peer's key has low order: no handshake succeeds then.
    let staticSecret: SecretKey?
    /// The hash an initiator begins with.
    let initiatorHash: KeyBytes
    let mac1: Mac1
    private var preshared: SecretKey?

    public init(publicKey: PublicKey, local: LocalIdentity) {
        self.publicKey = publicKey
        staticSecret = X25519.sharedSecret(local.privateKey, publicKey).map { SecretKey($0) }
        initiatorHash = SymmetricState.initialHash(responder: publicKey)
        mac1 = Mac1(recipient: publicKey)
    }

    /// Zero when there is none (whitepaper 5.2).
    public var presharedKey: PresharedKey {
        get { preshared.map { PresharedKey(bytes: $0.bytes) } ?? .zero }
        set { preshared = newValue.isZero ? nil : SecretKey(newValue.bytes) }
    }
}
