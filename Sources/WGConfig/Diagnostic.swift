public import WGModel

/// One thing that is wrong, or odd, about a configuration file, and where.
public struct Diagnostic: Equatable, Sendable {
    /// Whether the configuration can be used nonetheless.
    public enum Severity: Equatable, Sendable {
        case error
        /// The configuration works, but perhaps not as meant.
        case warning
    }

    /// What is wrong; `DiagnosticText` makes the text.
    public let kind: Kind
    /// From 1.
    public let line: Int
    /// From 1, in Unicode scalars of the line as it stands.
    public let column: Int
    /// In Unicode scalars; 0 where something is missing.
    public let length: Int
    /// The key or section that was probably meant.
    public let suggestion: String?
    /// The line as it may be shown: keys are hidden, and the columns are right nonetheless.
    public let sourceLine: String

    /// Follows from the kind.
    public var severity: Severity { kind.severity }

    /// What is wrong. Texts in here may be shown; one that could be part of a key is `nil`.
    public enum Kind: Equatable, Sendable {
        /// The file begins with the bytes EF BB BF.
        case byteOrderMark
        case nulByte
        case notUTF8
        case unknownSection(String?)
        /// A line that is neither a section nor a setting.
        case unrecognizedLine
        case unknownKey(String?)
        /// A key of AmneziaWG.
        case foreignKey(ForeignKeyword)
        /// A key of wg-quick where only those of wg are legal.
        case quickKey(Keyword)
        case keyBeforeSection(Keyword)
        case wrongSection(Keyword)
        case missingEquals(Keyword)
        case emptyValue(Keyword)
        case invalidValue(Keyword, ValueFault, text: String?)
        /// Positioned at the [Peer] line.
        case missingPublicKey
        /// The last value counts.
        case repeatedKey(Keyword, firstLine: Int)
        /// The entry has bits set beyond its prefix; `masked` is what the device makes of it.
        case hostBits(IPPrefix, masked: IPPrefix)
        /// Two [Peer] sections with one public key: the second one's allowed IPs replace the first one's.
        case repeatedPeer(PublicKey, firstLine: Int)
        /// A key of wg-quick without a value, which does nothing.
        case emptyValueIgnored(Keyword)
    }
}

/// A value, unless something is wrong with the file, and everything there is to say about it.
public struct ParseResult<Value: Sendable>: Sendable {
    /// `nil` when any diagnostic is an error.
    public var value: Value?
    /// In the order of the lines.
    public var diagnostics: [Diagnostic]
    /// Where the names stand that are still to be resolved.
    public var places: NamePlaces

    /// A result as it is.
    public init(value: Value?, diagnostics: [Diagnostic], places: NamePlaces = NamePlaces()) {
        self.value = value
        self.diagnostics = diagnostics
        self.places = places
    }
}

/// Where names stand that only the system can turn into numbers. What is a number already has no place here, so that
/// this stays small.
public struct NamePlaces: Equatable, Sendable {
    /// Where a value begins.
    public struct Place: Hashable, Sendable {
        /// From 1.
        public let line: Int
        /// From 1, in Unicode scalars.
        public let column: Int
    }

    /// Of a listen port that is the name of a service.
    public internal(set) var listenPort: Place?
    /// Of endpoints whose host or port is a name, by the index of the peer.
    public internal(set) var endpoints: [Int: Place] = [:]

    /// No names.
    public init() {}
}

extension Diagnostic.Kind {
    /// How bad a diagnostic of this kind is.
    public var severity: Diagnostic.Severity {
        switch self {
        case .repeatedKey, .hostBits, .repeatedPeer, .emptyValueIgnored: .warning
        default: .error
        }
    }
}
