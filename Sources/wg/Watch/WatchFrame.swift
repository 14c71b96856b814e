import WGControl
import WGModel

/// How large a terminal is.
struct ScreenSize: Equatable {
    var columns: Int
    var rows: Int
}

/// One picture of the screen of `wg watch`: never wider nor higher than the screen.
struct WatchFrame {
    let size: ScreenSize
    let usesColor: Bool
    /// Whether the terminal shows nothing but ASCII.
    let asciiOnly: Bool
    let title: String
    let name: (InterfaceName, PublicKey) -> String?
    let endpointText: (Endpoint) -> String

    func lines(of model: WatchModel) -> [String] {
        let shares = shares(of: model.devices)
        let shown = zip(model.devices, shares).map { device, share in
            (device: device, rows: rows(of: device, share))
        }
        let cells = shown.flatMap(\.rows.peers)
        let table = WatchTable(
            columns: size.columns, peerNeed: cells.map { WatchText.width($0.peer) }.max() ?? 0,
            endpointNeed: cells.map { WatchText.width($0.endpoint) }.max() ?? 0)
        var lines = [text([Span(title, .bold)]), heading(table)]
        if model.devices.isEmpty { lines.append(text([Span("no WireGuard devices")])) }
        for (device, rows) in shown {
            lines.append(header(of: device))
            for row in rows.peers { lines.append(line(row, table, model.now)) }
            if rows.hidden > 0 { lines.append(text([Span("  and \(count(rows.hidden, "more peer"))")])) }
        }
        let missing = model.devices.count - shown.count
        if missing > 0 { lines.append(text([Span("and \(count(missing, "more device"))")])) }
        return Array(lines.prefix(max(size.rows, 0)))
    }

    // MARK: What there is room for

    /// How many lines each device has for its peers; fewer devices than there are when not even their headers fit.
    private func shares(of devices: [WatchModel.Device]) -> [Int] {
        let room = max(size.rows - 2, 0)
        guard devices.count <= room else { return Array(repeating: 0, count: max(room - 1, 0)) }
        var rest = room - devices.count
        var shares = Array(repeating: 0, count: devices.count)
        let fewestFirst = devices.indices.sorted { devices[$0].peers.count < devices[$1].peers.count }
        for (done, index) in fewestFirst.enumerated() {
            shares[index] = min(devices[index].peers.count, rest / (devices.count - done))
            rest -= shares[index]
        }
        return shares
    }

    /// A peer with its texts.
    private struct Row {
        let peer: String
        let endpoint: String
        let values: WatchModel.Peer
    }

    private func rows(of device: WatchModel.Device, _ share: Int) -> (peers: [Row], hidden: Int) {
        let fits = device.peers.count <= share
        let visible = fits ? share : max(share - 1, 0)
        let peers = device.peersByActivity.prefix(visible).map { peer in
            let key = peer.state.publicKey
            let name = name(device.name, key).map { WatchText.harmless($0, asciiOnly: asciiOnly) }
            return Row(
                peer: name ?? key.base64, endpoint: peer.state.endpoint.map(endpointText) ?? "-", values: peer)
        }
        return (peers, share == 0 ? 0 : device.peers.count - visible)
    }

    // MARK: Lines

    private func header(of device: WatchModel.Device) -> String {
        let name = Span(device.name.text, .green)
        switch device.condition {
        case .gone(let absence):
            return text([name, Span("  gone for \(WatchText.age(UInt64(max(absence.components.seconds, 0))))", .red)])
        case .unreadable(let error):
            return text([name, Span("  can't be read: \(error.errno)", .red)])
        case .present:
            var facts = device.listenPort == 0 ? "" : "  port \(device.listenPort)"
            facts += "  " + count(device.peers.count, "peer")
            if let rate = device.rate {
                facts += "  in \(WatchText.bytes(rate.received))/s  out \(WatchText.bytes(rate.sent))/s"
            }
            if let key = device.publicKey, !key.isZero { facts += "  \(key.base64)" }
            let warning = device.isComplete ? "" : "  kept changing while it was read"
            return text([name, Span(warning, .red), Span(facts)])
        }
    }

