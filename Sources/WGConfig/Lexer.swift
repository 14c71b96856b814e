/// Takes a line apart by the rules both grammars share, keeping where each byte stood.
///
/// A `#` begins a comment anywhere. White space counts for nothing anywhere, so `Listen Port = 5 1820` is a setting.
/// Commands are the exception: `#` and white space stand for themselves in them, so `wg-quick` takes those from
/// `rawValue`.
///
/// One lexer reads line after line in the same memory; what only a diagnostic needs is found when it is asked for.
struct Lexer {
    /// The line as it stands, without its end; with the indices of the bytes it is part of.
    private(set) var line: ArraySlice<UInt8> = []
    /// Where the comment begins, or the line's end; from the line's start.
    private(set) var commentStart = 0
    private(set) var shape = Shape.blank
    private var wordExtent = Extent()
    private var valueExtent = Extent()
    /// Word and value without white space, where there is some inside.
    private var squeezedWord: [UInt8] = []
    private var squeezedValue: [UInt8] = []
    private var hasEquals = false
    /// Whether word and value are ASCII without NUL.
    private(set) var isPlain = true

    /// What a line is, before anybody asks what it means.
    enum Shape {
        /// Nothing but white space and comment.
        case blank
        /// Begins with `[`.
        case section
        /// Has a `=`.
        case setting
        case other
    }

    /// Where a word or a value stands.
    private struct Extent {
        var range = 0..<0
        /// Whether there is white space inside.
        var hasGaps = false

        mutating func add(_ more: Range<Int>) {
            hasGaps = hasGaps || (!range.isEmpty && range.upperBound != more.lowerBound)
            range = (range.isEmpty ? more.lowerBound : range.lowerBound)..<more.upperBound
        }
    }

    init() {}

    init(_ line: some Collection<UInt8>) { read(Array(line)[...]) }

    /// Goes on to another line.
    mutating func read(_ line: ArraySlice<UInt8>) {
        self.line = line
        let bytes = line.span
        var word = Extent()
        var value = Extent()
        commentStart = bytes.count
        hasEquals = false
        isPlain = true
        var index = 0
        while index < bytes.count {
            let start = index
            index = hasEquals ? ByteScan.endOfPlain(bytes, from: start) : ByteScan.endOfPlainWord(bytes, from: start)
            if index == start {
                let byte = bytes[index]
                if byte == UInt8(ascii: "#") {
                    commentStart = index
                    break
                }
                index += 1
                if ValueParser.isWhitespace(byte) { continue }
                if byte == UInt8(ascii: "="), !hasEquals {
                    hasEquals = true
                    continue
                }
                if byte == 0 || byte >= 128 { isPlain = false }
            }
            if hasEquals { value.add(start..<index) } else { word.add(start..<index) }
        }
        Self.squeeze(bytes, word, into: &squeezedWord)
        Self.squeeze(bytes, value, into: &squeezedValue)
        wordExtent = word
        valueExtent = value
        shape = Self.shape(bytes, word, hasEquals)
    }

    private static func squeeze(_ bytes: Span<UInt8>, _ extent: Extent, into squeezed: inout [UInt8]) {
        guard extent.hasGaps else { return }
        squeezed.removeAll(keepingCapacity: true)
        squeezed.append(addingCapacity: extent.range.count) { squeezed in
            for index in extent.range where bytes[index] > 32 || !ValueParser.isWhitespace(bytes[index]) {
                squeezed.append(bytes[index])
            }
        }
    }

    private static func shape(_ bytes: Span<UInt8>, _ word: Extent, _ hasEquals: Bool) -> Shape {
        if !word.range.isEmpty, bytes[word.range.lowerBound] == UInt8(ascii: "[") { return .section }
        return hasEquals ? .setting : word.range.isEmpty ? .blank : .other
    }

    private func part(_ extent: Extent) -> ArraySlice<UInt8> {
        line[line.startIndex + extent.range.lowerBound..<line.startIndex + extent.range.upperBound]
    }

    /// What stands before the first `=`, or everything, without white space.
    var word: ArraySlice<UInt8> { wordExtent.hasGaps ? squeezedWord[...] : part(wordExtent) }

    /// What stands behind the first `=`, without white space.
    var value: ArraySlice<UInt8> { valueExtent.hasGaps ? squeezedValue[...] : part(valueExtent) }

    /// The line as it stands, without its end; positions of diagnostics are indices of it.
    var content: [UInt8] { Array(line) }

    /// The line without comment and white space.
    var squeezed: [UInt8] { hasEquals ? word + [UInt8(ascii: "=")] + value : Array(word) }

    /// For each byte of `squeezed`, where it stands in `content`.
    var offsets: [Int] {
        let content = line.prefix(commentStart).enumerated()
        return content.lazy.filter { !ValueParser.isWhitespace($0.element) }.map(\.offset)
    }

    /// The first `=` in `squeezed`.
    var equals: Int? { hasEquals ? word.count : nil }

    /// What stands before the `=`, or everything.
    var wordRange: Range<Int> { 0..<word.count }

    /// The word as text; `nil` unless it is ASCII.
    var wordText: String? { word.allSatisfy { $0 < 128 } ? String(decoding: word, as: UTF8.self) : nil }

    /// The letters the line begins with, up to anything else, white space included.
    var leadingWord: Range<Int> {
        let (squeezed, offsets) = (squeezed, offsets)
        var end = 0
        while end < squeezed.count, ValueParser.isLetter(squeezed[end]) {
            if end > 0, offsets[end] != offsets[end - 1] + 1 { break }
            end += 1
        }
        return 0..<end
    }

    /// The key whose name the line begins with, whatever follows.
    var leadingKeyword: Keyword? { Keyword(utf8: squeezed[leadingWord].span) }

    /// The section whose header the line is.
    var section: Keyword.Section? { hasEquals ? nil : Keyword.Section(utf8: word.span) }

    /// From the `#` on; empty without.
    var comment: ArraySlice<UInt8> { line.dropFirst(commentStart) }

    /// The key whose name stands before the `=`, or is the whole line.
    var keyword: Keyword? { Keyword(utf8: word.span) }

    /// Where a range of `squeezed` stands in `content`. An empty range stands behind the byte before it.
    func contentRange(_ range: Range<Int>) -> Range<Int> {
        let offsets = offsets
        guard let first = range.first, let last = range.last, last < offsets.count else {
            let before = min(range.lowerBound, offsets.count)
            let position = before > 0 ? offsets[before - 1] + 1 : 0
            return position..<position
        }
        return offsets[first]..<offsets[last] + 1
    }

    /// Whether the word is written without white space inside, as wg-quick's own keys have to be.
    var isWordContiguous: Bool { contentRange(wordRange).count == wordRange.count }

    /// What stands behind the `=` without the white space around it; the slice's indices are those of `content`.
    ///
    /// - Parameter withComment: for commands, which keep `#`.
    func rawValue(withComment: Bool) -> ArraySlice<UInt8> {
        guard let equals else { return [] }
        let content = content
        var value = content[(offsets[equals] + 1)..<(withComment ? content.count : commentStart)]
        while let first = value.first, ValueParser.isWhitespace(first) { value.removeFirst() }
        while let last = value.last, ValueParser.isWhitespace(last) { value.removeLast() }
        return value
    }
}
