/// One thing to say about a file: what the parser reports, or a lint.
public struct Finding: Equatable, Sendable {
    /// How bad it is.
    public enum Severity: String, Sendable {
        /// The configuration can't be used, or can't be meant.
        case error
        /// It works, but probably not as meant.
        case warning
        /// Worth knowing.
        case note
    }

    /// What it is.
    public enum Kind: Equatable, Sendable {
        case diagnostic(Diagnostic.Kind)
        case lint(Lint)
    }

    /// Part of a line.
    public struct Place: Equatable, Sendable {
        /// From 1.
        public let line: Int
        /// From 1, in Unicode scalars of the line as it stands.
        public let column: Int
        /// In Unicode scalars; 0 where something is missing.
        public let length: Int
        /// The line as it may be shown: keys are hidden, and the columns are right nonetheless.
        public let sourceLine: String
    }

    /// What is found; `FindingText` makes the text.
    public let kind: Kind
    /// `nil` for what is about the file as a whole.
    public let place: Place?
    /// The other place, where it takes two.
    public let related: Place?
    /// The key or section that was probably meant.
    public let suggestion: String?

    init(_ lint: Lint, at place: Place? = nil, related: Place? = nil) {
        kind = .lint(lint)
        self.place = place
        self.related = related
        suggestion = nil
    }

    init(_ diagnostic: Diagnostic, _ shown: Diagnostic.Kind, at place: Place) {
        kind = .diagnostic(shown)
        self.place = place
        related = nil
        suggestion = diagnostic.suggestion
    }

    /// Follows from the kind.
    public var severity: Severity {
        switch kind {
        case .diagnostic(let kind): kind.severity == .error ? .error : .warning
        case .lint(let lint): lint.severity
        }
    }

    /// Names the kind for programs; never changes.
    public var code: String {
        switch kind {
        case .diagnostic(let kind): kind.code
        case .lint(let lint): lint.code
        }
    }
}

extension Diagnostic.Kind {
    /// Names the kind for programs; never changes.
    public var code: String {
        switch self {
        case .byteOrderMark: "byte-order-mark"
        case .nulByte: "nul-byte"
        case .notUTF8: "not-utf-8"
        case .unknownSection: "unknown-section"
        case .unrecognizedLine: "unrecognized-line"
        case .unknownKey: "unknown-key"
        case .foreignKey: "foreign-key"
        case .quickKey: "wg-quick-key"
        case .keyBeforeSection: "key-before-section"
        case .wrongSection: "wrong-section"
        case .missingEquals: "missing-equals"
        case .emptyValue: "empty-value"
        case .invalidValue: "invalid-value"
        case .missingPublicKey: "missing-public-key"
        case .repeatedKey: "repeated-key"
        case .hostBits: "host-bits"
        case .repeatedPeer: "repeated-peer"
        case .emptyValueIgnored: "empty-value-ignored"
        }
    }
}
