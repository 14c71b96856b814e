public import WGModel

/// Both sides' messages as bytes of text, each with its blank line at the end.
///
/// The reply's sign: the stock `wg` shows a failure rightly only if the number is negative after `set=1` and positive
/// after `get=1`, so this encoder writes them so.
public enum UAPIEncoder {
    public static func getRequest() -> [UInt8] { Array("get=1\n\n".utf8) }

    /// `set=1` with the keys in the order in which `wg` writes them. A peer that is to be removed gets no other line.
    public static func setRequest(_ change: DeviceChange) -> [UInt8] {
        var text = TextBuffer()
        text.line("set", 1)
        if let key = change.privateKey { text.line("private_key", key.hex) }
        if let port = change.listenPort { text.line("listen_port", port) }
        if let mark = change.fwmark { text.line("fwmark", mark) }
        if change.replacePeers { text.line("replace_peers", true) }
        for peer in change.peers { text.append(peer) }
        text.endMessage()
        return text.bytes
    }

    /// The successful answer to `get=1`: `errno=0` stands at its end.
    public static func getReply(_ state: DeviceState) -> [UInt8] {
        var text = TextBuffer()
        if let key = state.privateKey { text.line("private_key", key.hex) }
        if state.listenPort != 0 { text.line("listen_port", state.listenPort) }
        if state.fwmark != 0 { text.line("fwmark", state.fwmark) }
        for peer in state.peers { text.append(peer) }
        text.line("errno", 0)
        text.endMessage()
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

/// Collects lines of `key=value`.
private struct TextBuffer {
    var bytes: [UInt8] = []

    mutating func line(_ key: String, _ value: some CustomStringConvertible) {
        bytes.append(contentsOf: key.utf8)
        bytes.append(UInt8(ascii: "="))
        bytes.append(contentsOf: value.description.utf8)
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func endMessage() { bytes.append(UInt8(ascii: "\n")) }

    mutating func append(_ peer: PeerChange) {
        line("public_key", peer.publicKey.hex)
        guard !peer.remove else { return line("remove", true) }
        if peer.updateOnly { line("update_only", true) }
        if let key = peer.presharedKey { line("preshared_key", key.hex) }
        if let endpoint = peer.endpoint { line("endpoint", endpoint) }
        if let seconds = peer.persistentKeepalive { line("persistent_keepalive_interval", seconds) }
        if peer.replaceAllowedIPs { line("replace_allowed_ips", true) }
        for change in peer.allowedIPs {
            switch change {
            case .add(let prefix): line("allowed_ip", prefix)
            case .remove(let prefix): line("allowed_ip", "-\(prefix)")
            }
        }
    }

    mutating func append(_ peer: PeerState) {
        line("public_key", peer.publicKey.hex)
        line("preshared_key", (peer.presharedKey ?? .zero).hex)
        line("protocol_version", 1)
        if let endpoint = peer.endpoint { line("endpoint", endpoint) }
        line("last_handshake_time_sec", peer.lastHandshake?.seconds ?? 0)
        line("last_handshake_time_nsec", peer.lastHandshake?.nanoseconds ?? 0)
        line("tx_bytes", peer.sentBytes)
        line("rx_bytes", peer.receivedBytes)
        line("persistent_keepalive_interval", peer.persistentKeepalive)
        for prefix in peer.allowedIPs { line("allowed_ip", prefix) }
    }
}
