import WGModel

/// The state of one pass over a document. `ConfigReader+Values` holds what each key does.
struct ConfigReader {
    let program: Keyword.Program
    var config = QuickConfig()
    var diagnostics: [Diagnostic] = []
    var places = NamePlaces()
    var hasErrors = false

    var line = 0
    var lexer = Lexer([]) {
        didSet { cachedRedaction = nil }
    }
    var peer: PendingPeer?
    private var place: Place = .nowhere
    /// Where each key of the section was seen first. All [Interface] sections are one.
    private var interfaceLines: [Keyword: Int] = [:]
    private var peerLines: [Keyword: Int] = [:]
    private var linesOfPeers: [PublicKey: Int] = [:]
    /// Whether this line may be the rest of a secret: see `Redaction`.
    private var continues = false
    private var cachedRedaction: Redaction?

    enum Place: Equatable {
        /// Before the first section.
        case nowhere
        case section(Keyword.Section)
        /// A section that isn't known, and whose keys are not judged therefore.
        case unknown
    }

    /// A [Peer] section while it is read.
    struct PendingPeer {
        var config: PeerConfig
        /// Whether a PublicKey was there, be it invalid.
        var hasPublicKey = false
        var line: Int
        var lexer: Lexer
    }

    init(program: Keyword.Program) { self.program = program }

    mutating func read(_ document: Document) {
        for (index, documentLine) in document.lines.enumerated() {
            line = index + 1
            var content = documentLine.content
            if index == 0, content.starts(with: [0xef, 0xbb, 0xbf]) {
                content.removeFirst(3)
                lexer = Lexer(content)
                report(.byteOrderMark, at: 0..<0)
            }
            lexer = Lexer(content)
            readLine()
        }
        endPeer()
    }

    private mutating func readLine() {
        let errors = diagnostics.count
        switch lexer.shape {
        case .blank: return
        case .section: readSection()
        case .setting: readSetting()
        case .other: reportOther()
        }
        guard diagnostics.count > errors else {
            continues = false
            return
        }
        // A value that is a whole key has no rest.
        let isWhole = PrivateKey(base64: lexer.value) != nil
        continues = !isWhole && (lexer.equals == nil || redaction().hidesValue)
    }

    // MARK: Sections

    private mutating func readSection() {
        endPeer()
        guard checkBytes(0..<lexer.commentStart) else {
            place = .unknown
            return
        }
        let text = String(decoding: lexer.squeezed, as: UTF8.self)
        let known = Keyword.Section.allCases.first { $0.header.lowercased() == text.lowercased() }
        let word = text.filter { $0 != "[" && $0 != "]" }
        let meant = known ?? Spelling.nearest(to: word, among: Keyword.Section.allCases)
        if known == nil {
            let range = lexer.contentRange(lexer.squeezed.indices)
            let shown = redaction().visibleText(range)
            report(.unknownSection(shown), at: range, suggestion: meant?.header)
        }
        place = meant.map { .section($0) } ?? .unknown
        if meant == .peer { beginPeer() }
    }

    private mutating func beginPeer() {
        peerLines = [:]
        peer = PendingPeer(config: PeerConfig(publicKey: .zero), line: line, lexer: lexer)
    }

    private mutating func endPeer() {
        guard let ended = peer else { return }
        peer = nil
        if !ended.hasPublicKey {
            let (savedLine, savedLexer) = (line, lexer)
            (line, lexer) = (ended.line, ended.lexer)
            report(.missingPublicKey, at: lexer.contentRange(lexer.squeezed.indices))
            (line, lexer) = (savedLine, savedLexer)
        }
        config.wireGuard.peers.append(ended.config)
    }

    /// Called once the peer's key is known; the diagnostic belongs to that line.
    mutating func checkRepeatedPeer() {
        guard let key = peer?.config.publicKey else { return }
        if let first = linesOfPeers[key] {
            report(.repeatedPeer(key, firstLine: first), at: valueRange)
        } else {
            linesOfPeers[key] = line
        }
    }

    // MARK: Settings

