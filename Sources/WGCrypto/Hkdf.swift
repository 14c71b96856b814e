public import WGModel

/// HMAC (RFC 2104) with BLAKE2s: Hmac() of whitepaper 5.4. Blocks of 64 bytes, results of 32.
public struct Hmac: Sendable {
    private var inner = Blake2s()
    private var outer = Blake2s()

    /// A key of more than 64 bytes is replaced by its hash.
    public init(key: Span<UInt8>) {
        var block = InlineArray<64, UInt8>(repeating: 0)
        if key.count > 64 {
            let hash = Blake2s.hash(key)
            for index in hash.indices { block[index] = hash[index] }
        } else {
            for index in 0..<key.count { block[index] = key[index] }
        }
        for index in block.indices { block[index] ^= 0x36 }
        inner.update(block.span)
        for index in block.indices { block[index] ^= 0x36 ^ 0x5C }
        outer.update(block.span)
    }

    public mutating func update(_ input: Span<UInt8>) { inner.update(input) }

    public consuming func finalize() -> KeyBytes {
        let digest = inner.finalizeKey()
        outer.update(digest.span)
        return outer.finalizeKey()
    }

    /// Hmac(key, input).
    public static func authenticate(key: Span<UInt8>, _ input: Span<UInt8>) -> KeyBytes {
        var hmac = Hmac(key: key)
        hmac.update(input)
        return hmac.finalize()
    }
}

/// KDF1, KDF2 and KDF3 of whitepaper 5.4: HKDF (RFC 5869) with `Hmac`, the chaining key as salt, no info.
public enum Hkdf {
    public static func derive1(_ chainingKey: KeyBytes, _ input: Span<UInt8>) -> KeyBytes {
        let secret = Hmac.authenticate(key: chainingKey.span, input)
        return expand(secret, nil, 1)
    }

    public static func derive2(_ chainingKey: KeyBytes, _ input: Span<UInt8>) -> (KeyBytes, KeyBytes) {
        let secret = Hmac.authenticate(key: chainingKey.span, input)
        let first = expand(secret, nil, 1)
        return (first, expand(secret, first, 2))
    }

    public static func derive3(_ chainingKey: KeyBytes, _ input: Span<UInt8>) -> (KeyBytes, KeyBytes, KeyBytes) {
        let secret = Hmac.authenticate(key: chainingKey.span, input)
        let first = expand(secret, nil, 1)
        let second = expand(secret, first, 2)
        return (first, second, expand(secret, second, 3))
    }

    /// Hmac(secret, previous || number).
    private static func expand(_ secret: KeyBytes, _ previous: KeyBytes?, _ number: UInt8) -> KeyBytes {
        var hmac = Hmac(key: secret.span)
        if let previous { hmac.update(previous.span) }
        let suffix: InlineArray<1, UInt8> = [number]
        hmac.update(suffix.span)
        return hmac.finalize()
    }
}
