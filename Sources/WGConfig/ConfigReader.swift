import WGModel

/// The state of one pass over a document. `ConfigReader+Values` holds what each key does.
struct ConfigReader {
    let program: Keyword.Program
    let tables: RouteTableNames
    var config = QuickConfig()
    var diagnostics: [Diagnostic] = []
    var places = NamePlaces()
    var hasErrors = false

    var line = 0
    private(set) var lexer = Lexer()
    var peer: PendingPeer?
    private var place: Place = .nowhere
    /// Where each key of the section was seen first. All [Interface] sections are one.
    private var interfaceLines: [(keyword: Keyword, line: Int)] = []
    private var peerLines: [(keyword: Keyword, line: Int)] = []
    /// By the hash of a peer's key, which takes a third of the room of the key, the line where the key was seen first.
    private var linesOfPeers: [Int: Int32] = [:]
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
        /// What that line holds.
        var header: ArraySlice<UInt8>
    }

    init(program: Keyword.Program, tables: RouteTableNames = RouteTableNames()) {
        self.program = program
        self.tables = tables
    }

    mutating func read(_ document: Document) {
        for line in document.lines { readLine(line.content[...]) }
        endPeer()
    }

    /// - Parameter content: the next line, without its end.
    mutating func readLine(_ content: ArraySlice<UInt8>) {
        line += 1
        if line == 1, content.starts(with: [0xef, 0xbb, 0xbf]) {
            enter(content.dropFirst(3))
            report(.byteOrderMark, at: 0..<0)
        } else {
            enter(content)
        }
        readLine()
    }

    private mutating func enter(_ content: ArraySlice<UInt8>) {
        lexer.read(content)
        cachedRedaction = nil
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
        guard checkBytes() else {
            place = .unknown
            return
        }
        let section = lexer.section ?? unknownSection()
        place = section.map { .section($0) } ?? .unknown
        if section == .peer { beginPeer() }
    }

    /// Reports it, and gives back what was meant.
    private mutating func unknownSection() -> Keyword.Section? {
        let word = lexer.squeezed.filter { $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: "]") }
        let meant = Spelling.nearest(to: String(decoding: word, as: UTF8.self), among: Keyword.Section.allCases)
        let range = lexer.contentRange(lexer.squeezed.indices)
        let shown = redaction().visibleText(range)
        report(.unknownSection(shown), at: range, suggestion: meant?.header)
        return meant
    }

    private mutating func beginPeer() {
        peerLines.removeAll(keepingCapacity: true)
        peer = PendingPeer(config: PeerConfig(publicKey: .zero), line: line, header: lexer.line)
    }

    mutating func endPeer() {
        guard let ended = peer.take() else { return }
        if !ended.hasPublicKey {
            let saved = (line: line, content: lexer.line)
            line = ended.line
            enter(ended.header)
            report(.missingPublicKey, at: lexer.contentRange(lexer.squeezed.indices))
            line = saved.line
            enter(saved.content)
        }
        config.wireGuard.peers.append(ended.config)
    }

    /// Called once the peer's key is known; the diagnostic belongs to that line.
    mutating func checkRepeatedPeer() {
        guard let key = peer?.config.publicKey else { return }
        let hash = key.hashValue
        guard let first = linesOfPeers.updateValue(Int32(clamping: line), forKey: hash) else { return }
        linesOfPeers[hash] = first
        guard config.wireGuard.peers.contains(where: { $0.publicKey == key }) else { return }
        report(.repeatedPeer(key, firstLine: Int(first)), at: valueRange)
    }

    // MARK: Settings

    private mutating func readSetting() {
        let keyword = lexer.keyword
        let isQuick = keyword?.program == .wgQuick
        guard let keyword, !isQuick || lexer.isWordContiguous else {
            reportUnknownKey(lexer.wordText ?? "")
            return
        }
        guard checkBytes(withComment: keyword.isHook) else { return }
        guard place != .unknown else { return }
        if isQuick, program == .wg {
            report(.quickKey(keyword), at: lexer.contentRange(lexer.wordRange))
            return
        }
        if place == .nowhere {
            report(
                .keyBeforeSection(keyword), at: lexer.contentRange(lexer.wordRange), suggestion: keyword.section.header)
            place = .section(keyword.section)
            if keyword.section == .peer { beginPeer() }
        }
        guard place == .section(keyword.section) else {
            report(.wrongSection(keyword), at: lexer.contentRange(lexer.wordRange), suggestion: keyword.section.header)
            return
        }
        noteRepetition(of: keyword)
        readValue(of: keyword)
    }

    private mutating func noteRepetition(of keyword: Keyword) {
        let isInterface = keyword.section == .interface
        let seen = (isInterface ? interfaceLines : peerLines).first { $0.keyword == keyword }
        if let seen {
            guard !keyword.isRepeatable else { return }
            report(.repeatedKey(keyword, firstLine: seen.line), at: lexer.contentRange(lexer.wordRange))
        } else if isInterface {
            interfaceLines.append((keyword, line))
        } else {
            peerLines.append((keyword, line))
        }
    }

    private mutating func reportUnknownKey(_ word: String) {
        guard checkBytes(), place != .unknown else { return }
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
        report(.unknownKey(shown), at: range, suggestion: commentMark ?? meant?.name)
        // A mistyped PublicKey is not a missing one.
        if meant == .publicKey { peer?.hasPublicKey = true }
    }

    private mutating func reportOther() {
        guard checkBytes(), place != .unknown else { return }
        if let keyword = lexer.leadingKeyword {
            report(.missingEquals(keyword), at: lexer.contentRange(lexer.leadingWord))
        } else {
            report(.unrecognizedLine, at: lexer.contentRange(lexer.squeezed.indices), suggestion: commentMark)
        }
    }

    /// What the line should begin with, if it begins like a comment in other languages.
    private var commentMark: String? {
        lexer.word.first == UInt8(ascii: ";") || lexer.word.starts(with: "//".utf8) ? "#" : nil
    }

    // MARK: Reports

    /// Where the value stands; behind the `=` if there is none.
    var valueRange: Range<Int> {
        lexer.contentRange(min(lexer.wordRange.upperBound + 1, lexer.squeezed.count)..<lexer.squeezed.count)
    }

    /// Reports a NUL or bytes that aren't UTF-8 in the part of the line that counts.
    private mutating func checkBytes(withComment: Bool = false) -> Bool {
        guard withComment || !lexer.isPlain else { return true }
        let content = lexer.content
        let bytes = withComment ? content[...] : content[..<lexer.commentStart]
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
