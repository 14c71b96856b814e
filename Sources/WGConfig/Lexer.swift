/// Takes a line apart by the rules both grammars share, keeping where each byte stood.
///
/// A `#` begins a comment anywhere. White space counts for nothing anywhere, so `Listen Port = 5 1820` is a setting.
/// Commands are the exception: `#` and white space stand for themselves in them, so `wg-quick` takes those from
/// `rawValue`.
struct Lexer {
    /// The line as it stands, without its end.
    let content: [UInt8]
    /// Where the comment begins, or the line's end.
    let commentStart: Int
    /// The line without comment and white space.
    let squeezed: [UInt8]
    /// For each byte of `squeezed`, where it stands in `content`.
    let offsets: [Int]
    /// The first `=` in `squeezed`.
    let equals: Int?

    init(_ content: [UInt8]) {
        self.content = content
        commentStart = content.firstIndex(of: UInt8(ascii: "#")) ?? content.count
        var squeezed: [UInt8] = []
        var offsets: [Int] = []
        for index in 0..<commentStart where !ValueParser.isWhitespace(content[index]) {
            squeezed.append(content[index])
            offsets.append(index)
        }
        self.squeezed = squeezed
        self.offsets = offsets
        equals = squeezed.firstIndex(of: UInt8(ascii: "="))
    }

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

    var shape: Shape {
        if squeezed.isEmpty { return .blank }
        if squeezed[0] == UInt8(ascii: "[") { return .section }
        return equals == nil ? .other : .setting
    }

    /// What stands before the `=`, or everything.
    var wordRange: Range<Int> { 0..<(equals ?? squeezed.count) }

    /// What stands before the `=`, or everything; `nil` unless it is ASCII.
    var word: String? {
        let bytes = squeezed[wordRange]
        return bytes.allSatisfy { $0 < 128 } ? String(decoding: bytes, as: UTF8.self) : nil
    }

    /// The letters the line begins with, up to anything else, white space included.
    var leadingWord: Range<Int> {
        var end = 0
        while end < squeezed.count, ValueParser.isLetter(squeezed[end]) {
            if end > 0, offsets[end] != offsets[end - 1] + 1 { break }
            end += 1
        }
        return 0..<end
    }

    /// The key whose name the line begins with, whatever follows.
    var leadingKeyword: Keyword? { Keyword(name: String(decoding: squeezed[leadingWord], as: UTF8.self)) }

    /// The value's bytes without white space; empty without `=`.
    var value: [UInt8] { equals.map { Array(squeezed[($0 + 1)...]) } ?? [] }

    /// Where a range of `squeezed` stands in `content`. An empty range stands behind the byte before it.
    func contentRange(_ range: Range<Int>) -> Range<Int> {
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
        var value = content[(offsets[equals] + 1)..<(withComment ? content.count : commentStart)]
        while let first = value.first, ValueParser.isWhitespace(first) { value.removeFirst() }
        while let last = value.last, ValueParser.isWhitespace(last) { value.removeLast() }
        return value
    }
}
