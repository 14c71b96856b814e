public import WGModel

/// Reads the names that people and programs give to peers in the comments of a configuration file.
///
/// `PeerComment` knows the forms of a comment. Where a peer has several, a form that says it is a name wins over one that
/// marks a client's lines, and that over a plain comment; of those alike, one inside the section wins over one above it.
public struct PeerNames {
    /// The peers that have a name. A name is one line of at most `lengthLimit` characters, without control characters.
    public static func read(_ document: Document) -> [PublicKey: String] {
        var reader = PeerNames()
        var lexer = Lexer()
        for line in document.lines {
            lexer.read(line.content[...])
            reader.read(lexer)
        }
        reader.endParagraph()
        reader.endSection()
        return reader.names
    }

    /// In Unicode scalars.
    public static let lengthLimit = 64

    private var names: [PublicKey: String] = [:]
    private var section: Section?
    /// Comments that may belong to the section before them or to the one after them.
    private var pending: [PeerComment] = []
    /// Whether a blank line parts the pending comments from the section before them.
    private var isPartedFromSection = true

    /// A [Peer] section while it is read.
    private struct Section {
        var key: PublicKey?
        var hasSettings = false
        private var best: (comment: PeerComment, place: Place)?

        /// In the order of precedence.
        enum Place: Int {
            case inside
            case above
            /// Behind the heading or the key.
            case trailing
        }

        var name: String? { best?.comment.name }

        /// Of those alike the first one stays.
        mutating func consider(_ comment: PeerComment, _ place: Place) {
            if let best, (best.comment.form.rawValue, best.place.rawValue) <= (comment.form.rawValue, place.rawValue) {
                return
            }
            best = (comment, place)
        }
    }

    private mutating func read(_ line: Lexer) {
        switch line.shape {
        case .section: readHeading(line)
        case .setting, .other: readSetting(line)
        case .blank where !line.comment.isEmpty: readComment(line)
        case .blank: endParagraph()
        }
    }

    private mutating func readHeading(_ line: Lexer) {
        endSection()
        if line.section == .peer {
            section = Section()
            for comment in pending { section?.consider(comment, .above) }
            readTrailingComment(line)
        }
        pending = []
    }

    private mutating func readSetting(_ line: Lexer) {
        let isKey = line.keyword == .publicKey
        for comment in pending where isKey || comment.form != .plain { section?.consider(comment, .inside) }
        pending = []
        isPartedFromSection = false
        section?.hasSettings = true
        guard isKey else { return }
        if let key = PublicKey(base64: line.value) { section?.key = key }
        readTrailingComment(line)
    }

    private mutating func readTrailingComment(_ line: Lexer) {
        if case .name(let comment) = PeerComment.read(line.comment) {
            section?.consider(comment, .trailing)
        }
    }

    private mutating func readComment(_ line: Lexer) {
        switch PeerComment.read(line.comment) {
        case .name(let comment):
            if section?.hasSettings == false {
                section?.consider(comment, .inside)
            } else {
                pending.append(comment)
            }
        case .end:
            endSection()
            pending = []
        case nil: break
        }
    }

    /// At a blank line: a plain comment counts only where it stands next to something.
    private mutating func endParagraph() {
        pending.removeAll { $0.form == .plain }
        if !isPartedFromSection {
            for comment in pending { section?.consider(comment, .inside) }
            pending = []
        }
        isPartedFromSection = true
    }

    private mutating func endSection() {
        if let section, let key = section.key, let name = section.name { names[key] = name }
        section = nil
    }
}
