public import WGModel

/// Changes settings and peers of a configuration file and leaves every other byte as it stands.
///
/// A new value takes the place of the old one in its line: the key's spelling, the spacing and a comment behind the value
/// stay. A new line is written as its neighbours are. Where the file says already what is asked for, nothing changes.
/// Parsing the edited document gives what the edit says; a document with errors can be edited too, and keeps them.
///
/// An edit costs what its section is long, so that many edits of a long file are no worry.
public struct DocumentEditor: Sendable {
    /// First what stands before any section, then a part for each section, from its header to the next one.
    var parts: [Part] = [Part(section: nil)]
    /// The parts of each peer, in order: a file may have several for one key. Those of [Interface] are one section.
    private(set) var peerParts: [PublicKey: [Int]] = [:]
    private(set) var interfaceParts: [Int] = []
    private let lastLineHasNoEnd: Bool

    /// Begins with a document as it stands.
    public init(_ document: Document) {
        var lines = document.lines
        lastLineHasNoEnd = lines.last.map { $0.ending.isEmpty } ?? false
        if lastLineHasNoEnd { lines[lines.count - 1].ending = lines[0].ending.isEmpty ? [10] : lines[0].ending }
        for line in lines {
            let lexer = Lexer(line.content)
            if lexer.shape == .section { parts.append(Part(header: lexer)) }
            parts[parts.count - 1].append(line)
        }
        for (index, part) in parts.enumerated() { register(part, index) }
    }

    /// The document as it is now.
    public var document: Document {
        var document = Document(bytes: [])
        document.lines = parts.flatMap(\.lines)
        if lastLineHasNoEnd, !document.lines.isEmpty { document.lines[document.lines.count - 1].ending = [] }
        return document
    }

    /// The public keys of the file's peers; those of sections without a valid one are missing.
    public var peers: Set<PublicKey> { Set(peerParts.keys) }

    private mutating func register(_ part: Part, _ index: Int) {
        if part.section == .interface { interfaceParts.append(index) }
        if let key = part.publicKey { peerParts[key, default: []].append(index) }
    }

    // MARK: Settings

    /// Gives a key of [Interface], or of a peer, its value.
    ///
    /// - Parameters:
    ///   - value: as it would be written behind the `=`.
    ///   - peer: for the keys of [Peer]. Of several sections with this key the last one is changed.
    public mutating func set(
        _ keyword: Keyword, to value: String, ofPeer peer: PublicKey? = nil
    ) throws(DocumentEditError) {
        try set(keyword, to: [value], ofPeer: peer)
    }

    /// Gives a key that may be repeated one line for each value.
    ///
    /// The first value takes the place of the first line's and so on; lines left over are removed. Of a key of which
    /// the last line counts, that line is changed.
    ///
    /// - Parameters:
    ///   - values: as they would be written behind the `=`. None removes the key.
    ///   - peer: for the keys of [Peer]. Of several sections with this key the last one is changed.
    public mutating func set(
        _ keyword: Keyword, to values: [String], ofPeer peer: PublicKey? = nil
    ) throws(DocumentEditError) {
        guard !values.isEmpty else { return try remove(keyword, ofPeer: peer) }
        guard values.count == 1 || keyword.isRepeatable else { throw .notRepeatable(keyword) }
        let values = try values.map { value throws(DocumentEditError) in try Setting.checked(value, for: keyword) }
        let candidates = try partsHolding(keyword, peer)
        let searched = keyword.section == .peer ? candidates.suffix(1) : candidates[...]
        var places = searched.flatMap { part in parts[part].lines(of: keyword).map { Place(part: part, line: $0) } }
        let written = places.map { parts[$0.part].lines[$0.line] }
        guard Setting.meaning(of: written, keyword) != Setting.meaning(of: values, keyword) else { return }

        if !keyword.isRepeatable { places = places.suffix(1) }
        for (place, value) in zip(places, values) {
            parts[place.part].setValue(value, inLine: place.line, keyword)
        }
        for place in places.dropFirst(values.count).reversed() { parts[place.part].remove(place.line) }
        let style = style()
        for value in values.dropFirst(places.count) {
            let behind = try places.isEmpty ? partsHolding(keyword, peer).last : places[places.count - 1].part
            if let behind {
                parts[behind].insert(keyword, value, style: style)
            } else {
                addInterface(keyword, value)
            }
        }
        if keyword == .publicKey, let peer { rename(peer) }
    }

    /// Takes a key away, all its lines with it; comments in lines of their own stay.
    ///
    /// - Parameter peer: for the keys of [Peer]; all sections with this key lose it.
    public mutating func remove(_ keyword: Keyword, ofPeer peer: PublicKey? = nil) throws(DocumentEditError) {
        guard keyword != .publicKey else { throw .publicKeyNeeded }
        for part in try partsHolding(keyword, peer) {
            for line in parts[part].lines(of: keyword).reversed() { parts[part].remove(line) }
        }
    }

    private struct Place {
        let part: Int
        let line: Int
    }

    private func partsHolding(_ keyword: Keyword, _ peer: PublicKey?) throws(DocumentEditError) -> [Int] {
        guard let peer else {
            guard keyword.section == .interface else { throw .wrongSection(keyword) }
            return interfaceParts
        }
        guard keyword.section == .peer else { throw .wrongSection(keyword) }
        guard let found = peerParts[peer] else { throw .noSuchPeer(peer) }
        return found
    }

