public import WGModel

/// Lists of addresses, entry by entry.
extension DocumentEditor {
    /// Gives the interface these addresses and no others, as `Address` has them.
    ///
    /// Entries that stay keep their place and their spelling, whatever the order here. New ones go behind the last, into
    /// a line of their own if the others have such.
    public mutating func setAddresses(_ addresses: [IPPrefix]) throws(DocumentEditError) {
        try setEntries(.address, addresses, in: interfaceParts) { $0 }
    }

    /// Gives a peer these allowed IPs and no others; as `setAddresses`. Host bits don't count.
    ///
    /// A list with `+` or `-` is written anew. Of several sections with this key the last one is changed.
    public mutating func setAllowedIPs(_ prefixes: [IPPrefix], ofPeer peer: PublicKey) throws(DocumentEditError) {
        guard let parts = peerParts[peer] else { throw .noSuchPeer(peer) }
        guard !prefixes.isEmpty else { return try remove(.allowedIPs, ofPeer: peer) }
        try setEntries(.allowedIPs, prefixes, in: parts.suffix(1), ofPeer: peer, \.masked)
    }

    /// A line of a list.
    private struct EntryLine {
        let part: Int
        let line: Int
        let entries: [(text: String, prefix: IPPrefix)]
        let separator: String

        /// `nil` unless each entry is a prefix, without a sign.
        init?(_ part: Int, _ line: Int, _ content: [UInt8], _ keyword: Keyword) {
            let raw = Lexer(content).rawValue(withComment: false)
            let isList = keyword == .allowedIPs
            let parts = isList ? raw.split(separator: UInt8(ascii: ",")) : ValueParser.parts(raw)
            var entries: [(String, IPPrefix)] = []
            for part in parts {
                let text = part.filter { !ValueParser.isWhitespace($0) }
                guard let prefix = IPPrefix(utf8: text.span) else { return nil }
                entries.append((String(decoding: text, as: UTF8.self), prefix))
            }
            self.part = part
            self.line = line
            self.entries = entries
            let comma = raw.firstIndex(of: UInt8(ascii: ","))
            let isSpaced = comma.map { raw[$0...].dropFirst().first.map(ValueParser.isWhitespace) ?? true } ?? true
            separator = comma == nil && entries.count > 1 ? " " : isSpaced ? ", " : ","
        }
    }

    private mutating func setEntries(
        _ keyword: Keyword, _ wanted: [IPPrefix], in candidates: some Sequence<Int>, ofPeer peer: PublicKey? = nil,
        _ meaning: (IPPrefix) -> IPPrefix
    ) throws(DocumentEditError) {
        var lines: [EntryLine] = []
        for part in candidates {
            for line in parts[part].lines(of: keyword) {
                guard let entries = EntryLine(part, line, parts[part].lines[line].content, keyword) else {
                    return try set(keyword, to: [Self.list(wanted, ", ")], ofPeer: peer)
                }
                lines.append(entries)
            }
        }
        guard !lines.isEmpty, !wanted.isEmpty else {
            return try set(keyword, to: wanted.isEmpty ? [] : [Self.list(wanted, ", ")], ofPeer: peer)
        }
        var missing = Set(wanted.map(meaning))
        let kept = lines.map { line in
            line.entries.filter { missing.remove(meaning($0.prefix)) != nil }.map(\.text)
        }
        var added = wanted.filter { missing.remove(meaning($0)) != nil }.map(\.description)
        let hasOwnLines = kept.count(where: { !$0.isEmpty }) > 1 && kept.allSatisfy { $0.count <= 1 }
        let last = kept.lastIndex { !$0.isEmpty } ?? kept.count - 1
        // From the end, so that the lines before keep their numbers.
        for (index, line) in lines.enumerated().reversed() {
            var entries = kept[index]
            if index == last, hasOwnLines {
                for entry in added { parts[line.part].insert(keyword, entry, style: Style(ending: [10])) }
                added = []
            } else if index == last {
                entries += added
            }
            if entries.isEmpty {
                parts[line.part].remove(line.line)
            } else if entries.count != line.entries.count || entries.count != kept[index].count {
                let value = entries.joined(separator: line.separator)
                parts[line.part].setValue(value, inLine: line.line, keyword)
            }
        }
    }

    private static func list(_ prefixes: [IPPrefix], _ separator: String) -> String {
        prefixes.map(\.description).joined(separator: separator)
    }
}
