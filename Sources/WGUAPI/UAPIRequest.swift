public import WGModel

/// One line of a `set=1` request, to be applied as it comes.
public enum UAPISetting: Equatable, Sendable {
    /// The zero key removes the device's key.
    case privateKey(PrivateKey)
    /// 0 lets the device choose a port.
    case listenPort(UInt16)
    /// 0 removes the mark.
    case fwmark(UInt32)
    /// Removes every peer that is there.
    case replacePeers
    /// The peer that the lines after it are about, until the next of these.
    case peer(PublicKey)
    /// Removes the peer; what follows about it is ignored.
    case remove
    /// The peer is not to be made: what follows about one that isn't there is ignored.
    case updateOnly
    /// The zero key removes the preshared key.
    case presharedKey(PresharedKey)
    case endpoint(Endpoint)
    /// Seconds; 0 turns keepalives off.
    case persistentKeepalive(UInt16)
    /// Takes all allowed IPs from the peer.
    case replaceAllowedIPs
    case allowedIP(AllowedIPChange)
}

/// What a client asks of an engine over its socket, in pieces that are acted upon as they come.
public enum UAPIRequestStep: Equatable, Sendable {
    /// A whole `get=1`.
    case get
    /// One line of a `set=1`.
    case setting(UAPISetting)
    /// The end of a `set=1` whose lines were all understood.
    case endOfSet
}

/// The server's side of the stream: bytes in, steps out.
///
/// Append what the socket gave, then call `next()` until it returns `nil`, then read more. One connection may carry any
/// number of requests.
///
/// Lines of a set request come out one by one, so that a wrong line, or the end of the stream, leaves those before it in
/// force. After a wrong line the request's others are passed over, and its error is thrown once the blank line has
/// arrived; the parser then stands at the next request. An error that `closesConnection` is thrown at once, and again on
/// each further call.
///
/// Memory: what was appended and not yet taken. It is erased when it has been taken, as it may hold keys.
public struct UAPIRequestParser: Sendable {
    private enum State: Sendable {
        case idle
        case get
        case device
        case peer
        /// Skipping to the blank line.
        case failed(UAPIError)
        case broken(UAPIError)
    }

    private var lines = LineBuffer()
    private var state = State.idle
    private var line = 0
    private let scopes: ScopeResolver

    /// - Parameter scopes: finds the interface index for the scope of a link-local endpoint.
    public init(scopes: @escaping ScopeResolver = numericScopes) {
        self.scopes = scopes
    }

    /// Whether no part of a request is pending.
    public var isIdle: Bool {
        if case .idle = state { lines.isEmpty } else { false }
    }

    public mutating func append(_ bytes: Span<UInt8>) { lines.append(bytes) }

    public mutating func append(_ bytes: ArraySlice<UInt8>) { lines.append(bytes.span) }

    /// The next step; `nil` when more bytes are needed.
    public mutating func next() throws(UAPIError) -> UAPIRequestStep? {
        if case .broken(let error) = state { throw error }
        while let text = try nextLine() {
            line += 1
            if text.isEmpty, line > 1 { return try finish() }
            if let setting = try take(text) { return .setting(setting) }
        }
        lines.eraseTaken()
        return nil
    }

    private mutating func nextLine() throws(UAPIError) -> ArraySlice<UInt8>? {
        do {
            return try lines.next()
        } catch {
            throw broke(UAPIError(.lineTooLong, operation: operation, line: line + 1))
        }
    }

    private var operation: UAPIOperation? {
        switch state {
        case .idle: nil
        case .get: .get
        case .device, .peer: .set
        case .failed(let error), .broken(let error): error.operation
        }
    }

    private mutating func broke(_ error: UAPIError) -> UAPIError {
        state = .broken(error)
        return error
    }

