/// The text of diagnostics, the same for all programs.
///
/// ```
/// wg0.conf:3:1: error: unknown key `Adress'
///     Adress = 10.0.0.1/24
///     ^~~~~~ did you mean `Address'?
/// ```
public enum DiagnosticText {
    /// How many diagnostics are shown at most.
    private static let limit = 100

    /// Each with its line and the place in it, with a line end after the last. Of very many only the first are shown,
    /// errors rather than warnings, and the number of the others.
    public static func render(_ diagnostics: [Diagnostic], file: String) -> String {
        guard diagnostics.count > limit else { return diagnostics.map { render($0, file: file) }.joined() }
        let errors = diagnostics.filter { $0.severity == .error }.prefix(limit)
        let warnings = diagnostics.filter { $0.severity == .warning }.prefix(limit - errors.count)
        let shown = (errors + warnings).sorted { $0.line < $1.line }
        let text = shown.map { render($0, file: file) }.joined()
        return text + "\(file): \(diagnostics.count - shown.count) more errors or warnings like these\n"
    }

    /// Two or three lines: what and where, the source line unless it is blank, and the marks under it.
    public static func render(_ diagnostic: Diagnostic, file: String) -> String {
        let severity = diagnostic.severity == .error ? "error" : "warning"
        let text = "\(file):\(diagnostic.line):\(diagnostic.column): \(severity): \(message(diagnostic.kind))\n"
        let hint = diagnostic.suggestion.map { suggestionText($0, for: diagnostic.kind) }
        guard !diagnostic.sourceLine.isEmpty else {
            return text + (hint.map { "    \($0)\n" } ?? "")
        }
        return text + marked(diagnostic.sourceLine, diagnostic.column, diagnostic.length, hint)
    }

    /// The source line, and below it the marks and what they are to say.
    static func marked(_ sourceLine: String, _ column: Int, _ length: Int, _ hint: String?) -> String {
        let window = Window(sourceLine, column, length)
        return "    \(window.source)\n    \(window.marks)\(hint.map { " " + $0 } ?? "")\n"
    }

    /// One line without a position, such as "unknown key `Adress'".
    public static func message(_ kind: Diagnostic.Kind) -> String {
        switch kind {
        case .byteOrderMark: "the file begins with a UTF-8 byte order mark (EF BB BF); save it without one"
        case .nulByte: "a NUL byte; this is not a text file"
        case .notUTF8: "bytes that are not UTF-8"
        case .unknownSection(let name): "unknown section" + quoted(name)
        case .unrecognizedLine: "neither a section nor KEY = VALUE"
        case .unknownKey(let name): "unknown key" + quoted(name)
        case .foreignKey(let key): "`\(key.rawValue)' is a key of AmneziaWG, which this program does not implement"
        case .quickKey(let key): "`\(key.name)' is a key of wg-quick(8), not of wg(8)"
        case .keyBeforeSection(let key): "`\(key.name)' before any section"
        case .wrongSection(let key): "`\(key.name)' belongs in \(key.section.header)"
        case .missingEquals(let key): "no `=' after `\(key.name)'"
        case .emptyValue(let key): "`\(key.name)' has no value"
        case .invalidValue(let key, let fault, nil): "\(key.name) \(explanation(of: fault))"
        case .invalidValue(let key, let fault, let text): "\(key.name):\(quoted(text)) \(explanation(of: fault))"
        case .missingPublicKey: "this peer has no PublicKey"
        case .repeatedKey(let key, let first): "`\(key.name)' again, after line \(first); this one counts"
        case .hostBits(let prefix, let masked): "\(prefix) has bits set beyond its prefix; it will be \(masked)"
        case .repeatedPeer(_, let first):
            "the same peer as in line \(first); these allowed IPs will replace those"
        case .emptyValueIgnored(let key): "`\(key.name)' has no value and does nothing"
        }
    }

    /// What is wrong with a value, as the rest of a sentence that begins with the value: "is not an IP address".
    public static func explanation(of fault: ValueFault) -> String {
        switch fault {
        case .empty: "is empty"
        case .keyLength(let count): "is not a key: 44 characters of base64 are wanted, these are \(count)"
        case .keyNotBase64: "is not a key: these 44 characters are not the base64 of 32 bytes"
        case .notPort: "is neither a port number nor a service name"
        case .portOutOfRange(nil): "is not a port: 0 to 65535"
        case .portOutOfRange(let wrapped?): "is not a port: 0 to 65535; the stock tools would take \(wrapped)"
        case .notFwmark: "is neither a number (decimal, or 0x and hexadecimal) nor off"
        case .fwmarkOutOfRange: "is too large: a mark has 32 bits"
        case .notSeconds: "is neither a number of seconds nor off"
        case .secondsOutOfRange: "is out of range: 0 to 65535 seconds"
        case .emptyEntry: "has an empty entry"
        case .notAddress: "is not an IP address"
        case .notPrefixLength: "has no number after the slash"
        case .prefixLengthOutOfRange(let bits): "is too long a prefix: the address has \(bits) bits"
        case .endpointWithoutHost: "has no host before the port"
        case .endpointWithoutPort: "has no port: HOST:PORT is wanted"
        case .endpointBracket: "is not [ADDRESS]:PORT"
        case .notMTU: "is not a number of bytes"
        case .mtuOutOfRange: "is not an MTU: 68 to 65535"
        case .notTable: "is not a routing table: auto, off, a number, or a name of rt_tables"
        case .tableOutOfRange: "is not a routing table: 1 to 4294967295"
        case .notBoolean: "is neither true nor false"
        case .notUTF8: "is not UTF-8"
        }
    }

    private static func quoted(_ text: String?) -> String { text.map { " `\($0)'" } ?? "" }

    static func suggestionText(_ suggestion: String, for kind: Diagnostic.Kind) -> String {
        switch kind {
        case _ where suggestion == "#": "a comment begins with `#'"
        case .keyBeforeSection, .wrongSection: "put it under `\(suggestion)'"
        default: "did you mean `\(suggestion)'?"
        }
    }

    /// The part of a long line around the place that is meant, and the marks under it.
    private struct Window {
        var source = ""
        var marks = ""

        init(_ sourceLine: String, _ column: Int, _ length: Int) {
            let scalars = Array(sourceLine.unicodeScalars)
            let mark = min(max(0, column - 1), scalars.count)
            let start = scalars.count <= 100 ? 0 : max(0, mark - 40)
            let end = min(scalars.count, start + 100)
            if start > 0 {
                source = "..."
                marks = "   "
            }
            source.unicodeScalars.append(contentsOf: scalars[start..<end])
            if end < scalars.count { source += "..." }
            // Tabs stay, so that the marks stand below what they mean.
            marks.unicodeScalars.append(contentsOf: scalars[start..<max(start, mark)].map { $0 == "\t" ? "\t" : " " })
            let length = max(1, min(length, end - mark))
            marks += "^" + String(repeating: "~", count: length - 1)
        }
    }
}
