import WGCrypto
public import WGModel

/// The first MAC of handshake messages (whitepaper 5.4.4): proves that the sender knows whom it is talking to, so that
/// a receiver stays silent towards scanners. The second one stays zero as long as we hold no cookie.
public struct Mac1: Sendable {
    private let key: KeyBytes

    /// For messages to the owner of this key. Keep it: making it costs a hash.
    public init(recipient: PublicKey) {
        key = Blake2s.hash(Array("mac1----".utf8).span, recipient.bytes.span)
    }

    /// Appends mac1 and an empty mac2 to a message that is complete up to there.
    func append(to message: inout [UInt8]) {
        message += Blake2s.mac(key: key.span, message.span)
        message += [UInt8](repeating: 0, count: 16)
    }

    /// Whether an initiation or response of the right size carries the mac1 for this recipient. The mac2 is not looked
    /// at: only a responder under load asks for it.
    public func isValid(_ message: Span<UInt8>) -> Bool {
        switch MessageLayout.kind(of: message) {
        case .initiation, .response: break
        case .cookieReply, .transport, nil: return false
        }
        let start = message.count - 32
        let expected = Blake2s.mac(key: key.span, message.extracting(..<start))
        return constantTimeEqual(expected.span, message.extracting(start..<start + 16))
    }
}

/// Checks what arrives before any Diffie-Hellman is spent on it.
public struct MacChecker: Sendable {
    private let mac1: Mac1

    public init(publicKey: PublicKey) { mac1 = Mac1(recipient: publicKey) }

    /// Whether a handshake message is meant for us.
    public func isValid(_ message: Span<UInt8>) -> Bool { mac1.isValid(message) }

    /// Whether a handshake message is meant for us.
    public func isValid(_ message: [UInt8]) -> Bool { mac1.isValid(message.span) }
}
