public import WGModel

/// Both sides' messages as bytes of text, each with its blank line at the end.
///
/// The reply's sign: the stock `wg` shows a failure rightly only if the number is negative after `set=1` and positive
/// after `get=1`, so this encoder writes them so.
public enum UAPIEncoder {
    public static func getRequest() -> [UInt8] { Array("get=1\n\n".utf8) }

    /// `set=1` with the keys in the order in which `wg` writes them. A peer that is to be removed gets no other line.
    public static func setRequest(_ change: DeviceChange) -> [UInt8] {
        SetRequest(change).reduce(into: []) { $0 += $1 }
    }

    /// The same in pieces, of which only one is there at a time: 32 KiB each, more if a single peer needs it.
    public struct SetRequest: Sequence, IteratorProtocol {
        private static let pieceSize = 32 << 10

        private let change: DeviceChange
        private var nextPeer = 0
        private var text = TextBuffer()

        public init(_ change: DeviceChange) {
            self.change = change
            text.append("set=1\n")
            if let key = change.privateKey { text.line(.privateKey) { $0.appendHex(key.bytes) } }
            if let port = change.listenPort { text.line(.listenPort, UInt64(port)) }
            if let mark = change.fwmark { text.line(.fwmark, UInt64(mark)) }
            if change.replacePeers { text.isTrue(.replacePeers) }
        }

        /// The next piece; `nil` after the last.
        public mutating func next() -> [UInt8]? {
            guard nextPeer <= change.peers.count else { return nil }
            while nextPeer < change.peers.count, text.bytes.count < Self.pieceSize {
                text.append(change.peers[nextPeer])
                nextPeer += 1
            }
            if nextPeer == change.peers.count {
                text.append("\n")
                nextPeer += 1
            }
            let piece = text.bytes
            text.removeAll()
            return piece
        }
    }

    /// The successful answer to `get=1`: `errno=0` stands at its end.
    public static func getReply(_ state: DeviceState) -> [UInt8] {
        var text = TextBuffer()
        text.appendUAPI(device: state)
        for peer in state.peers {
            text.appendUAPI(peer: peer)
            for prefix in peer.allowedIPs { text.appendUAPI(allowedIP: prefix) }
        }
        text.appendUAPIEnd()
        return text.bytes
    }

    /// An answer without data: `errno=0` after a successful set, or whatever number is given, with its sign.
    public static func reply(errno: Int32) -> [UInt8] { Array("errno=\(errno)\n\n".utf8) }

    /// The answer that tells the stock `wg` of a failure.
    ///
    /// - Parameter errno: an error number of `errno.h`, of either sign.
    public static func failure(_ operation: UAPIOperation, errno: Int32) -> [UInt8] {
        let magnitude = Int32(clamping: errno.magnitude)
        return reply(errno: operation == .set ? -magnitude : magnitude)
    }

    /// The answer to a request that the parser refused.
    public static func reply(to error: UAPIError) -> [UInt8] {
        failure(error.operation ?? .get, errno: error.errno)
    }
}

/// Lines of `key=value`.
extension TextBuffer {
    fileprivate mutating func line(_ key: UAPIKey, _ value: (inout TextBuffer) -> Void) {
        append(key.rawValue)
        append(ascii: "=")
        value(&self)
        append(ascii: "\n")
    }

    fileprivate mutating func line(_ key: UAPIKey, _ number: UInt64) { line(key) { $0.append(number) } }

    fileprivate mutating func isTrue(_ key: UAPIKey) { line(key) { $0.append("true") } }

    fileprivate mutating func append(_ peer: PeerChange) {
        line(.publicKey) { $0.appendHex(peer.publicKey.bytes) }
        guard !peer.remove else { return isTrue(.remove) }
        if peer.updateOnly { isTrue(.updateOnly) }
        if let key = peer.presharedKey { line(.presharedKey) { $0.appendHex(key.bytes) } }
        if let endpoint = peer.endpoint { line(.endpoint) { $0.append(endpoint) } }
        if let seconds = peer.persistentKeepalive { line(.persistentKeepalive, UInt64(seconds)) }
        if peer.replaceAllowedIPs { isTrue(.replaceAllowedIPs) }
        for change in peer.allowedIPs {
            line(.allowedIP) {
                if case .remove = change { $0.append("-") }
                $0.append(change.prefix)
            }
        }
    }
}

/// The answer to `get=1` in pieces: the device, then each peer with its allowed IPs, then the end.
extension TextBuffer {
    /// The device's own lines.
    public mutating func appendUAPI(device: DeviceState) {
        if let key = device.privateKey { line(.privateKey) { $0.appendHex(key.bytes) } }
        if device.listenPort != 0 { line(.listenPort, UInt64(device.listenPort)) }
        if device.fwmark != 0 { line(.fwmark, UInt64(device.fwmark)) }
    }

    /// A peer's lines but for its allowed IPs.
    public mutating func appendUAPI(peer: PeerState) {
        line(.publicKey) { $0.appendHex(peer.publicKey.bytes) }
        line(.presharedKey) { $0.appendHex((peer.presharedKey ?? .zero).bytes) }
        line(.protocolVersion, 1)
        if let endpoint = peer.endpoint { line(.endpoint) { $0.append(endpoint) } }
        line(.lastHandshakeSeconds) { $0.append(peer.lastHandshake?.seconds ?? 0) }
        line(.lastHandshakeNanoseconds) { $0.append(peer.lastHandshake?.nanoseconds ?? 0) }
        line(.sentBytes, peer.sentBytes)
        line(.receivedBytes, peer.receivedBytes)
        line(.persistentKeepalive, UInt64(peer.persistentKeepalive))
    }

    /// One allowed IP of the peer before.
    public mutating func appendUAPI(allowedIP prefix: IPPrefix) { line(.allowedIP) { $0.append(prefix) } }

    /// Success, and the blank line.
    public mutating func appendUAPIEnd() {
        line(.errno, 0)
        append("\n")
    }
}
