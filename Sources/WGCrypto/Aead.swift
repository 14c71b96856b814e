internal import CSodium
public import WGModel

/// ChaCha20-Poly1305 (RFC 8439 2.8) on arrays, for handshakes: Aead() of whitepaper 5.4. Packets go through
/// `TransportCipher`.
public enum Aead {
    @inlinable public static var tagSize: Int { 16 }
    @inlinable public static var nonceSize: Int { 12 }

    /// The nonce that WireGuard makes of a counter: four zero bytes, then the counter little-endian (whitepaper 5.4).
    public static func nonce(counter: UInt64) -> InlineArray<12, UInt8> {
        var nonce = InlineArray<12, UInt8>(repeating: 0)
        for index in 0..<8 { nonce[4 + index] = UInt8(truncatingIfNeeded: counter >> UInt64(8 * index)) }
        return nonce
    }

    /// Ciphertext, then the tag: 16 bytes more than `plaintext` has.
    public static func seal(
        key: KeyBytes, nonce: InlineArray<12, UInt8>, _ plaintext: Span<UInt8>, additionalData: Span<UInt8>
    ) -> [UInt8] {
        sealArray(key, nonce.span, plaintext, additionalData, crypto_aead_chacha20poly1305_ietf_encrypt)
    }

    /// The plaintext; `nil` when anything is not as it was sealed.
    public static func open(
        key: KeyBytes, nonce: InlineArray<12, UInt8>, _ sealed: Span<UInt8>, additionalData: Span<UInt8>
    ) -> [UInt8]? {
        openArray(key, nonce.span, sealed, additionalData, crypto_aead_chacha20poly1305_ietf_decrypt)
    }
}

/// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha): Xaead() of whitepaper 5.4, for cookies. The nonce is long enough to
/// be drawn at random.
public enum XChaCha {
    @inlinable public static var tagSize: Int { 16 }
    @inlinable public static var nonceSize: Int { 24 }

    /// Ciphertext, then the tag: 16 bytes more than `plaintext` has.
    public static func seal(
        key: KeyBytes, nonce: InlineArray<24, UInt8>, _ plaintext: Span<UInt8>, additionalData: Span<UInt8>
    ) -> [UInt8] {
        sealArray(key, nonce.span, plaintext, additionalData, crypto_aead_xchacha20poly1305_ietf_encrypt)
    }

    /// The plaintext; `nil` when anything is not as it was sealed.
    public static func open(
        key: KeyBytes, nonce: InlineArray<24, UInt8>, _ sealed: Span<UInt8>, additionalData: Span<UInt8>
    ) -> [UInt8]? {
        openArray(key, nonce.span, sealed, additionalData, crypto_aead_xchacha20poly1305_ietf_decrypt)
    }
}

private typealias Encrypt = (
    UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt64>?, UnsafePointer<UInt8>?, UInt64, UnsafePointer<UInt8>?,
    UInt64, UnsafePointer<UInt8>?, UnsafePointer<UInt8>, UnsafePointer<UInt8>
) -> Int32

private typealias Decrypt = (
    UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt64>?, UnsafeMutablePointer<UInt8>?, UnsafePointer<UInt8>,
    UInt64, UnsafePointer<UInt8>?, UInt64, UnsafePointer<UInt8>, UnsafePointer<UInt8>
) -> Int32

private func sealArray(
    _ key: KeyBytes, _ nonce: Span<UInt8>, _ plaintext: Span<UInt8>, _ additionalData: Span<UInt8>, _ encrypt: Encrypt
) -> [UInt8] {
    Sodium.initialize()
    return [UInt8](unsafeUninitializedCapacity: plaintext.count + 16) { output, filled in
        var written: UInt64 = 0
        key.span.withUnsafeBufferPointer { key in
            nonce.withUnsafeBufferPointer { nonce in
                plaintext.withUnsafeBufferPointer { plaintext in
                    additionalData.withUnsafeBufferPointer { additionalData in
                        guard let c = output.baseAddress, let n = nonce.baseAddress, let k = key.baseAddress else {
                            return
                        }
                        _ = encrypt(
                            c, &written, plaintext.baseAddress, UInt64(plaintext.count), additionalData.baseAddress,
                            UInt64(additionalData.count), nil, n, k)
                    }
                }
            }
        }
        filled = Int(written)
    }
}

private func openArray(
    _ key: KeyBytes, _ nonce: Span<UInt8>, _ sealed: Span<UInt8>, _ additionalData: Span<UInt8>, _ decrypt: Decrypt
) -> [UInt8]? {
    guard sealed.count >= 16 else { return nil }
    Sodium.initialize()
    var isGenuine = false
    let plaintext = [UInt8](unsafeUninitializedCapacity: sealed.count - 16) { output, filled in
        key.span.withUnsafeBufferPointer { key in
            nonce.withUnsafeBufferPointer { nonce in
                sealed.withUnsafeBufferPointer { sealed in
                    additionalData.withUnsafeBufferPointer { additionalData in
                        guard let c = sealed.baseAddress, let n = nonce.baseAddress, let k = key.baseAddress else {
                            return
                        }
                        isGenuine =
                            decrypt(
                                output.baseAddress, nil, nil, c, UInt64(sealed.count), additionalData.baseAddress,
                                UInt64(additionalData.count), n, k) == 0
                    }
                }
            }
        }
        filled = isGenuine ? sealed.count - 16 : 0
    }
    return isGenuine ? plaintext : nil
}
