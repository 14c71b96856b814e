internal import CSodium

/// The cipher of transport packets, on raw memory, for the data plane: ChaCha20-Poly1305 (RFC 8439 2.8) without
/// additional data, the nonce being four zero bytes and the counter in eight, little-endian (whitepaper 5.4.6).
///
/// Any thread. No allocation, no reference counting, no state. `source` and `destination` are the same address or do
/// not overlap at all; no alignment is asked for. The caller has checked every count against its buffer.
///
/// Call `Sodium.initialize()` once before; without it the results are the same but come from slower code.
public enum TransportCipher {
    /// Bytes that a sealed packet has more than the plain one.
    @inlinable public static var tagSize: Int { 16 }

    /// Encrypts `count` bytes, which may be 0, and puts the tag behind them.
    ///
    /// - Parameters:
    ///   - key: 32 bytes.
    ///   - counter: never used twice with the same key.
    ///   - destination: room for `count + 16` bytes.
    public static func seal(
        key: UnsafeRawPointer, counter: UInt64, source: UnsafeRawPointer, count: Int,
        destination: UnsafeMutableRawPointer
    ) {
        var nonce = (UInt32(0), UInt32(truncatingIfNeeded: counter).littleEndian, high(counter))
        withUnsafePointer(to: &nonce) { nonce in
            _ = crypto_aead_chacha20poly1305_ietf_encrypt(
                destination.assumingMemoryBound(to: UInt8.self), nil, source.assumingMemoryBound(to: UInt8.self),
                UInt64(truncatingIfNeeded: count), nil, 0, nil,
                UnsafeRawPointer(nonce).assumingMemoryBound(to: UInt8.self), key.assumingMemoryBound(to: UInt8.self))
        }
    }

    /// Verifies and decrypts. False when the packet is not genuine, also when it is shorter than a tag; then the
    /// destination holds nothing to be used, and none of the plaintext.
    ///
    /// - Parameters:
    ///   - key: 32 bytes.
    ///   - count: of ciphertext and tag together.
    ///   - destination: room for `count - 16` bytes.
    public static func open(
        key: UnsafeRawPointer, counter: UInt64, source: UnsafeRawPointer, count: Int,
        destination: UnsafeMutableRawPointer
    ) -> Bool {
        guard count >= tagSize else { return false }
        var nonce = (UInt32(0), UInt32(truncatingIfNeeded: counter).littleEndian, high(counter))
        return withUnsafePointer(to: &nonce) { nonce in
            crypto_aead_chacha20poly1305_ietf_decrypt(
                destination.assumingMemoryBound(to: UInt8.self), nil, nil, source.assumingMemoryBound(to: UInt8.self),
                UInt64(truncatingIfNeeded: count), nil, 0,
                UnsafeRawPointer(nonce).assumingMemoryBound(to: UInt8.self), key.assumingMemoryBound(to: UInt8.self))
                == 0
        }
    }

    @inline(__always)
    private static func high(_ counter: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: counter &>> 32).littleEndian
    }
}
