import WGCrypto
import WGModel

/// The chaining key and the hash that both sides carry through a handshake (whitepaper 5.4, C and H).
struct SymmetricState {
    var chainingKey: KeyBytes
    var hash: KeyBytes

    /// Hash(CONSTRUCTION).
    private static let initialChainingKey = Blake2s.hash(Array("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s".utf8).span)
    private static let protocolHash = Blake2s.hash(
        initialChainingKey.span, Array("WireGuard v1 zx2c4 Jason@zx2c4.com".utf8).span)

    /// Hash(Hash(Hash(CONSTRUCTION) || IDENTIFIER) || responder's public key): both sides know it beforehand.
    static func initialHash(responder: PublicKey) -> KeyBytes {
        Blake2s.hash(protocolHash.span, responder.bytes.span)
    }

    /// As a handshake begins.
    init(initialHash: KeyBytes) {
        chainingKey = Self.initialChainingKey
        hash = initialHash
    }

    /// As a handshake goes on.
    init(chainingKey: KeyBytes, hash: KeyBytes) {
        self.chainingKey = chainingKey
        self.hash = hash
    }

    mutating func mixHash(_ bytes: Span<UInt8>) { hash = Blake2s.hash(hash.span, bytes) }

    /// C := KDF1(C, input).
    mutating func mixKey(_ input: KeyBytes) { chainingKey = Hkdf.derive1(chainingKey, input.span) }

    /// (C, k) := KDF2(C, input).
    mutating func mixKeyDerivingCipherKey(_ input: KeyBytes) -> KeyBytes {
        let (chain, cipherKey) = Hkdf.derive2(chainingKey, input.span)
        chainingKey = chain
        return cipherKey
    }

    /// (C, t, k) := KDF3(C, input); H := Hash(H || t).
    mutating func mixPresharedKey(_ input: PresharedKey) -> KeyBytes {
        let (chain, token, cipherKey) = Hkdf.derive3(chainingKey, input.bytes.span)
        chainingKey = chain
        mixHash(token.span)
        return cipherKey
    }

    /// An ephemeral public key goes into both.
    mutating func mixEphemeral(_ key: PublicKey) {
        mixKey(key.bytes)
        mixHash(key.bytes.span)
    }

    /// Aead(key, 0, plaintext, H); H := Hash(H || result).
    mutating func seal(key: KeyBytes, _ plaintext: Span<UInt8>) -> [UInt8] {
        let sealed = Aead.seal(key: key, nonce: Aead.nonce(counter: 0), plaintext, additionalData: hash.span)
        mixHash(sealed.span)
        return sealed
    }

    /// The other side of `seal`.
    mutating func open(key: KeyBytes, _ sealed: Span<UInt8>) -> [UInt8]? {
        let nonce = Aead.nonce(counter: 0)
        guard let plaintext = Aead.open(key: key, nonce: nonce, sealed, additionalData: hash.span) else { return nil }
        mixHash(sealed)
        return plaintext
    }

    /// KDF2(C, ""): first what the initiator sends with, then what the responder sends with (whitepaper 5.4.5).
    func transportKeys() -> (KeyBytes, KeyBytes) { Hkdf.derive2(chainingKey, [UInt8]().span) }
}