    /// The last part of a peer has another key now.
    private mutating func rename(_ peer: PublicKey) {
        guard let index = peerParts[peer]?.popLast() else { return }
        if peerParts[peer]?.isEmpty == true { peerParts[peer] = nil }
        if let key = parts[index].publicKey {
            peerParts[key, default: []].append(index)
            peerParts[key]?.sort()
        }
    }

    /// A new section, before the first one and its comments.
    private mutating func addInterface(_ keyword: Keyword, _ value: String) {
        let style = style()
        var part = Part(section: .interface)
        part.append(style.line(Keyword.Section.interface.header))
        part.append(style.line(keyword, value))
        let first = parts.count > 1 ? parts[0].startOfCommentsOfNext : parts[0].lines.count
        let comments = Array(parts[0].lines[first...])
        parts[0].lines.removeSubrange(first...)
        if parts[0].lines.last.map({ !Part.isBlank($0) }) == true { parts[0].append(style.line("")) }
        if parts.count > 1 { part.append(style.line("")) }
        for comment in comments { part.append(comment) }
        parts.insert(part, at: 1)
        (peerParts, interfaceParts) = ([:], [])
        for (index, part) in parts.enumerated() { register(part, index) }
    }

    // MARK: Peers

    /// Adds a [Peer] section at the end of the file.
    ///
    /// - Parameter comment: goes above it; lines after `# `.
    public mutating func add(_ peer: PeerConfig, comment: String? = nil) throws(DocumentEditError) {
        guard peerParts[peer.publicKey] == nil else { throw .peerExists(peer.publicKey) }
        let settings = Setting.settings(of: peer)
        let text = settings.map { "\($0.keyword.name) = \($0.value)\n" }.joined()
        let parsed = ConfigParser.parseWireGuard(Document(text: "\(Keyword.Section.peer.header)\n\(text)"))
        guard parsed.value?.peers == [peer] else { throw .inexpressible(peer.publicKey) }

        let style = style(of: .peer)
        var part = Part(section: .peer)
        part.append(style.line(Keyword.Section.peer.header))
        for setting in settings { part.append(style.line(setting.keyword, setting.value)) }
        let last = lastPartWithText
        var blanks: [Document.Line] = []
        while let line = parts[last].lines.last, Part.isBlank(line) { blanks.append(parts[last].lines.removeLast()) }
        if let end = parts[last].lines.last, !isCompact || Part.isComment(end) { parts[last].append(style.line("")) }
        for line in (comment ?? "").split(whereSeparator: \.isNewline) { parts[last].append(style.line("# \(line)")) }
        for blank in blanks { part.append(blank) }
        parts.append(part)
        register(part, parts.count - 1)
    }

    /// Removes a peer: its sections, the comments inside and those that touch it above or below. What blank lines set
    /// apart stays, and so does a comment that touches the next section from above.
    public mutating func removePeer(_ key: PublicKey) throws(DocumentEditError) {
        guard let indices = peerParts.removeValue(forKey: key) else { throw .noSuchPeer(key) }
        for index in indices.reversed() { remove(part: index) }
    }

    private mutating func remove(part index: Int) {
        let isLast = parts[(index + 1)...].allSatisfy(\.lines.isEmpty)
        var rest = parts[index].lines[parts[index].endOfSection(isLast: isLast)...]
        parts[index] = Part(section: nil)
        let before = parts[..<index].lastIndex { !$0.lines.isEmpty } ?? 0
        parts[before].lines.removeSubrange(parts[before].startOfCommentsOfNext...)
        let isAtEnd = isLast && rest.isEmpty
        if parts[before].lines.isEmpty {
            if !isLast { rest = rest.drop(while: Part.isBlank) }
        } else if isAtEnd || rest.first.map(Part.isBlank) == true {
            while let line = parts[before].lines.last, Part.isBlank(line) { parts[before].lines.removeLast() }
        }
        parts[before].lines += rest
    }

    private var lastPartWithText: Int { parts.lastIndex { !$0.lines.isEmpty } ?? 0 }

    /// Whether sections follow each other without blank lines.
    private var isCompact: Bool {
        let separated = parts.indices.dropFirst().compactMap { index -> Bool? in
            guard !parts[index].lines.isEmpty, let before = parts[..<index].last(where: { !$0.lines.isEmpty }) else {
                return nil
            }
            let line = before.lines[..<before.startOfCommentsOfNext].last
            return line.map(Part.isBlank)
        }
        return !separated.isEmpty && !separated.contains(true)
    }

    /// How the settings of the last section of a kind are written, or else the file's first setting.
    private func style(of section: Keyword.Section? = nil) -> Style {
        let like = parts.last { $0.section != nil && $0.section == section }?.lines ?? []
        let lines = parts.lazy.flatMap(\.lines)
        return like.lazy.compactMap { Style(like: $0) }.first ?? lines.compactMap { Style(like: $0) }.first
            ?? Style(ending: lines.first?.ending ?? [10])
    }
}

/// Why an edit is refused; the document is then as it was.
public enum DocumentEditError: Error, Hashable, Sendable {
    /// A key of [Peer] without a peer, or a key of [Interface] with one.
    case wrongSection(Keyword)
    /// The file has no section for this peer.
    case noSuchPeer(PublicKey)
    /// The file has a section for this peer already.
    case peerExists(PublicKey)
    /// The parser would not take the value, or would take only a part of it; with the reason if it is one of the key's.
    case invalidValue(Keyword, ValueFault?)
    /// Several values for a key of which the last line counts.
    case notRepeatable(Keyword)
    /// A peer can't be without its public key.
    case publicKeyNeeded
    /// No section of a file means this: a list of allowed IPs that replaces and also removes, say.
    case inexpressible(PublicKey)
}
