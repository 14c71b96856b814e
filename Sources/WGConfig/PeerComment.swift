/// What a comment says about a peer's name.
///
/// ```
/// # friendly_name = laptop     prometheus_wireguard_exporter
/// # Name = laptop              also with a colon
/// # Client: laptop (7)         wg-easy; the number or UUID is no part of the name
/// ### Client laptop            wireguard-install
/// ### begin laptop ###         PiVPN, with its ### end laptop ###
/// # BEGIN_PEER laptop          another wireguard-install, with its # END_PEER laptop
/// # laptop                     people
/// ```
struct PeerComment: Equatable {
    let name: String
    let form: Form

    /// In the order of precedence.
    enum Form: Int {
        case friendlyName
        case name
        /// A program's mark of a client's lines.
        case client
        case plain
    }

    /// What a comment may be that has a meaning here.
    enum Meaning: Equatable {
        case name(PeerComment)
        /// The end of a client's lines.
        case end
    }

    /// - Parameter comment: from its `#` on, or nothing.
    static func read(_ comment: ArraySlice<UInt8>) -> Meaning? {
        // Whatever is longer by far is no name, and costs no more than this.
        let comment = comment.prefix(1024)
        let hashes = comment.prefix { $0 == hash }.count
        let text = Text(comment.dropFirst(hashes))
        guard !text.bytes.isEmpty else { return nil }
        let inner = Text(text.bytes.trimmingSuffix { $0 == hash })
        let isFramed = hashes >= 3 && inner.bytes.count < text.bytes.count

        if text.rest(after: "END_PEER") != nil || (isFramed && inner.rest(after: "end") != nil) { return .end }
        if let value = text.value(of: "friendly_name") { return named(value, .friendlyName) }
        if let value = text.value(of: "name") { return named(value, .name) }
        if let value = text.value(of: "client") ?? text.value(of: "peer") {
            return named(value.withoutIdentifier, .client)
        }
        if hashes >= 3, let value = inner.rest(after: "client") { return named(value, .client) }
        if isFramed, let value = inner.rest(after: "begin") { return named(value, .client) }
        if let value = text.rest(after: "BEGIN_PEER") { return named(value, .client) }
        return inner.isPlainName ? named(inner, .plain) : nil
    }

    private static func named(_ text: Text, _ form: Form) -> Meaning? {
        guard let name = text.name(isWhole: form == .plain) else { return nil }
        return .name(PeerComment(name: name, form: form))
    }
}

private let hash = UInt8(ascii: "#")

/// Part of a comment, without white space around it.
private struct Text {
    let bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes.drop(while: ValueParser.isWhitespace).trimmingSuffix(while: ValueParser.isWhitespace)
    }

    /// What follows a word in any case and white space.
    func rest(after word: String) -> Text? {
        guard let rest = suffix(after: word), rest.first.map(ValueParser.isWhitespace) ?? true else { return nil }
        return Text(rest)
    }

    /// What follows a word in any case, and `=` or a colon.
    func value(of word: String) -> Text? {
        guard let rest = suffix(after: word).map(Text.init), let first = rest.bytes.first,
            first == UInt8(ascii: "=") || first == UInt8(ascii: ":")
        else { return nil }
        return Text(rest.bytes.dropFirst())
    }

    private func suffix(after word: String) -> ArraySlice<UInt8>? {
        let word = word.utf8
        guard bytes.count >= word.count, zip(bytes, word).allSatisfy({ Self.lower($0) == Self.lower($1) }) else {
            return nil
        }
        return bytes.dropFirst(word.count)
    }

    private static func lower(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte + 32 : byte }

    /// `laptop (7)` or `laptop (2f9e4a0c-...)` without what is in parentheses.
    var withoutIdentifier: Text {
        guard bytes.last == UInt8(ascii: ")"), let open = bytes.lastIndex(of: UInt8(ascii: "(")) else { return self }
        let inside = bytes[(open + 1)...].dropLast()
        let isNumber = !inside.isEmpty && inside.allSatisfy { (48...57).contains($0) }
        let isUUID =
            inside.count == 36
            && inside.allSatisfy { (48...57).contains($0) || (97...102).contains(Self.lower($0)) || $0 == 45 }
        return isNumber || isUUID ? Text(bytes[..<open]) : self
    }

    /// Whether a comment without any mark may be a name: no setting that was commented out, no heading, no tag.
    var isPlainName: Bool { bytes.first != UInt8(ascii: "[") && !bytes.contains(UInt8(ascii: "=")) }

    /// The name as it may be shown; `nil` if it is none, such as a line of dashes, or what could be a key.
    ///
    /// - Parameter isWhole: whether a text that is too long is none either, and not a name to cut off.
    func name(isWhole: Bool) -> String? {
        guard !hasKey else { return nil }
        var name = String.UnicodeScalarView()
        var hasWord = false
        var count = 0
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            guard count < PeerNames.lengthLimit else {
                if isWhole { return nil }
                name.removeLast()
                name.append("\u{2026}")
                break
            }
            let shown = Self.shown(scalar)
            if shown == " ", name.last == " " { continue }
            hasWord = hasWord || Self.isWord(shown)
            name.append(shown)
            count += 1
        }
        return hasWord ? String(name) : nil
    }

    /// A run of base64 as long as a key: secrets are commented out too, and names are shown to others.
    private var hasKey: Bool { bytes.split { !Self.isBase64($0) }.contains { $0.count >= 40 } }

    private static func isBase64(_ byte: UInt8) -> Bool {
        ValueParser.isLetter(byte) || (47...57).contains(byte) || byte == UInt8(ascii: "+")
    }

    /// One kind of space, and nothing that would move the cursor or turn the text around. U+200D joins emoji.
    private static func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        if (32..<127).contains(scalar.value) { return scalar }
        if scalar.properties.isWhitespace { return " " }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .unassigned, .privateUse: return scalar == "\u{200d}" ? scalar : "\u{fffd}"
        default: return scalar
        }
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar.properties.isEmojiPresentation
    }
}

extension ArraySlice<UInt8> {
    fileprivate func trimmingSuffix(while predicate: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        var end = endIndex
        while end > startIndex, predicate(self[end - 1]) { end -= 1 }
        return self[..<end]
    }
}
