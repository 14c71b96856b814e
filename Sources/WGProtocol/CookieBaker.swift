import WGCrypto
public import WGModel

/// The responder's side of cookies (whitepaper 5.4.7): proves that a sender receives at the address it sends from.
///
/// Pure: time and random bytes are parameters. Owned by the control thread.
public struct CookieBaker: Sendable {
    /// How long a secret makes cookies, in nanoseconds.
    @inlinable public static var secretLifetime: UInt64 { 120_000_000_000 }

    private let sealingKey: KeyBytes
    private var secret: Secret?
    /// The one before: a cookie may be used for as long as a secret makes them.
    private var formerSecret: Secret?

    private struct Secret {
        let key: SecretKey
        let birth: UInt64
    }

    /// For messages to the owner of this key.
    public init(publicKey: PublicKey) { sealingKey = Self.sealingKey(of: publicKey) }

    /// Hash("cookie--" || public key): anybody who knows whom they talk to has it.
    static func sealingKey(of publicKey: PublicKey) -> KeyBytes {
        Blake2s.hash(Array("cookie--".utf8).span, publicKey.bytes.span)
    }

    /// Whether an initiation or response carries a mac2 made with a cookie that this source may have had within the last
    /// `secretLifetime`. Its mac1 has been checked. Without a mac2 at all, which is the flood's case, nothing is computed.
    public func hasValidMac2(_ message: Span<UInt8>, from source: HandshakeSource, now: UInt64) -> Bool {
        guard MessageLayout.hasMac2(message) else { return false }
        return isMade(message, from: source, by: secret, now) || isMade(message, from: source, by: formerSecret, now)
    }

    private func isMade(
        _ message: Span<UInt8>, from source: HandshakeSource, by secret: Secret?, _ now: UInt64
    ) -> Bool {
        guard let secret, now &- secret.birth < 2 * Self.secretLifetime, let mac1 = MessageLayout.mac1(of: message)
        else { return false }
        let cookie = source.mac(key: secret.key.bytes.span)
        let expected = Blake2s.mac(key: cookie.span, message.extracting(..<mac1.upperBound))
        return constantTimeEqual(expected.span, message.extracting(mac1.upperBound...))
    }

    /// The 64 bytes that answer an initiation or response whose mac1 is right; `nil` for anything else.
    ///
    /// - Parameter random: draws 32 bytes for a new secret, and of which 24 are a nonce.
    public mutating func reply(
        to message: Span<UInt8>, from source: HandshakeSource, now: UInt64, random: () -> KeyBytes
    ) -> [UInt8]? {
        guard let mac1 = MessageLayout.mac1(of: message) else { return nil }
        let key: SecretKey
        if let secret, now &- secret.birth < Self.secretLifetime {
            key = secret.key
        } else {
            key = SecretKey(random())
            formerSecret = secret
            secret = Secret(key: key, birth: now)
        }
        let cookie = source.mac(key: key.bytes.span)
        let drawn = random()
        var nonce = InlineArray<24, UInt8>(repeating: 0)
        for index in nonce.indices { nonce[index] = drawn[index] }

        var reply: [UInt8] = []
        reply.reserveCapacity(MessageLayout.CookieReply.size)
        reply.append(littleEndian: MessageLayout.Kind.cookieReply.rawValue)
        reply.append(littleEndian: message.uint32(at: MessageLayout.Initiation.sender))
        reply.append(nonce.span)
        reply += XChaCha.seal(
            key: sealingKey, nonce: nonce, cookie.span, additionalData: message.extracting(mac1))
        return reply
    }
}
