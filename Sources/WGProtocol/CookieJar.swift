import WGCrypto
public import WGModel

/// The sender's side of cookies (whitepaper 5.4.4 and 5.4.7): keeps the one that a peer has given us, and marks our
/// handshake messages with it. One per peer, owned by the control thread.
public struct CookieJar: Sendable {
    /// How long a cookie is good for, in nanoseconds.
    @inlinable public static var lifetime: UInt64 { 120_000_000_000 }

    private let openingKey: KeyBytes
    /// That of our last message, until a cookie reply to it has been taken: there is one for each message at most.
    private var lastMac1: MacBytes?
    /// Whether our last message had a mac2.
    public private(set) var hasMarkedLast = false
    private var cookie: MacBytes?
    private var cookieBirth: UInt64 = 0

    /// For messages to the owner of this key. Keep it: making it costs a hash.
    public init(recipient: PublicKey) { openingKey = CookieBaker.sealingKey(of: recipient) }

    /// Prepares a complete initiation or response for sending: notes its mac1, and writes its mac2 if there is a cookie.
    public mutating func mark(_ message: inout [UInt8], now: UInt64) {
        guard let range = MessageLayout.mac1(of: message.span) else { return }
        lastMac1 = MacBytes(message.span, at: range.lowerBound)
        hasMarkedLast = false
        guard let cookie, now &- cookieBirth < Self.lifetime else { return }
        let mac2 = Blake2s.mac(key: cookie.span, message.span.extracting(..<range.upperBound))
        for index in mac2.indices { message[range.upperBound + index] = mac2[index] }
        hasMarkedLast = true
    }

    /// Takes the cookie from a reply to our last message. False when it is none: not for us, forged, or repeated.
    public mutating func take(_ reply: Span<UInt8>, now: UInt64) -> Bool {
        typealias Layout = MessageLayout.CookieReply
        guard MessageLayout.kind(of: reply) == .cookieReply, let lastMac1 else { return false }
        var nonce = InlineArray<24, UInt8>(repeating: 0)
        for index in nonce.indices { nonce[index] = reply[Layout.nonce + index] }
        let opened = XChaCha.open(
            key: openingKey, nonce: nonce, reply.extracting(Layout.sealedCookie...), additionalData: lastMac1.span)
        guard let opened else { return false }
        cookie = MacBytes(opened.span, at: 0)
        cookieBirth = now
        self.lastMac1 = nil
        return true
    }
}
