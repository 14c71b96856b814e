import WGCrypto
public import WGModel

/// The first MAC of handshake messages (whitepaper 5.4.4): proves that the sender knows whom it is talking to, so that
/// a receiver stays silent towards scanners.
public struct Mac1: Sendable {
    fileprivate let key: KeyBytes

    /// For messages to the owner of this key. Keep it: making it costs a hash.
    public init(recipient: PublicKey) {
        key = Blake2s.hash(Array("mac1----".utf8).span, recipient.bytes.span)
    }

    /// Appends mac1 and an empty mac2 to a message that is complete up to there. `CookieJar` fills the second one in.
    func append(to message: inout [UInt8]) {
        message.append(Blake2s.mac(key: key.span, message.span).span)
        message += [UInt8](repeating: 0, count: 16)
    }
}

/// Checks what arrives before any Diffie-Hellman is spent on it.
public struct MacChecker: Sendable {
    private let begun: Blake2s

    public init(publicKey: PublicKey) { begun = Blake2s.macBegun(key: Mac1(recipient: publicKey).key.span) }

    /// Whether an initiation or response of the right size carries the mac1 for this recipient. The mac2 is not looked
    /// at: only a responder under load asks for it. Allocates nothing: the inbound loop asks for each message.
    public func isValid(_ message: Span<UInt8>) -> Bool {
        guard let range = MessageLayout.mac1(of: message) else { return false }
        let expected = Blake2s.mac(begun, message.extracting(..<range.lowerBound))
        return constantTimeEqual(expected.span, message.extracting(range))
    }

    /// The same.
    public func isValid(_ message: [UInt8]) -> Bool { isValid(message.span) }
}

extension MessageLayout {
    /// Where an initiation or response has its mac1; mac2 follows to the end. `nil` for other messages.
    static func mac1(of message: Span<UInt8>) -> Range<Int>? {
        switch kind(of: message) {
        case .initiation: Initiation.mac1..<Initiation.mac2
        case .response: Response.mac1..<Response.mac2
        case .cookieReply, .transport, nil: nil
        }
    }

    /// Whether an initiation or response has a mac2 at all, right or wrong.
    static func hasMac2(_ message: Span<UInt8>) -> Bool {
        guard let mac1 = mac1(of: message) else { return false }
        return (mac1.upperBound..<message.count).contains { message[$0] != 0 }
    }
}

extension MacBytes {
    /// 16 bytes of a message.
    init(_ message: Span<UInt8>, at offset: Int) {
        self.init(repeating: 0)
        for index in indices { self[index] = message[offset + index] }
    }
}
