internal import CSodium
public import WGModel

/// Diffie-Hellman on Curve25519 (RFC 7748 5): DH() and DH-Generate() of whitepaper 5.4.
public enum X25519 {
    /// The point that belongs to a scalar. The scalar is clamped on use, whether it is on arrival or not.
    public static func publicKey(of privateKey: PrivateKey) -> PublicKey {
        Sodium.initialize()
        let scalar = privateKey.bytes
        var point = KeyBytes(repeating: 0)
        let result = withUnsafeMutableBytes(of: &point) { point in
            withUnsafeBytes(of: scalar) { scalar in
                guard let q = point.baseAddress, let n = scalar.baseAddress else { return Int32(-1) }
                return crypto_scalarmult_curve25519_base(
                    q.assumingMemoryBound(to: UInt8.self), n.assumingMemoryBound(to: UInt8.self))
            }
        }
        // The base point has prime order and a clamped scalar is no multiple of it.
        precondition(result == 0, "multiplication of the base point fails")
        return PublicKey(bytes: point)
    }

    /// The shared point; `nil` when it is zero, that is when the public key has low order and the secret would be
    /// known to everybody (RFC 7748 6.1).
    public static func sharedSecret(_ privateKey: PrivateKey, _ publicKey: PublicKey) -> KeyBytes? {
        Sodium.initialize()
        let scalar = privateKey.bytes
        let point = publicKey.bytes
        var secret = KeyBytes(repeating: 0)
        let result = withUnsafeMutableBytes(of: &secret) { secret in
            withUnsafeBytes(of: scalar) { scalar in
                withUnsafeBytes(of: point) { point in
                    guard let q = secret.baseAddress, let n = scalar.baseAddress, let p = point.baseAddress else {
                        return Int32(-1)
                    }
                    return crypto_scalarmult_curve25519(
                        q.assumingMemoryBound(to: UInt8.self), n.assumingMemoryBound(to: UInt8.self),
                        p.assumingMemoryBound(to: UInt8.self))
                }
            }
        }
        return result == 0 ? secret : nil
    }
}
