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

    func text(of state: DeviceState) -> String {
        var text = reset + label("interface", .green) + ": " + colored(state.name.text, .green) + "\n"
        func line(_ name: String, _ value: String) {
            text += "  " + label(name) + ": " + value + "\n"
        }
        if let key = state.publicKey, !key.isZero { line("public key", key.base64) }
        if let key = state.privateKey, !key.isZero { line("private key", secret(key)) }
        if state.listenPort != 0 { line("listening port", String(state.listenPort)) }
        if state.fwmark != 0 { line("fwmark", "0x" + String(state.fwmark, radix: 16)) }
        for peer in sorted(state.peers) { text += "\n" + self.text(of: peer) }
        return text
    }

    private func text(of peer: PeerState) -> String {
        var text = label("peer", .yellow) + ": " + colored(peer.publicKey.base64, .yellow) + "\n"
        func line(_ name: String, _ value: String) {
            text += "  " + label(name) + ": " + value + "\n"
        }
        if let name = names?[peer.publicKey] { line("name", name) }
        if let key = peer.presharedKey, !key.isZero { line("preshared key", secret(key)) }
        if let endpoint = peer.endpoint { line("endpoint", endpointText(endpoint)) }
        line("allowed ips", allowedIPs(peer.allowedIPs))
        if let time = peer.lastHandshake, time.seconds != 0 { line("latest handshake", age(time.seconds)) }
        if peer.receivedBytes != 0 || peer.sentBytes != 0 {
            line("transfer", "\(bytes(peer.receivedBytes)) received, \(bytes(peer.sentBytes)) sent")
        }
        if peer.persistentKeepalive != 0 {
            line("persistent keepalive", "every " + duration(UInt64(peer.persistentKeepalive)))
        }
        return text
    }

    /// The newest handshake first; peers alike keep their order.
    private func sorted(_ peers: [PeerState]) -> [PeerState] {
        peers.enumerated()
            .sorted { ($1.element.handshakeOrder, $0.offset) < ($0.element.handshakeOrder, $1.offset) }
            .map(\.element)
    }

    private func secret(_ key: some Key) -> String { style.hidesKeys ? "(hidden)" : key.base64 }

    private func allowedIPs(_ prefixes: [IPPrefix]) -> String {
        guard !prefixes.isEmpty else { return "(none)" }
        return prefixes.map { "\($0.address)\(colored("/", .cyan))\($0.length)" }.joined(separator: ", ")
    }

    private func age(_ seconds: Int64) -> String {
        if seconds == now.seconds { return "Now" }
        guard seconds < now.seconds else { return "(" + colored(Messages.clockWentBackwards, .red) + ")" }
        return duration((now.seconds &- seconds).magnitude) + " ago"
    }

    /// `1 day, 2 hours`: units that are zero are left out, and so is a duration of zero.
    private func duration(_ seconds: UInt64) -> String {
        let units: [(name: String, seconds: UInt64)] = [
            ("year", 31_536_000), ("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1),
        ]
        var rest = seconds
        var parts: [String] = []
        for unit in units {
            let count = rest / unit.seconds
            rest %= unit.seconds
            guard count != 0 else { continue }
            parts.append("\(count) \(colored(count == 1 ? unit.name : unit.name + "s", .cyan))")
        }
        return parts.joined(separator: ", ")
    }

    /// Whole bytes below 1 KiB; above, two decimals of the largest unit up to TiB.
    private func bytes(_ count: UInt64) -> String {
        guard count >= 1024 else { return "\(count) \(colored("B", .cyan))" }
        let units = ["KiB", "MiB", "GiB", "TiB"]
        var index = 0
        while index < 3, count >> UInt64(20 + 10 * index) != 0 { index += 1 }
        return "\(hundredths(count, shift: UInt64(10 + 10 * index))) \(colored(units[index], .cyan))"
    }

    /// `count / 2^shift` with two decimals, rounded half to even as printf does for these exact binary fractions. What
    /// doesn't fit a `Double` is rounded before, as printf's argument is one.
    private func hundredths(_ count: UInt64, shift: UInt64) -> String {
        let scaled = UInt128(Double(count)) * 100
        let divisor = UInt128(1) << UInt128(shift)
        var result = scaled / divisor
        let twice = scaled % divisor * 2
        if twice > divisor || (twice == divisor && result % 2 == 1) { result += 1 }
        let decimals = String(result % 100)
        return "\(result / 100).\(decimals.count == 1 ? "0" + decimals : decimals)"
    }

    private var reset: String { style.usesColor ? TerminalColor.reset : "" }

    private func start(_ color: TerminalColor) -> String { style.usesColor ? color.start : "" }

    private func colored(_ text: String, _ color: TerminalColor) -> String { start(color) + text + reset }

    private func label(_ text: String, _ color: TerminalColor? = nil) -> String {
        (color.map(start) ?? "") + start(.bold) + text + reset
    }
}

extension PeerState {
    /// 0 without a handshake.
    fileprivate var handshakeOrder: HandshakeTime { lastHandshake ?? HandshakeTime(seconds: 0, nanoseconds: 0) }
}
