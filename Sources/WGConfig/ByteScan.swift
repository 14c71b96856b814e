/// Looks through text eight bytes at a time: most of a large file is looked at only to find where something ends.
///
/// The marks are the high bits of bytes. Carries make marks that mean nothing, but only above the lowest one.
enum ByteScan {
    /// The first byte from `start` on that is `byte`; the count when there is none.
    static func firstIndex(of byte: UInt8, in text: Span<UInt8>, from start: Int) -> Int {
        let pattern = UInt64(byte) &* ones
        return first(in: text, from: start, marks: { equal($0, pattern) }, isWanted: { $0 == byte })
    }

    /// The first byte from `start` on that is not in `$`...`~`; the count when there is none.
    static func endOfPlain(_ text: Span<UInt8>, from start: Int) -> Int {
        first(in: text, from: start, marks: unusual, isWanted: isUnusual)
    }

    /// The same, `=` being no such byte.
    static func endOfPlainWord(_ text: Span<UInt8>, from start: Int) -> Int {
        let pattern = UInt64(UInt8(ascii: "=")) &* ones
        return first(
            in: text, from: start, marks: { unusual($0) | equal($0, pattern) },
            isWanted: { isUnusual($0) || $0 == UInt8(ascii: "=") })
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    private static func isUnusual(_ byte: UInt8) -> Bool { byte &- 36 > 90 }

    /// Marks bytes below 36 and above 126.
    @inline(__always)
    private static func unusual(_ bytes: UInt64) -> UInt64 {
        (((bytes &- 36 &* ones) & ~bytes) | (bytes &+ ones) | bytes) & highBits
    }

    @inline(__always)
    private static func equal(_ bytes: UInt64, _ pattern: UInt64) -> UInt64 {
        let difference = bytes ^ pattern
        return (difference &- ones) & ~difference & highBits
    }

    /// The first byte is the lowest one. The compiler makes one load of it.
    @inline(__always)
    private static func eightBytes(_ text: Span<UInt8>, at index: Int) -> UInt64 {
        let bytes = text.extracting(index..<index &+ 8)
        var word: UInt64 = 0
        for place in 0..<8 { word |= UInt64(bytes[place]) << UInt64(8 * place) }
        return word
    }

    @inline(__always)
    private static func first(
        in text: Span<UInt8>, from start: Int, marks: (UInt64) -> UInt64, isWanted: (UInt8) -> Bool
    ) -> Int {
        var index = start
        while text.count - index >= 8 {
            let found = marks(eightBytes(text, at: index))
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < text.count, !isWanted(text[index]) { index += 1 }
        return index
    }
}
