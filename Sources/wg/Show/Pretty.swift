import WGModel

/// The output for people: indented, with units, the newest handshake first, secrets hidden.
struct Pretty {
    struct Style {
        var usesColor = false
        var hidesKeys = true
    }

    let style: Style
    let now: HandshakeTime
    /// Of peers; `nil` if nobody asked for them.
    var names: [PublicKey: String]?
    let endpointText: (Endpoint) -> String

    /// - Parameter pause: called after each peer, so that the buffer may be emptied.
    func write(_ state: DeviceState, to text: inout TextBuffer, pause: (inout TextBuffer) -> Void) {
        text.append(reset)
        label("interface", .green, to: &text)
        append(state.name.text, .green, to: &text)
        text.append("\n")
        if let key = state.publicKey, !key.isZero { line("public key", &text) { $0.appendBase64(key.bytes) } }
        if let key = state.privateKey, !key.isZero { line("private key", &text) { append(secret: key.bytes, to: &$0) } }
        if state.listenPort != 0 { line("listening port", &text) { $0.append(UInt64(state.listenPort)) } }
        if state.fwmark != 0 { line("fwmark", &text) { $0.append("0x" + String(state.fwmark, radix: 16)) } }
        for index in newestFirst(state.peers) {
            text.append("\n")
            append(state.peers[index], to: &text)
            pause(&text)
        }
    }

    private func append(_ peer: PeerState, to text: inout TextBuffer) {
        label("peer", .yellow, to: &text)
        colored(.yellow, &text) { $0.appendBase64(peer.publicKey.bytes) }
        text.append("\n")
        if let name = names?[peer.publicKey] { line("name", &text) { $0.append(name) } }
        if let key = peer.presharedKey, !key.isZero {
            line("preshared key", &text) { append(secret: key.bytes, to: &$0) }
        }
        if let endpoint = peer.endpoint { line("endpoint", &text) { $0.append(endpointText(endpoint)) } }
        line("allowed ips", &text) { append(peer.allowedIPs, to: &$0) }
        if let time = peer.lastHandshake, time.seconds != 0 {
            line("latest handshake", &text) { append(age: time.seconds, to: &$0) }
        }
        if peer.receivedBytes != 0 || peer.sentBytes != 0 {
            line("transfer", &text) { text in
                append(bytes: peer.receivedBytes, to: &text)
                text.append(" received, ")
                append(bytes: peer.sentBytes, to: &text)
                text.append(" sent")
            }
        }
        if peer.persistentKeepalive != 0 {
            line("persistent keepalive", &text) { text in
                text.append("every ")
                append(duration: UInt64(peer.persistentKeepalive), to: &text)
            }
        }
    }

    /// The newest handshake first; peers alike keep their order.
    private func newestFirst(_ peers: [PeerState]) -> [Int] {
        let times = peers.map { $0.lastHandshake ?? HandshakeTime(seconds: 0, nanoseconds: 0) }
        return times.indices.sorted { (times[$1], $0) < (times[$0], $1) }
    }

    private func append(secret key: KeyBytes, to text: inout TextBuffer) {
        if style.hidesKeys { text.append("(hidden)") } else { text.appendBase64(key) }
    }

    private func append(_ prefixes: [IPPrefix], to text: inout TextBuffer) {
        if prefixes.isEmpty { text.append("(none)") }
        for (index, prefix) in prefixes.enumerated() {
            if index > 0 { text.append(", ") }
            text.append(prefix.address)
            append("/", .cyan, to: &text)
            text.append(UInt64(prefix.length))
        }
    }

    private func append(age seconds: Int64, to text: inout TextBuffer) {
        if seconds == now.seconds {
            text.append("Now")
        } else if seconds > now.seconds {
            text.append("(")
            append(Messages.clockWentBackwards, .red, to: &text)
            text.append(")")
        } else {
            append(duration: (now.seconds &- seconds).magnitude, to: &text)
            text.append(" ago")
        }
    }

    /// `1 day, 2 hours`: units that are zero are left out, and so is a duration of zero.
    private func append(duration seconds: UInt64, to text: inout TextBuffer) {
        var rest = seconds
        var isFirst = true
        for unit in Self.units {
            let count = rest / unit.seconds
            rest %= unit.seconds
            guard count != 0 else { continue }
            if !isFirst { text.append(", ") }
            text.append(count)
            text.append(" ")
            append(count == 1 ? unit.one : unit.many, .cyan, to: &text)
            isFirst = false
        }
    }

    private static let units: [(one: String, many: String, seconds: UInt64)] = [
        ("year", "years", 31_536_000), ("day", "days", 86400), ("hour", "hours", 3600), ("minute", "minutes", 60),
        ("second", "seconds", 1),
    ]

    /// Whole bytes below 1 KiB; above, two decimals of the largest unit up to TiB.
    private func append(bytes count: UInt64, to text: inout TextBuffer) {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var index = 0
        while index < 4, count >> UInt64(10 + 10 * index) != 0 { index += 1 }
        append(hundredthsOf: count, shift: UInt64(10 * index), to: &text)
        text.append(" ")
        append(units[index], .cyan, to: &text)
    }

    /// `count / 2^shift` with two decimals, rounded half to even as printf does for these exact binary fractions; whole
    /// without a shift. What doesn't fit a `Double` is rounded before, as printf's argument is one.
    private func append(hundredthsOf count: UInt64, shift: UInt64, to text: inout TextBuffer) {
        guard shift > 0 else { return text.append(count) }
        let scaled = UInt128(Double(count)) * 100
        var result = UInt64(scaled >> UInt128(shift))
        let rest = UInt64(truncatingIfNeeded: scaled) & (1 << shift - 1)
        let half: UInt64 = 1 << (shift - 1)
        if rest > half || (rest == half && result % 2 == 1) { result += 1 }
        text.append(result / 100)
        text.append(result % 100 < 10 ? ".0" : ".")
        text.append(result % 100)
    }

    private var reset: String { style.usesColor ? TerminalColor.reset : "" }

    private func line(_ name: String, _ text: inout TextBuffer, _ value: (inout TextBuffer) -> Void) {
        text.append("  ")
        label(name, to: &text)
        value(&text)
        text.append("\n")
    }

    /// With the colon.
    private func label(_ name: String, _ color: TerminalColor? = nil, to text: inout TextBuffer) {
        if let color, style.usesColor { text.append(color.start) }
        append(name, .bold, to: &text)
        text.append(": ")
    }

    private func append(_ word: String, _ color: TerminalColor, to text: inout TextBuffer) {
        colored(color, &text) { $0.append(word) }
    }

    private func colored(_ color: TerminalColor, _ text: inout TextBuffer, _ body: (inout TextBuffer) -> Void) {
        if style.usesColor { text.append(color.start) }
        body(&text)
        text.append(reset)
    }
}
