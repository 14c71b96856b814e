public import WGModel

/// Looks for what is wrong or odd about a configuration file of `wg-quick`, in the file alone.
public enum Linter {
    /// What the file itself doesn't say.
    public struct Facts: Equatable, Sendable {
        /// What the private key of the file belongs to, if it has one.
        public var publicKey: PublicKey?
        /// Whether others than its owner and group may read the file.
        public var isOpenToOthers: Bool
        /// What is wrong with the file's name, if anything.
        public var fileName: Lint?
        /// The host's names for routing tables.
        public var tables: RouteTableNames

        /// A file with a good name that is nobody else's business.
        public init(
            publicKey: PublicKey? = nil, isOpenToOthers: Bool = false, fileName: Lint? = nil,
            tables: RouteTableNames = RouteTableNames()
        ) {
            self.publicKey = publicKey
            self.isOpenToOthers = isOpenToOthers
            self.fileName = fileName
            self.tables = tables
        }
    }

    /// Everything there is to say about a file: first about the file as a whole, then in the order of the lines.
    public static func findings(in document: Document, _ facts: Facts = Facts()) -> [Finding] {
        let source = LintSource(document, facts.tables)
        let parsed = ConfigParser.parseQuick(document, tables: facts.tables).diagnostics.map { finding($0, source) }
        var lints = LintPass(source: source, facts: facts)
        lints.run()
        let found = (parsed + lints.findings).enumerated().sorted { left, right in
            key(left.element, left.offset) < key(right.element, right.offset)
        }
        return found.map(\.element)
    }

    /// The file's private key, for `Facts.publicKey`.
    public static func privateKey(in document: Document) -> PrivateKey? {
        LintSource(document).interface.privateKey?.value
    }

    /// A secret in the place of a public key is known here only: the parser shows public keys.
    private static func finding(_ diagnostic: Diagnostic, _ source: LintSource) -> Finding {
        var kind = diagnostic.kind
        if case .invalidValue(let key, let fault, let text?) = kind, source.masked(text) != text {
            kind = .invalidValue(key, fault, text: nil)
        }
        let place = Finding.Place(
            line: diagnostic.line, column: diagnostic.column, length: diagnostic.length,
            sourceLine: source.masked(diagnostic.sourceLine))
        return Finding(diagnostic, kind, at: place)
    }

    private static func key(_ finding: Finding, _ offset: Int) -> (Int, Int, Int) {
        (finding.place?.line ?? 0, finding.place?.column ?? 0, offset)
    }
}

/// One run over a file.
struct LintPass {
    let source: LintSource
    let facts: Linter.Facts
    private(set) var findings: [Finding] = []

    init(source: LintSource, facts: Linter.Facts) {
        self.source = source
        self.facts = facts
    }

    var interface: LintSource.Interface { source.interface }
    var peers: [LintSource.Peer] { source.peers }

    mutating func run() {
        if let lint = facts.fileName { report(lint) }
        if facts.isOpenToOthers { report(.openToOthers) }
        checkKeys()
        checkPrefixes()
        checkEndpoints()
        checkFullTunnel()
        checkInterface()
        checkHooks()
    }

    mutating func report(
        _ lint: Lint, _ place: LintSource.PlaceRange? = nil, related: LintSource.PlaceRange? = nil
    ) {
        findings.append(Finding(lint, at: place.map(source.place), related: related.map(source.place)))
    }
}
