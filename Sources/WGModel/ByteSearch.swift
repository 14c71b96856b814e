extension String {
    /// Where the bytes of `text` stand first among those of the string, as offsets; `nil` when they don't.
    ///
    /// By bytes, not by characters: a `#` with a combining character behind it is another character, and yet begins a
    /// comment for whoever reads bytes.
    package func bytes(of text: String) -> Range<Int>? {
        let all = Array(utf8)
        let wanted = Array(text.utf8)
        guard wanted.count <= all.count else { return nil }
        let start = (0...all.count - wanted.count).first { all[$0..<$0 + wanted.count].elementsEqual(wanted) }
        return start.map { $0..<$0 + wanted.count }
    }

    /// Whether the bytes of `text` are among those of the string.
    package func hasBytes(of text: String) -> Bool { bytes(of: text) != nil }
}
