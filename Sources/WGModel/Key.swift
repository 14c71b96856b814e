/// The 32 bytes that every WireGuard key consists of, whatever its role.
public typealias KeyBytes = InlineArray<32, UInt8>

/// What the three kinds of keys have in common: 32 bytes, base64 for people, hex on the UAPI socket.
///
/// The kinds are distinct types, so that a private key can't be passed where a public one is meant.
/// None of them prints itself by accident: see `PrivateKey.description`.
public protocol Key: Sendable, Equatable {
    /// The key itself.
    var bytes: KeyBytes { get }
    /// Takes the bytes as they are.
    init(bytes: KeyBytes)
}

extension Key {
    /// The number of bytes in a key.
    public static var byteCount: Int { 32 }

    /// All bytes zero. On the wire that means "no key" for private and preshared keys (`linux/wireguard.h`).
    public static var zero: Self { Self(bytes: KeyBytes(repeating: 0)) }

    /// Takes exactly 32 bytes; `nil` for any other count.
    public init?(_ source: some Collection<UInt8>) {
        guard source.count == 32 else { return nil }
        var bytes = KeyBytes(repeating: 0)
        var index = 0
        for byte in source {
            bytes[index] = byte
            index += 1
        }
        self.init(bytes: bytes)
    }

    /// Reads the 44 characters of canonical base64. Time depends on the length alone, never on the key.
    public init?(base64 text: Span<UInt8>) {
        guard let bytes = Base64.decodeKey(text) else { return nil }
        self.init(bytes: bytes)
    }

    /// Reads 44 characters of canonical base64.
    public init?(base64 text: some Collection<UInt8>) {
        self.init(base64: Array(text).span)
    }

    /// Reads 44 characters of canonical base64.
    public init?(base64 text: some StringProtocol) {
        self.init(base64: Array(text.utf8).span)
    }

    /// Reads 64 hexadecimal digits of either case, as the UAPI has them. Constant time in the digits.
    public init?(hex text: Span<UInt8>) {
        guard let bytes = Hex.decodeKey(text) else { return nil }
        self.init(bytes: bytes)
    }

    /// Reads 64 hexadecimal digits of either case.
    public init?(hex text: some Collection<UInt8>) {
        self.init(hex: Array(text).span)
    }

    /// 44 characters of base64. Writing a private or preshared key out is a decision: ask for it by this name.
    public var base64: String {
        var text = TextBuffer()
        text.appendBase64(bytes)
        return text.string
    }

    /// 64 lower-case hexadecimal digits.
    public var hex: String {
        var text = TextBuffer()
        text.appendHex(bytes)
        return text.string
    }

    /// Whether all bytes are zero, in constant time.
    public var isZero: Bool { constantTimeEqual(bytes, KeyBytes(repeating: 0)) }

    /// The bytes as an array, in order.
    public var array: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(32)
        for index in bytes.indices { result.append(bytes[index]) }
        return result
    }

    /// Constant time: the duration says nothing about where two keys differ.
    public static func == (left: Self, right: Self) -> Bool { constantTimeEqual(left.bytes, right.bytes) }
}

/// Compares all bytes, always.
private func constantTimeEqual(_ left: KeyBytes, _ right: KeyBytes) -> Bool {
    let (left, right) = (left.span, right.span)
    var difference: UInt8 = 0
    for index in 0..<32 { difference |= left[index] ^ right[index] }
    return difference == 0
}

/// A peer's identity: a Curve25519 point (whitepaper 5.1). Public, so it prints itself.
public struct PublicKey: Key, Hashable, CustomStringConvertible {
    /// The key itself.
    public let bytes: KeyBytes

    /// Takes the bytes as they are.
    public init(bytes: KeyBytes) { self.bytes = bytes }

    public var description: String { base64 }

    /// Of all bytes: keys that somebody counts up, for a test or a joke, differ in a few of them only.
    public func hash(into hasher: inout Hasher) {
        let bytes = bytes.span
        for start in stride(from: 0, to: 32, by: 8) {
            var word: UInt64 = 0
            for index in 0..<8 { word |= UInt64(bytes[start + index]) << UInt64(8 * index) }
            hasher.combine(word)
        }
    }
}

/// A Curve25519 scalar. Its descriptions never show the key.
public struct PrivateKey: Key, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The key itself.
    public let bytes: KeyBytes

    /// Takes the bytes as they are.
    public init(bytes: KeyBytes) { self.bytes = bytes }

    /// The same scalar as X25519 uses it: low three bits clear, top bit clear, next bit set (RFC 7748 5).
    ///
    /// The kernel stores and reports keys in this form, so comparing a file with a device compares clamped keys.
    public var clamped: PrivateKey {
        var copy = bytes
        copy[0] &= 248
        copy[31] = (copy[31] & 127) | 64
        return PrivateKey(bytes: copy)
    }

    public var description: String { "(private key)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A symmetric key mixed into the handshake (whitepaper 5.2). Its descriptions never show the key.
public struct PresharedKey: Key, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The key itself.
    public let bytes: KeyBytes

    /// Takes the bytes as they are.
    public init(bytes: KeyBytes) { self.bytes = bytes }

    public var description: String { "(preshared key)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
