internal import CAead
internal import CSodium

/// The cipher of transport packets, on raw memory, for the data plane: ChaCha20-Poly1305 (RFC 8439 2.8) without
/// additional data, the nonce being four zero bytes and the counter in eight, little-endian (whitepaper 5.4.6).
///
/// Any thread. No allocation, no reference counting, no state. `source` and `destination` are the same address or do
/// not overlap at all; no alignment is asked for. The caller has checked every count against its buffer.
///
/// Call `chooseKernel()` once before; without it the results are the same but come from slower code.
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
            let nonce = UnsafeRawPointer(nonce).assumingMemoryBound(to: UInt8.self)
            let key = key.assumingMemoryBound(to: UInt8.self)
            let source = source.assumingMemoryBound(to: UInt8.self)
            let destination = destination.assumingMemoryBound(to: UInt8.self)
            if caead_seal(key, nonce, source, count, destination) { return }
            _ = crypto_aead_chacha20poly1305_ietf_encrypt(
                destination, nil, source, UInt64(truncatingIfNeeded: count), nil, 0, nil, nonce, key)
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
            let nonce = UnsafeRawPointer(nonce).assumingMemoryBound(to: UInt8.self)
            let key = key.assumingMemoryBound(to: UInt8.self)
            let source = source.assumingMemoryBound(to: UInt8.self)
            let destination = destination.assumingMemoryBound(to: UInt8.self)
            let isGenuine = caead_open(key, nonce, source, count, destination)
            if isGenuine >= 0 { return isGenuine != 0 }
            return crypto_aead_chacha20poly1305_ietf_decrypt(
                destination, nil, nil, source, UInt64(truncatingIfNeeded: count), nil, 0, nonce, key) == 0
        }
    }

    @inline(__always)
    private static func high(_ counter: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: counter &>> 32).littleEndian
    }
}
