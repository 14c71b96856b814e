/// Finds one of a few ASCII names in bytes of text, without making a string of them.
public struct NameTable: Sendable {
    private struct Entry: Sendable {
        let position: Int
        let start: Int
    }

    private let ignoresCase: Bool
    private var letters: [UInt8] = []
    /// By the length of their names.
    private var entries: [Entry] = []
    /// Of the entries, those whose names have so many bytes.
    private var ranges: [Range<Int>] = []

    /// - Parameter ignoresCase: whether ASCII letters of either case are the same.
    public init(_ names: [String], ignoresCase: Bool) {
        self.ignoresCase = ignoresCase
        let lengths = names.map(\.utf8.count)
        for length in 0...(lengths.max() ?? 0) {
            let first = entries.count
            for position in names.indices where lengths[position] == length {
                entries.append(Entry(position: position, start: letters.count))
                letters += names[position].utf8
            }
            ranges.append(first..<entries.count)
        }
    }

    /// The position of the name in the array it came from.
    public func position(of text: Span<UInt8>) -> Int? {
        guard text.count < ranges.count else { return nil }
        for index in ranges[text.count] where isEqual(text, entries[index].start) { return entries[index].position }
        return nil
    }

    private func isEqual(_ text: Span<UInt8>, _ start: Int) -> Bool {
        for index in text.indices {
            let difference = text[index] ^ letters[start + index]
            guard difference != 0 else { continue }
            guard ignoresCase, difference == 0x20, Self.isLetter(text[index]) else { return false }
        }
        return true
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (97...122).contains(byte | 0x20) }
}
