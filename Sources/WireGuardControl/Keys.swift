import WGCrypto
public import WGModel

extension PrivateKey {
    /// A new key, random, clamped as X25519 uses it. What `wg genkey` prints.
    public static func generate() -> PrivateKey { Random.privateKey() }

    /// The public key that belongs to it. What `wg pubkey` prints.
    public var publicKey: PublicKey { X25519.publicKey(of: self) }
}

extension PresharedKey {
    /// A new key, random. What `wg genpsk` prints.
    public static func generate() -> PresharedKey { Random.presharedKey() }
}
