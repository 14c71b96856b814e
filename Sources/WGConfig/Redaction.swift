import WGModel

/// What of a line may be shown to somebody.
///
/// A line that reads `PrivateKey = ...` is easy. The others are those where the key's name is mistyped, where the `=` is
/// missing, or where a secret stands in a place of its own because a line was broken in two. So of a line that isn't
/// understood hardly anything is shown, and of the others nothing that could be a key.
struct Redaction {
    private let content: [UInt8]
    /// For each byte of the content: whether a `*` stands in for it.
    private let isHidden: [Bool]
    /// Comments are not shown.
    private let end: Int
    /// Whether the line's value, or the whole line, is hidden.
    let hidesValue: Bool

    /// - Parameter continues: the line before was broken and held a secret, perhaps, so that this may be its rest.
    init(_ lexer: Lexer, continues: Bool) {
        let content = lexer.content
        self.content = content
        let keyword = lexer.equals == nil ? nil : lexer.keyword
        end = keyword?.isHook == true ? content.count : lexer.commentStart
        let squeezed = lexer.squeezed
        var hidden = Array(repeating: false, count: squeezed.count)
        hidesValue = Self.hide(&hidden, of: lexer, keyword, continues)
        if keyword != .publicKey {
            let isNamed = keyword != nil || lexer.leadingKeyword == nil
            let value = isNamed ? lexer.equals.map { $0 + 1 } : nil
            Self.hideRuns(&hidden, squeezed, from: value ?? lexer.leadingWord.upperBound)
        }
        var isHidden = Array(repeating: false, count: content.count)
        for (index, offset) in lexer.offsets.enumerated() { isHidden[offset] = hidden[index] }
        if keyword?.isHook == true {
            for index in lexer.commentStart..<content.count { isHidden[index] = true }
        }
        self.isHidden = isHidden
    }

    /// The line as it may be shown: `*` for what is hidden, no comment, no control characters.
    var text: String {
        var last = end
        while last > 0, ValueParser.isWhitespace(content[last - 1]) { last -= 1 }
        return text(0..<last)
    }

    /// Part of the line as it may be shown. `nil` if any of it is hidden.
    func visibleText(_ range: Range<Int>) -> String? {
        range.contains { isHidden[$0] } ? nil : text(range)
    }

    /// The number of Unicode scalars that are shown for a part of the line.
    func width(_ range: Range<Int>) -> Int { text(range).unicodeScalars.count }

    private func text(_ range: Range<Int>) -> String {
        var bytes: [UInt8] = []
        for index in range.clamped(to: 0..<content.count) {
            let byte = content[index]
            if !isHidden[index] {
                bytes.append(byte)
            } else if byte & 0xc0 != 0x80 {
                bytes.append(UInt8(ascii: "*"))
            }
        }
        var text = ""
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            let isControl = (scalar.value < 32 && scalar != "\t") || (0x7f...0x9f).contains(scalar.value)
            text.unicodeScalars.append(isControl ? "\u{fffd}" : scalar)
        }
        return text
    }

    /// Hides what the line's word asks for, and says whether that includes the value.
    private static func hide(_ hidden: inout [Bool], of lexer: Lexer, _ keyword: Keyword?, _ continues: Bool) -> Bool {
        func hideFrom(_ start: Int) -> Bool {
            for index in min(start, hidden.count)..<hidden.count { hidden[index] = true }
            return true
        }
        if let keyword {
            return keyword.isSecret ? hideFrom(lexer.wordRange.upperBound + 1) : false
        }
        if lexer.shape == .section {
            return isHarmless(lexer.squeezed.dropFirst(), continues) ? false : hideFrom(1)
        }
        // A key's name without `=` behind it: "PrivateKey abc", "PrivateKey: abc".
        let first = lexer.leadingWord
        if let found = lexer.leadingKeyword {
            return found.isSecret || continues ? hideFrom(first.upperBound) : false
        }
        guard lexer.equals != nil else {
            return hideFrom(isHarmless(lexer.squeezed[first], continues) ? first.upperBound : 0)
        }
        let range = lexer.wordRange
        guard let word = lexer.wordText, isHarmless(lexer.squeezed[range], continues) else { return hideFrom(0) }
        let meant = Spelling.nearest(to: word, among: Keyword.allCases)
        if let meant, !meant.isSecret, !hintsAtSecret(word) { return false }
        return hideFrom(range.upperBound + 1)
    }

    /// Whether a word is one that people write as a name: near to a known one, or short, letters only, and in lower
    /// case or in camel case. A piece of base64 is hardly ever that. Where one may be expected, only the first counts.
    private static func isHarmless(_ bytes: ArraySlice<UInt8>, _ continues: Bool) -> Bool {
        let word = String(decoding: bytes.filter { $0 != UInt8(ascii: "]") }, as: UTF8.self)
        if Spelling.nearest(to: word, among: Keyword.allCases) != nil { return true }
        if Spelling.nearest(to: word, among: Keyword.Section.allCases) != nil { return true }
        if ForeignKeyword(name: word) != nil { return true }
        if continues { return false }
        var previousIsCapital = false
        for (position, byte) in word.utf8.enumerated() {
            guard ValueParser.isLetter(byte) else { return false }
            let isCapital = byte < 97
            if isCapital, previousIsCapital || (position > 0 && position + 1 == word.utf8.count) { return false }
            previousIsCapital = isCapital
        }
        return word.utf8.count <= 12
    }

    private static func hintsAtSecret(_ word: String) -> Bool {
        let lower = word.lowercased()
        return ["key", "psk", "priv", "secret", "shared"].contains { lower.hasBytes(of: $0) }
    }

    /// Hides every run of so many or more characters of base64 or hexadecimal, whatever stands between them as white space.
    fileprivate static func hideRuns(_ hidden: inout [Bool], _ squeezed: [UInt8], from: Int, shortest: Int = 20) {
        var start = from
        while start < squeezed.count {
            var end = start
            while end < squeezed.count, isKeyCharacter(squeezed[end]) { end += 1 }
            if end - start >= shortest {
                for index in start..<end { hidden[index] = true }
            }
            start = end + 1
        }
    }

    private static func isKeyCharacter(_ byte: UInt8) -> Bool {
        ValueParser.isLetter(byte) || (48...57).contains(byte) || "+/=".utf8.contains(byte)
    }
}

extension DiagnosticText {
    /// A word of a command line as it may be shown: `*` for what could be a key, by its length and its characters. Most paths
    /// are shorter, or have a dot in them.
    public static func hidingKeys(_ word: String) -> String {
        let bytes = Array(word.utf8)
        var hidden = Array(repeating: false, count: bytes.count)
        Redaction.hideRuns(&hidden, bytes, from: 0, shortest: 40)
        return String(decoding: zip(bytes, hidden).map { $1 ? UInt8(ascii: "*") : $0 }, as: UTF8.self)
    }
}
