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

    /// What `wg-quick strip` prints: the file without wg-quick's keys of [Interface], and one more line end.
    ///
    /// The same bytes as the stock tool's, which reads lines with a shell: spaces and tabs around a line and NUL are lost,
    /// a line end is added where the last line has none, a key goes even without a `=`, and whatever begins with
    /// `[` ends the section. Here alone white space inside `[Interface]` makes no other section of it, as in the parser.
    public static func strip(_ document: Document) -> [UInt8] {
        let kept = stripLines(document).filter { $0.keyword == nil }
        return kept.flatMap { $0.lexer.content + [lineFeed] } + [lineFeed]
    }

    /// For what the stock tool strips nothing: a `SaveConfig` that is neither true nor false.
    public static func badSaveConfig(in document: Document) -> Diagnostic? {
        for line in stripLines(document) where line.keyword == .saveConfig {
            let lexer = line.lexer
            if case .success = ValueParser.boolean(lexer.rawValue(withComment: false)) { continue }
            let shown = Redaction(lexer, continues: false)
            return Diagnostic(
                kind: .invalidValue(.saveConfig, .notBoolean, text: nil), line: line.number, column: 1,
                length: shown.text.unicodeScalars.count, suggestion: nil, sourceLine: shown.text)
        }
        return nil
    }

    /// A line as the shell of the stock tool reads it.
    private struct StripLine {
        /// From 1.
        let number: Int
        let lexer: Lexer
        /// The key of wg-quick that it sets.
        let keyword: Keyword?
    }

    private static func stripLines(_ document: Document) -> [StripLine] {
        var lines: [StripLine] = []
        var isInterface = false
        for (index, line) in document.lines.enumerated() {
            let text = trimmed(line.content.filter { $0 != 0 } + line.ending.prefix { $0 != lineFeed })
            if text.isEmpty && line.ending.isEmpty { continue }
            let lexer = Lexer(text)
            if lexer.word.first == UInt8(ascii: "[") {
                isInterface = Keyword.Section(utf8: lexer.word.span) == .interface
            }
            var keyword: Keyword?
            if isInterface, let found = lexer.keyword, found.program == .wgQuick, lexer.isWordContiguous {
                keyword = found
            }
            lines.append(StripLine(number: index + 1, lexer: lexer, keyword: keyword))
        }
        return lines
    }

    private static let lineFeed = UInt8(ascii: "\n")

    private static func trimmed(_ text: [UInt8]) -> [UInt8] {
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let start = text.firstIndex { !isBlank($0) } ?? text.endIndex
        let end = text.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start
        return Array(text[start..<end])
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