    private mutating func readSetting() {
        let word = lexer.word ?? ""
        let keyword = Keyword(name: word)
        let isQuick = keyword?.program == .wgQuick
        guard let keyword, !isQuick || lexer.isWordContiguous else {
            reportUnknownKey(word)
            return
        }
        guard checkBytes(0..<(keyword.isHook ? lexer.content.count : lexer.commentStart)) else { return }
        guard place != .unknown else { return }
        let wordRange = lexer.contentRange(lexer.wordRange)
        if isQuick, program == .wg {
            report(.quickKey(keyword), at: wordRange)
            return
        }
        if place == .nowhere {
            report(.keyBeforeSection(keyword), at: wordRange, suggestion: keyword.section.header)
            place = .section(keyword.section)
            if keyword.section == .peer { beginPeer() }
        }
        guard place == .section(keyword.section) else {
            report(.wrongSection(keyword), at: wordRange, suggestion: keyword.section.header)
            return
        }
        noteRepetition(of: keyword, wordRange)
        readValue(of: keyword)
    }

    private mutating func noteRepetition(of keyword: Keyword, _ range: Range<Int>) {
        let isInterface = keyword.section == .interface
        let first = isInterface ? interfaceLines[keyword] : peerLines[keyword]
        if let first {
            if !keyword.isRepeatable { report(.repeatedKey(keyword, firstLine: first), at: range) }
        } else if isInterface {
            interfaceLines[keyword] = line
        } else {
            peerLines[keyword] = line
        }
    }

    private mutating func reportUnknownKey(_ word: String) {
        guard checkBytes(0..<lexer.commentStart), place != .unknown else { return }
        let range = lexer.contentRange(lexer.wordRange)
        if word.isEmpty || lexer.leadingKeyword != nil {
            reportOther()
            return
        }
        if let foreign = ForeignKeyword(name: word) {
            report(.foreignKey(foreign), at: range)
            return
        }
        let known = Keyword.allCases.filter { program == .wgQuick || $0.program == .wg }
        let meant = Spelling.nearest(to: word, among: known)
        let shown = redaction().visibleText(range)
        report(.unknownKey(shown), at: range, suggestion: meant?.name)
        // A mistyped PublicKey is not a missing one.
        if meant == .publicKey { peer?.hasPublicKey = true }
    }

    private mutating func reportOther() {
        guard checkBytes(0..<lexer.commentStart), place != .unknown else { return }
        if let keyword = lexer.leadingKeyword {
            report(.missingEquals(keyword), at: lexer.contentRange(lexer.leadingWord))
        } else {
            report(.unrecognizedLine, at: lexer.contentRange(lexer.squeezed.indices))
        }
    }

    // MARK: Reports

    /// Where the value stands; behind the `=` if there is none.
    var valueRange: Range<Int> {
        lexer.contentRange(min(lexer.wordRange.upperBound + 1, lexer.squeezed.count)..<lexer.squeezed.count)
    }

    /// Reports a NUL or bytes that aren't UTF-8 in a part of the line that counts.
    private mutating func checkBytes(_ range: Range<Int>) -> Bool {
        let bytes = lexer.content[range]
        if let nul = bytes.firstIndex(of: 0) {
            report(.nulByte, at: nul..<nul + 1)
            return false
        }
        if let invalid = Self.firstInvalid(bytes) {
            report(.notUTF8, at: invalid..<invalid + 1)
            return false
        }
        return true
    }

    /// The first byte that isn't part of UTF-8 text.
    private static func firstInvalid(_ bytes: ArraySlice<UInt8>) -> Int? {
        var parser = UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var position = bytes.startIndex
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let scalar): position += scalar.count
            case .error: return position
            case .emptyInput: return nil
            }
        }
    }

    /// What may be shown of the line; most lines are never asked.
    mutating func redaction() -> Redaction {
        if let cachedRedaction { return cachedRedaction }
        let redaction = Redaction(lexer, continues: continues)
        cachedRedaction = redaction
        return redaction
    }

    /// - Parameter range: in the line's content.
    mutating func report(_ kind: Diagnostic.Kind, at range: Range<Int>, suggestion: String? = nil) {
        let shown = redaction()
        let diagnostic = Diagnostic(
            kind: kind, line: line, column: shown.width(0..<range.lowerBound) + 1, length: shown.width(range),
            suggestion: suggestion, sourceLine: shown.text)
        // A missing PublicKey is found at the section's end.
        let position = diagnostics.lastIndex { $0.line <= line }.map { $0 + 1 } ?? 0
        diagnostics.insert(diagnostic, at: position)
        if diagnostic.severity == .error { hasErrors = true }
    }
}
