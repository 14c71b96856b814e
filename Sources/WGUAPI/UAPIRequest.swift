public import WGModel

/// What a client asks of an engine over its socket: `get=1` or `set=1`, up to the blank line.
public enum UAPIRequest: Equatable, Sendable {
    case get
    /// The whole request as one value: nothing is applied before its last line has been understood.
    case set(DeviceChange)
}

/// The server's side of the stream: bytes in, requests out.
///
/// Append what the socket gave, then call `next()` until it returns `nil`, then read more. One connection may carry any
/// number of requests. At the end of the stream `isIdle` tells whether a request was cut off (which then has no effect).
///
/// A wrong line makes the whole request fail, with the first wrong line's error, once its blank line has arrived; the
/// parser then stands at the next request. An error that `closesConnection` is thrown at once, and again on each
/// further call.
///
/// Memory: what was appended and not yet taken, plus the request's own value. Keys of a set request are those that
/// `wg` and wireguard-go know; a later line of the same key wins, `replace_allowed_ips` drops the allowed IPs that came
/// before it, and a repeated `public_key` starts another change of the same peer, as if each line were applied in turn.
public struct UAPIRequestParser: Sendable {
    private enum State: Sendable {
        case idle
        case get
        case set(DeviceChange)
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

    public mutating func append(_ bytes: ArraySlice<UInt8>) {
        lines.append(bytes)
    }

    /// The next complete request; `nil` when more bytes are needed.
    public mutating func next() throws(UAPIError) -> UAPIRequest? {
        if case .broken(let error) = state { throw error }
        while let text = try nextLine() {
            line += 1
            if text.isEmpty, line > 1 { return try finish() }
            try take(text)
        }
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
        case .set: .set
        case .failed(let error), .broken(let error): error.operation
        }
    }

    private mutating func broke(_ error: UAPIError) -> UAPIError {
        state = .broken(error)
        return error
    }

    /// The blank line: the request is complete.
    private mutating func finish() throws(UAPIError) -> UAPIRequest? {
        let finished = state
        state = .idle
        line = 0
        switch finished {
        case .get: return .get
        case .set(let change): return .set(change)
        case .failed(let error): throw error
        case .idle, .broken: return nil
        }
    }

    private mutating func take(_ text: ArraySlice<UInt8>) throws(UAPIError) {
        switch state {
        case .idle:
            switch String(decoding: text, as: UTF8.self) {
            case "get=1": state = .get
            case "set=1": state = .set(DeviceChange())
            default: throw broke(UAPIError(.unknownOperation, operation: nil, line: 1))
            }
        case .get:
            state = .failed(UAPIError(.trailingText, operation: .get, line: line))
        case .set(var change):
            state = .idle  // so that the change is not copied for each line
            do {
                try apply(text, to: &change)
                state = .set(change)
            } catch {
                state = .failed(UAPIError(error, operation: .set, line: line))
            }
        case .failed, .broken:
            break
        }
    }

    private func apply(_ text: ArraySlice<UInt8>, to change: inout DeviceChange) throws(UAPIError.Kind) {
        guard let line = KeyValue(text) else { throw .missingEquals }
        if line.key == .publicKey {
            change.peers.append(PeerChange(publicKey: try line.key(PublicKey.self)))
        } else if change.peers.isEmpty {
            try applyToDevice(line, &change)
        } else {
            try applyToPeer(line, &change.peers[change.peers.count - 1])
        }
    }

    private func applyToDevice(_ line: KeyValue, _ change: inout DeviceChange) throws(UAPIError.Kind) {
        switch line.key {
        case .privateKey: change.privateKey = try line.key(PrivateKey.self)
        case .listenPort: change.listenPort = try line.decimal(UInt16.self)
        case .fwmark: change.fwmark = line.value.isEmpty ? 0 : try line.decimal(UInt32.self)
        case .replacePeers: change.replacePeers = try line.isTrue()
        default: throw .unknownKey
        }
    }

    private func applyToPeer(_ line: KeyValue, _ peer: inout PeerChange) throws(UAPIError.Kind) {
        switch line.key {
        case .remove: peer.remove = try line.isTrue()
        case .updateOnly: peer.updateOnly = try line.isTrue()
        case .presharedKey: peer.presharedKey = try line.key(PresharedKey.self)
        case .endpoint:
            guard let endpoint = Endpoint(uapi: line.value.span, scopes: scopes) else { throw line.invalid }
            peer.endpoint = endpoint
        case .persistentKeepalive: peer.persistentKeepalive = try line.decimal(UInt16.self)
        case .replaceAllowedIPs:
            peer.replaceAllowedIPs = try line.isTrue()
            peer.allowedIPs = []
        case .allowedIP: peer.allowedIPs.append(try line.allowedIP())
        case .protocolVersion: guard line.text == "1" else { throw line.invalid }
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
    fileprivate func isTrue() throws(UAPIError.Kind) -> Bool {
        guard text == "true" else { throw invalid }
        return true
    }

    fileprivate func allowedIP() throws(UAPIError.Kind) -> AllowedIPChange {
        let isRemoval = value.first == UInt8(ascii: "-")
        let text = isRemoval ? value.dropFirst() : value
        guard text.contains(UInt8(ascii: "/")), let prefix = IPPrefix(utf8: text.span) else { throw invalid }
        return isRemoval ? .remove(prefix) : .add(prefix)
    }
}

extension UAPIError.Kind: Error {}
