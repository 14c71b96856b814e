/// Sizes and offsets of the four messages, in bytes (whitepaper 5.4.2 to 5.4.7). All integers are little-endian.
///
/// Every message begins with its type as one byte and three zero bytes, which read as one 32-bit integer.
public enum MessageLayout {
    public enum Kind: UInt32, Sendable {
        case initiation = 1
        case response = 2
        case cookieReply = 3
        case transport = 4
    }

    /// 5.4.2: type, sender, ephemeral, static, timestamp, mac1, mac2.
    public enum Initiation {
        @inlinable public static var size: Int { 148 }
        @inlinable public static var sender: Int { 4 }
        @inlinable public static var ephemeral: Int { 8 }
        /// 32 bytes and a tag.
        @inlinable public static var sealedStatic: Int { 40 }
        /// 12 bytes and a tag.
        @inlinable public static var sealedTimestamp: Int { 88 }
        @inlinable public static var mac1: Int { 116 }
        @inlinable public static var mac2: Int { 132 }
    }

    /// 5.4.3: type, sender, receiver, ephemeral, empty, mac1, mac2.
    public enum Response {
        @inlinable public static var size: Int { 92 }
        @inlinable public static var sender: Int { 4 }
        @inlinable public static var receiver: Int { 8 }
        @inlinable public static var ephemeral: Int { 12 }
        /// A tag of nothing.
        @inlinable public static var sealedNothing: Int { 44 }
        @inlinable public static var mac1: Int { 60 }
        @inlinable public static var mac2: Int { 76 }
    }

    /// 5.4.7: type, receiver, nonce, cookie.
    public enum CookieReply {
        @inlinable public static var size: Int { 64 }
        @inlinable public static var receiver: Int { 4 }
        @inlinable public static var nonce: Int { 8 }
        /// 16 bytes and a tag.
        @inlinable public static var sealedCookie: Int { 32 }
    }

    /// 5.4.6: type, receiver, counter, packet. A keepalive is a packet of no bytes.
    public enum Transport {
        @inlinable public static var receiver: Int { 4 }
        @inlinable public static var counter: Int { 8 }
        /// The packet, padded to a multiple of `padding`, and a tag.
        @inlinable public static var sealedPacket: Int { 16 }
        @inlinable public static var tagSize: Int { 16 }
        /// A keepalive's size, and what every packet has more than its padded plaintext.
        @inlinable public static var minimumSize: Int { 32 }
        @inlinable public static var padding: Int { 16 }
    }

    /// What a datagram claims to be; `nil` when the size doesn't fit the type or the reserved bytes aren't zero.
    public static func kind(of message: Span<UInt8>) -> Kind? {
        guard message.count >= 4, let kind = Kind(rawValue: message.uint32(at: 0)) else { return nil }
        switch kind {
        case .initiation: return message.count == Initiation.size ? kind : nil
        case .response: return message.count == Response.size ? kind : nil
        case .cookieReply: return message.count == CookieReply.size ? kind : nil
        case .transport: return message.count >= Transport.minimumSize ? kind : nil
        }
    }

    /// What a datagram claims to be; `nil` when the size doesn't fit the type or the reserved bytes aren't zero.
    public static func kind(of message: [UInt8]) -> Kind? { kind(of: message.span) }

    /// The index that a response, cookie reply or transport message is addressed to; `nil` for other messages.
    public static func receiver(of message: Span<UInt8>) -> UInt32? {
        switch kind(of: message) {
        case .response: message.uint32(at: Response.receiver)
        case .cookieReply: message.uint32(at: CookieReply.receiver)
        case .transport: message.uint32(at: Transport.receiver)
        case .initiation, nil: nil
        }
    }
}

extension MessageLayout {
    /// The index that a response, cookie reply or transport message is addressed to; `nil` for other messages.
    public static func receiver(of message: [UInt8]) -> UInt32? { receiver(of: message.span) }
}

extension Span<UInt8> {
    /// Little-endian; the offset is a constant of `MessageLayout`, and the size has been checked.
    func uint32(at offset: Int) -> UInt32 {
        UInt32(self[offset]) | UInt32(self[offset + 1]) << 8 | UInt32(self[offset + 2]) << 16
            | UInt32(self[offset + 3]) << 24
    }
}

extension [UInt8] {
    mutating func append(littleEndian value: UInt32) {
        for shift in [0, 8, 16, 24] as [UInt32] { append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    mutating func append(_ bytes: Span<UInt8>) {
        for index in 0..<bytes.count { append(bytes[index]) }
    }
}
