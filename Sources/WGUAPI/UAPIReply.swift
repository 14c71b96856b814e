public import WGModel

/// An engine's answer to one request.
public struct UAPIReply: Equatable, Sendable {
    /// 0 for success, else an error number of `errno.h`: the absolute value, since engines differ in the sign.
    public var errno: Int32
    /// What came before `errno`; after a set, nothing but the name. The public key is there only if the engine said
    /// it (boringtun does): else it is for the caller to derive from the private key.
    public var device: DeviceState

    public init(errno: Int32, device: DeviceState) {
        self.errno = errno
        self.device = device
    }
}

/// What makes an answer unreadable.
public enum UAPIReplyError: Error, Hashable, Sendable {
    case lineTooLong
    case missingEquals
    /// The value of this key.
    case invalidValue(key: String)
    /// The blank line came without `errno`.
    case missingErrno
}

/// The client's side of the stream: bytes in, one answer out.
///
/// Append what the socket gave, then call `next()`. Memory: what was appended and not yet taken, plus the answer's own
/// value; how many bytes to take at all is for the caller to limit.
///
/// Unknown keys are passed over, as are peer keys before the first `public_key` and device keys after it. boringtun, and
/// what descends from it, says `own_public_key` instead of the private key and gives the age of a handshake where others
/// give the time; such an age (anything under 10^9 s, 31 years) is turned into a time.
public struct UAPIReplyParser: Sendable {
    /// Before this many seconds a time since 1970 lies in 2001, and an age is older than WireGuard.
    private static let leastTime: Int64 = 1_000_000_000

    private let now: HandshakeTime
    private let scopes: ScopeResolver
    private var lines = LineBuffer()
    private var reply: UAPIReply
    private var sawErrno = false
    private var givesAges = false
    private var handshakeSeconds: Int64 = 0
    private var handshakeNanoseconds: Int64 = 0

    /// - Parameters:
    ///   - name: the device that was asked; the protocol doesn't repeat it.
    ///   - now: the time of day, for engines that report ages.
    ///   - scopes: finds the interface index for the scope of a link-local endpoint.
    public init(name: InterfaceName, now: HandshakeTime, scopes: @escaping ScopeResolver = numericScopes) {
        self.now = now
        self.scopes = scopes
        reply = UAPIReply(errno: 0, device: DeviceState(name: name))
    }

    public mutating func append(_ bytes: ArraySlice<UInt8>) {
        lines.append(bytes)
    }

    /// The answer, once its blank line has arrived; `nil` when more bytes are needed.
    public mutating func next() throws(UAPIReplyError) -> UAPIReply? {
        while let text = try nextLine() {
            if text.isEmpty {
                guard sawErrno else { throw .missingErrno }
                finishPeer()
                return reply
            }
            guard let line = KeyValue(text) else { throw .missingEquals }
            try take(line)
        }
        return nil
    }

    private mutating func nextLine() throws(UAPIReplyError) -> ArraySlice<UInt8>? {
        do {
            return try lines.next()
        } catch {
            throw .lineTooLong
        }
    }

    private mutating func take(_ line: KeyValue) throws(UAPIReplyError) {
        switch line.key {
        case .errno:
            reply.errno = try line.magnitude()
            sawErrno = true
        case .privateKey where isBeforePeers:
            let key = try line.key(PrivateKey.self)
            reply.device.privateKey = key.isZero ? nil : key
        case .ownPublicKey where isBeforePeers:
            reply.device.publicKey = try line.key(PublicKey.self)
            givesAges = true
        case .listenPort where isBeforePeers: reply.device.listenPort = try line.decimal(UInt16.self)
        case .fwmark where isBeforePeers: reply.device.fwmark = try line.decimal(UInt32.self)
        case .publicKey:
            finishPeer()
            reply.device.peers.append(PeerState(publicKey: try line.key(PublicKey.self)))
        default:
            guard !reply.device.peers.isEmpty else { return }
            try takePeer(line, at: reply.device.peers.count - 1)
        }
    }

    /// A device's own values come first; after a peer they would be the peer's, which has none of these names.
    private var isBeforePeers: Bool { reply.device.peers.isEmpty }

    private mutating func takePeer(_ line: KeyValue, at index: Int) throws(UAPIReplyError) {
        switch line.key {
        case .presharedKey:
            let key = try line.key(PresharedKey.self)
            reply.device.peers[index].presharedKey = key.isZero ? nil : key
        case .endpoint:
            guard let endpoint = Endpoint(uapi: line.value.span, scopes: scopes) else { throw line.invalid }
            reply.device.peers[index].endpoint = endpoint
        case .lastHandshakeSeconds: handshakeSeconds = try line.decimal(Int64.self)
        case .lastHandshakeNanoseconds: handshakeNanoseconds = try line.decimal(Int64.self)
        case .receivedBytes: reply.device.peers[index].receivedBytes = try line.decimal(UInt64.self)
        case .sentBytes: reply.device.peers[index].sentBytes = try line.decimal(UInt64.self)
        case .persistentKeepalive:
            reply.device.peers[index].persistentKeepalive = try line.decimal(UInt16.self)
        case .allowedIP:
            guard let prefix = IPPrefix(utf8: line.value.span) else { throw line.invalid }
            reply.device.peers[index].allowedIPs.append(prefix)
        default: break
        }
    }

    /// Gives the peer at hand its handshake, which arrives as two lines.
    private mutating func finishPeer() {
        defer {
            handshakeSeconds = 0
            handshakeNanoseconds = 0
        }
        guard !reply.device.peers.isEmpty, handshakeSeconds != 0 || handshakeNanoseconds != 0 else { return }
        var time = HandshakeTime(seconds: handshakeSeconds, nanoseconds: handshakeNanoseconds)
        if givesAges, time.seconds < Self.leastTime {
            time = HandshakeTime(seconds: now.seconds &- time.seconds, nanoseconds: 0)
        }
        reply.device.peers[reply.device.peers.count - 1].lastHandshake = time
    }
}

extension KeyValue {
    fileprivate var invalid: UAPIReplyError { .invalidValue(key: keyName) }

    fileprivate func key<K: Key>(_ type: K.Type) throws(UAPIReplyError) -> K {
        guard let result = K(hex: value.span) else { throw invalid }
        return result
    }

    fileprivate func decimal<Number: FixedWidthInteger>(_ type: Number.Type) throws(UAPIReplyError) -> Number {
        guard let result = number(type) else { throw invalid }
        return result
    }

    /// The number without its sign.
    fileprivate func magnitude() throws(UAPIReplyError) -> Int32 {
        guard let number = Int32(text) else { throw invalid }
        return Int32(clamping: number.magnitude)
    }
}
