public import WGModel

/// Writes configuration files.
public enum ConfigPrinter {
    /// The text of `wg showconf`: what `wg setconf` needs to bring another device into this state.
    ///
    /// - Parameter endpointText: makes the text of an endpoint; a scope needs the interface's name, which only the
    ///   system knows.
    public static func showconf(_ state: DeviceState, endpointText: (Endpoint) -> String) -> String {
        var text = "\(Keyword.Section.interface.header)\n"
        func line(_ keyword: Keyword, _ value: some CustomStringConvertible) {
            text += "\(keyword.name) = \(value)\n"
        }
        if state.listenPort != 0 { line(.listenPort, state.listenPort) }
        if state.fwmark != 0 { line(.fwmark, "0x" + String(state.fwmark, radix: 16)) }
        if let key = state.privateKey, !key.isZero { line(.privateKey, key.base64) }
        text += "\n"
        for (index, peer) in state.peers.enumerated() {
            if index > 0 { text += "\n" }
            text += "\(Keyword.Section.peer.header)\n"
            line(.publicKey, peer.publicKey.base64)
            if let key = peer.presharedKey, !key.isZero { line(.presharedKey, key.base64) }
            if !peer.allowedIPs.isEmpty {
                line(.allowedIPs, peer.allowedIPs.map(\.description).joined(separator: ", "))
            }
            if let endpoint = peer.endpoint { line(.endpoint, endpointText(endpoint)) }
            if peer.persistentKeepalive != 0 { line(.persistentKeepalive, peer.persistentKeepalive) }
        }
        return text
    }

    /// The file without wg-quick's keys of [Interface], every other byte as it stands, and one more line end.
    public static func strip(_ document: Document) -> [UInt8] {
        var kept = Document(bytes: [])
        var isInterface = false
        for line in document.lines {
            let lexer = Lexer(line.content)
            if lexer.shape == .section {
                let text = String(decoding: lexer.squeezed, as: UTF8.self).lowercased()
                isInterface = text == Keyword.Section.interface.header.lowercased()
            }
            if isInterface, lexer.shape == .setting, lexer.isWordContiguous, let word = lexer.word,
                Keyword(name: word)?.program == .wgQuick
            {
                continue
            }
            kept.lines.append(line)
        }
        return kept.bytes + [UInt8(ascii: "\n")]
    }
}