    /// The blank line: the request is complete.
    private mutating func finish() throws(UAPIError) -> UAPIRequestStep? {
        let finished = state
        state = .idle
        line = 0
        switch finished {
        case .get: return .get
        case .device, .peer: return .endOfSet
        case .failed(let error): throw error
        case .idle, .broken: return nil
        }
    }

    private mutating func take(_ text: ArraySlice<UInt8>) throws(UAPIError) -> UAPISetting? {
        switch state {
        case .idle:
            switch String(decoding: text, as: UTF8.self) {
            case "get=1": state = .get
            case "set=1": state = .device
            default: throw broke(UAPIError(.unknownOperation, operation: nil, line: 1))
            }
        case .get:
            state = .failed(UAPIError(.trailingText, operation: .get, line: line))
        case .device, .peer:
            do {
                return try setting(text)
            } catch {
                state = .failed(UAPIError(error, operation: .set, line: line))
            }
        case .failed, .broken:
            break
        }
        return nil
    }

    /// `nil` for a line that says nothing new.
    private mutating func setting(_ text: ArraySlice<UInt8>) throws(UAPIError.Kind) -> UAPISetting? {
        guard let line = KeyValue(text) else { throw .missingEquals }
        if line.key == .publicKey {
            let key = try line.key(PublicKey.self)
            state = .peer
            return .peer(key)
        }
        if case .peer = state { return try peerSetting(line) }
        return try deviceSetting(line)
    }

    private func deviceSetting(_ line: KeyValue) throws(UAPIError.Kind) -> UAPISetting {
        switch line.key {
        case .privateKey: return .privateKey(try line.key(PrivateKey.self))
        case .listenPort: return .listenPort(try line.decimal(UInt16.self))
        case .fwmark: return .fwmark(line.value.isEmpty ? 0 : try line.decimal(UInt32.self))
        case .replacePeers:
            try line.expectTrue()
            return .replacePeers
        default: throw .unknownKey
        }
    }

    private func peerSetting(_ line: KeyValue) throws(UAPIError.Kind) -> UAPISetting? {
        switch line.key {
        case .remove:
            try line.expectTrue()
            return .remove
        case .updateOnly:
            try line.expectTrue()
            return .updateOnly
        case .presharedKey: return .presharedKey(try line.key(PresharedKey.self))
        case .endpoint:
            guard let endpoint = Endpoint(uapi: line.value.span, scopes: scopes) else { throw line.invalid }
            return .endpoint(endpoint)
        case .persistentKeepalive: return .persistentKeepalive(try line.decimal(UInt16.self))
        case .replaceAllowedIPs:
            try line.expectTrue()
            return .replaceAllowedIPs
        case .allowedIP: return .allowedIP(try line.allowedIP())
        case .protocolVersion:
            guard line.text == "1" else { throw line.invalid }
            return nil
        default: throw .unknownKey
        }
    }
}

extension KeyValue {
    fileprivate var invalid: UAPIError.Kind { .invalidValue(key: keyName) }

    fileprivate func key<K: Key>(_ type: K.Type) throws(UAPIError.Kind) -> K {
        guard let result = K(hex: value.span) else { throw invalid }
        return result
    }

    fileprivate func decimal<Number: FixedWidthInteger>(_ type: Number.Type) throws(UAPIError.Kind) -> Number {
        guard let result = number(type) else { throw invalid }
        return result
    }

    /// Flags have one value only; leaving the line out is how to say no.
    fileprivate func expectTrue() throws(UAPIError.Kind) {
        guard text == "true" else { throw invalid }
    }

    fileprivate func allowedIP() throws(UAPIError.Kind) -> AllowedIPChange {
        let isRemoval = value.first == UInt8(ascii: "-")
        let text = isRemoval ? value.dropFirst() : value
        guard text.contains(UInt8(ascii: "/")), let prefix = IPPrefix(utf8: text.span) else { throw invalid }
        return isRemoval ? .remove(prefix) : .add(prefix)
    }
}

extension UAPIError.Kind: Error {}