    private func heading(_ table: WatchTable) -> String {
        cells(
            table, peer: "PEER", endpoint: "ENDPOINT", age: "HANDSHAKE", rates: ["RECV/S", "SENT/S"],
            totals: ["RECEIVED", "SENT"], activity: "ACTIVITY", peerColor: nil)
    }

    private func line(_ row: Row, _ table: WatchTable, _ now: HandshakeTime) -> String {
        let peer = row.values
        let rates = peer.rate.map { [WatchText.bytes($0.received), WatchText.bytes($0.sent)] } ?? ["-", "-"]
        return cells(
            table, peer: row.peer, endpoint: row.endpoint, age: age(peer.state.lastHandshake, now), rates: rates,
            totals: [WatchText.bytes(Double(peer.state.receivedBytes)), WatchText.bytes(Double(peer.state.sentBytes))],
            activity: sparkline(peer.recent, table.activity ?? 0), peerColor: .yellow)
    }

    private func cells(
        _ table: WatchTable, peer: String, endpoint: String, age: String, rates: [String], totals: [String],
        activity: String, peerColor: TerminalColor?
    ) -> String {
        let gap = String(repeating: " ", count: WatchTable.gap)
        var spans = [Span(String(repeating: " ", count: WatchTable.indent) + fitted(peer, table.peer), peerColor)]
        if let width = table.endpoint { spans.append(Span(gap + fitted(endpoint, width))) }
        spans.append(Span(gap + right(age, WatchTable.age)))
        for value in rates + (table.hasTotals ? totals : []) {
            spans.append(Span(gap + right(value, WatchTable.bytes)))
        }
        if table.activity != nil { spans.append(Span(gap + activity, .cyan)) }
        return text(peerColor == nil ? spans.map { Span($0.text, .bold) } : spans)
    }

    private func age(_ handshake: HandshakeTime?, _ now: HandshakeTime) -> String {
        guard let seconds = handshake?.seconds, seconds != 0 else { return "never" }
        guard seconds <= now.seconds else { return "in future" }
        return WatchText.age((now.seconds &- seconds).magnitude)
    }

    /// One character for each rate, the latest at the right, the greatest of them as high as can be.
    private func sparkline(_ rates: [Double], _ width: Int) -> String {
        let levels = Array(asciiOnly ? "_.:-=+*#" : "▁▂▃▄▅▆▇█")
        let shown = rates.suffix(width)
        let greatest = shown.max() ?? 0
        let bars = shown.map { rate in
            guard rate > 0 else { return levels[0] }
            return levels[1 + Int(rate / greatest * Double(levels.count - 2) + 0.5)]
        }
        return String(repeating: " ", count: width - bars.count) + String(bars)
    }

    // MARK: Pieces

    private struct Span {
        let text: String
        let color: TerminalColor?

        init(_ text: String, _ color: TerminalColor? = nil) {
            self.text = text
            self.color = color
        }
    }

    /// Pieces in a row, cut at the screen's edge.
    private func text(_ spans: [Span]) -> String {
        var room = size.columns
        return spans.map { span in
            let text = WatchText.cut(span.text, to: room, mark: mark)
            room -= WatchText.width(text)
            guard usesColor, let color = span.color, !text.isEmpty else { return text }
            return color.start + text + TerminalColor.reset
        }.joined()
    }

    private var mark: String { asciiOnly ? ".." : "…" }

    private func fitted(_ text: String, _ width: Int) -> String {
        let text = WatchText.cut(text, to: width, mark: mark)
        return text + String(repeating: " ", count: max(width - WatchText.width(text), 0))
    }

    private func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(width - WatchText.width(text), 0)) + text
    }

    private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
