import WGModel

extension DocumentEditor {
    /// The lines of one section, its header first, or those before any section.
    struct Part: Sendable {
        /// `nil` for a section that isn't known, and for text outside sections.
        let section: Keyword.Section?
        var lines: [Document.Line] = []

        init(section: Keyword.Section?) { self.section = section }

        init(header: Lexer) { section = header.section }

        mutating func append(_ line: Document.Line) { lines.append(line) }

        mutating func remove(_ line: Int) { lines.remove(at: line) }

        /// The lines that set a key, as the parser sees them.
        func lines(of keyword: Keyword) -> [Int] {
            guard section == keyword.section else { return [] }
            return lines.indices.filter { Self.keyword(of: Lexer(lines[$0].content)) == keyword }
        }

        /// The last valid one counts.
        var publicKey: PublicKey? {
            guard section == .peer else { return nil }
            return lines(of: .publicKey).reversed().lazy
                .compactMap { PublicKey(base64: Lexer(lines[$0].content).value) }.first
        }

        static func keyword(of lexer: Lexer) -> Keyword? {
            guard lexer.shape == .setting, let keyword = lexer.keyword else { return nil }
            return keyword.program == .wg || lexer.isWordContiguous ? keyword : nil
        }

        // MARK: Settings

        /// Puts a value where the old one stands.
        mutating func setValue(_ value: String, inLine index: Int, _ keyword: Keyword) {
            let lexer = Lexer(lines[index].content)
            let old = lexer.rawValue(withComment: keyword.isHook)
            guard old.isEmpty else {
                lines[index].content.replaceSubrange(old.startIndex..<old.endIndex, with: value.utf8)
                return
            }
            let equals = lexer.contentRange(lexer.wordRange.upperBound..<lexer.wordRange.upperBound + 1).upperBound
            let end = lexer.rawValue(withComment: keyword.isHook).endIndex
            let isCommented = end < lexer.content.endIndex
            lines[index].content.replaceSubrange(equals..<end, with: " \(value)\(isCommented ? " " : "")".utf8)
        }

        /// A new line behind the last one with the same key, or else behind the section's last setting, and like it.
        mutating func insert(_ keyword: Keyword, _ value: String, style: Style) {
            let position = lines(of: keyword).last ?? lines.lastIndex { Lexer($0.content).shape == .setting }
            let style = position.flatMap { Style(like: lines[$0]) } ?? style
            lines.insert(style.line(keyword, value), at: (position ?? 0) + 1)
        }

        // MARK: Comments

        static func isBlank(_ line: Document.Line) -> Bool { line.content.allSatisfy(ValueParser.isWhitespace) }

        static func isComment(_ line: Document.Line) -> Bool {
            line.content.first { !ValueParser.isWhitespace($0) } == UInt8(ascii: "#")
        }

        /// Where the comments begin that touch the next section's header from above.
        var startOfCommentsOfNext: Int {
            var start = lines.endIndex
            while start > 0, Self.isComment(lines[start - 1]), !Self.belongsAbove(lines[start - 1]) { start -= 1 }
            return start
        }

        /// `### end NAME ###`, or a setting that is commented out.
        private static func belongsAbove(_ line: Document.Line) -> Bool {
            let text = line.content.drop { ValueParser.isWhitespace($0) || $0 == UInt8(ascii: "#") }
            let marks = line.content.prefix { ValueParser.isWhitespace($0) || $0 == UInt8(ascii: "#") }
            if marks.count(where: { $0 == UInt8(ascii: "#") }) >= 3 {
                let word = text.prefix { ValueParser.isLetter($0) }
                return ValueParser.isWord("end", word.span)
            }
            return keyword(of: Lexer(Array(text))) != nil
        }

        /// The line after the last one that goes with the section: its last setting and comments that touch it.
        func endOfSection(isLast: Bool) -> Int {
            let next = isLast ? lines.endIndex : startOfCommentsOfNext
            var end = (lines.lastIndex { Lexer($0.content).shape != .blank } ?? 0) + 1
            while end < next, Self.isComment(lines[end]) { end += 1 }
            return end
        }
    }

    /// How lines are written.
    struct Style {
        private var indent: [UInt8] = []
        private var separator = " = "
        private var isLowercase = false
        private var ending: [UInt8]

        init(ending: [UInt8]) { self.ending = ending }

