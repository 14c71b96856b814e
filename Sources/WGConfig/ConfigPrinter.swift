public import WGModel

/// Writes configuration files.
public enum ConfigPrinter {
    /// The text of `wg showconf`: what `wg setconf` needs to bring another device into this state.
    ///
    /// - Parameter endpointText: makes the text of an endpoint; a scope needs the interface's name, which only the
    ///   system knows.
    public static func showconf(_ state: DeviceState, endpointText: (Endpoint) -> String) -> String {
        var text = TextBuffer()
        showconf(state, to: &text, endpointText: endpointText) { _ in }
        return text.string
    }

    /// The same, written to a buffer.
    ///
    /// - Parameter pause: called after each peer, so that the buffer may be emptied.
    public static func showconf(
        _ state: DeviceState, to text: inout TextBuffer, endpointText: (Endpoint) -> String,
        pause: (inout TextBuffer) -> Void
    ) {
        text.append("\(Keyword.Section.interface.header)\n")
        if state.listenPort != 0 { text.line(.listenPort) { $0.append(UInt64(state.listenPort)) } }
        if state.fwmark != 0 { text.line(.fwmark) { $0.append("0x" + String(state.fwmark, radix: 16)) } }
        if let key = state.privateKey, !key.isZero { text.line(.privateKey) { $0.appendBase64(key.bytes) } }
        text.append("\n")
        for (index, peer) in state.peers.enumerated() {
            if index > 0 { text.append("\n") }
            append(peer, to: &text, endpointText)
            pause(&text)
        }
    }

    private static func append(_ peer: PeerState, to text: inout TextBuffer, _ endpointText: (Endpoint) -> String) {
        text.append("\(Keyword.Section.peer.header)\n")
        text.line(.publicKey) { $0.appendBase64(peer.publicKey.bytes) }
        if let key = peer.presharedKey, !key.isZero { text.line(.presharedKey) { $0.appendBase64(key.bytes) } }
        if !peer.allowedIPs.isEmpty { text.line(.allowedIPs) { $0.append(peer.allowedIPs, separator: ", ") } }
        if let endpoint = peer.endpoint { text.line(.endpoint) { $0.append(endpointText(endpoint)) } }
        if peer.persistentKeepalive != 0 {
            text.line(.persistentKeepalive) { $0.append(UInt64(peer.persistentKeepalive)) }
        }
    }

    /// The file without wg-quick's keys of [Interface], every other byte as it stands, and one more line end.
    public static func strip(_ document: Document) -> [UInt8] {
        var kept = Document(bytes: [])
        var isInterface = false
        var lexer = Lexer()
        for line in document.lines {
            lexer.read(line.content[...])
            if lexer.shape == .section {
                isInterface = lexer.section == .interface
            }
            if isInterface, lexer.shape == .setting, lexer.isWordContiguous, lexer.keyword?.program == .wgQuick {
                continue
            }
            kept.lines.append(line)
        }
        return kept.bytes + [UInt8(ascii: "\n")]
    }
}

extension TextBuffer {
    /// `KEY = VALUE`
    fileprivate mutating func line(_ keyword: Keyword, _ value: (inout TextBuffer) -> Void) {
        append(keyword.name)
        append(" = ")
        value(&self)
        append("\n")
    }
}
