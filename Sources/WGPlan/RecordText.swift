// Records are read by bytes: a text in them may begin with a combining character, which would be one with the space or the
// mark before it.
extension StringProtocol {
    /// What stands between single spaces.
    func recordWords(maxSplits: Int = .max) -> [SubSequence] {
        utf8.split(separator: UInt8(ascii: " "), maxSplits: maxSplits, omittingEmptySubsequences: false)
            .map { self[$0.startIndex..<$0.endIndex] }
    }

    /// What stands behind a mark at the beginning; `nil` without the mark.
    func value(after mark: String) -> String? {
        utf8.starts(with: mark.utf8) ? String(self[utf8.index(startIndex, offsetBy: mark.utf8.count)...]) : nil
    }
}