        /// `nil` unless the line sets a key.
        init?(like line: Document.Line) {
            let lexer = Lexer(line.content)
            guard Part.keyword(of: lexer) != nil, let word = lexer.wordText else { return nil }
            let range = lexer.contentRange(lexer.wordRange)
            let equals = lexer.contentRange(lexer.wordRange.upperBound..<lexer.wordRange.upperBound + 1)
            let isSpaceBefore = range.upperBound < equals.lowerBound
            let isSpaceBehind = lexer.content[equals.upperBound...].first.map(ValueParser.isWhitespace) ?? isSpaceBefore
            indent = Array(line.content.prefix { ValueParser.isWhitespace($0) })
            separator = "\(isSpaceBefore ? " " : "")=\(isSpaceBehind ? " " : "")"
            isLowercase = word == word.lowercased()
            ending = line.ending
        }

        func line(_ keyword: Keyword, _ value: String) -> Document.Line {
            var line = Document.Line("\(isLowercase ? keyword.name.lowercased() : keyword.name)\(separator)\(value)")
            line.content.insert(contentsOf: indent, at: line.content.startIndex)
            line.ending = ending
            return line
        }

        /// A header, a comment or a blank line.
        func line(_ text: String) -> Document.Line {
            var line = Document.Line(text)
            line.ending = ending
            return line
        }
    }

    /// A key with its value as written.
    struct Setting {
        let keyword: Keyword
        let value: String

        /// The value without white space around it, if the parser takes it as it is.
        static func checked(_ value: String, for keyword: Keyword) throws(DocumentEditError) -> String {
            var bytes = Array(value.utf8)[...]
            while let first = bytes.first, ValueParser.isWhitespace(first) { bytes.removeFirst() }
            while let last = bytes.last, ValueParser.isWhitespace(last) { bytes.removeLast() }
            let isWhole = !bytes.contains(10) && (keyword.isHook || !bytes.contains(UInt8(ascii: "#")))
            guard !bytes.isEmpty, isWhole else { throw .invalidValue(keyword, bytes.isEmpty ? .empty : nil) }
            let text = String(decoding: bytes, as: UTF8.self)
            let result = ConfigParser.parseQuick(document([line(keyword, text)], keyword))
            guard result.value != nil else {
                let faults = result.diagnostics.lazy.compactMap { diagnostic in
                    if case .invalidValue(_, let fault, _) = diagnostic.kind { fault } else { nil }
                }
                throw .invalidValue(keyword, faults.first)
            }
            return text
        }

        /// What some lines with a key mean together; `nil` for nothing or an error.
        static func meaning(of lines: [Document.Line], _ keyword: Keyword) -> QuickConfig? {
            lines.isEmpty ? nil : ConfigParser.parseQuick(document(lines, keyword)).value
        }

        static func meaning(of values: [String], _ keyword: Keyword) -> QuickConfig? {
            meaning(of: values.map { line(keyword, $0) }, keyword)
        }

        private static func line(_ keyword: Keyword, _ value: String) -> Document.Line {
            Document.Line("\(keyword.name) = \(value)")
        }

        private static func document(_ lines: [Document.Line], _ keyword: Keyword) -> Document {
            var document = Document(text: "\(keyword.section.header)\n")
            if keyword.section == .peer, keyword != .publicKey {
                document.lines.append(line(.publicKey, PublicKey.zero.base64))
            }
            document.lines += lines
            return document
        }

        /// The lines of a [Peer] section.
        static func settings(of peer: PeerConfig) -> [Setting] {
            var settings = [Setting(keyword: .publicKey, value: peer.publicKey.base64)]
            func add(_ keyword: Keyword, _ value: String?) {
                if let value { settings.append(Setting(keyword: keyword, value: value)) }
            }
            let prefixes = peer.allowedIPs.map { change in
                switch change {
                case .add(let prefix): peer.replaceAllowedIPs ? "\(prefix)" : "+\(prefix)"
                case .remove(let prefix): "-\(prefix)"
                }
            }
            add(.presharedKey, peer.presharedKey?.base64)
            add(.allowedIPs, prefixes.isEmpty ? nil : prefixes.joined(separator: ", "))
            add(.endpoint, peer.endpoint?.description)
            add(.persistentKeepalive, peer.persistentKeepalive.map(String.init))
            return settings
        }
    }
}
