/// Base64 of 32-byte keys (RFC 4648 4), without branches or table look-ups that depend on the key.
enum Base64 {
    /// 44 characters, the last of them `=`.
    static func append(_ key: KeyBytes, to text: inout OutputSpan<UInt8>) {
        let bytes = key.span
        var values = InlineArray<44, UInt8>(repeating: 0)
        var output = values.mutableSpan
        for group in 0..<11 {
            let first = bytes[group * 3]
            let second = bytes[group * 3 + 1]
            let third = group < 10 ? bytes[group * 3 + 2] : 0
            output[group * 4] = first >> 2
            output[group * 4 + 1] = first << 4 & 63 | second >> 4
            output[group * 4 + 2] = second << 2 & 63 | third >> 6
            output[group * 4 + 3] = third & 63
        }
        for index in 0..<44 { output[index] = character(of: output[index]) }
        for index in 0..<43 { text.append(output[index]) }
        text.append(UInt8(ascii: "="))
    }

    /// `nil` unless the text is 44 characters of the alphabet, ends in `=` and leaves no spare bits set.
    static func decodeKey(_ text: Span<UInt8>) -> KeyBytes? {
        guard text.count == 44 else { return nil }
        var sextets = InlineArray<44, Int16>(repeating: 0)
        var values = sextets.mutableSpan
        var invalid = Int16(text[43]) ^ Int16(UInt8(ascii: "="))
        for index in 0..<43 {
            let value = value(of: text[index])
            invalid |= value >> 15
            values[index] = value
        }
        var bytes = KeyBytes(repeating: 0)
        var output = bytes.mutableSpan
        for group in 0..<11 {
            let first = UInt8(truncatingIfNeeded: values[group * 4])
            let second = UInt8(truncatingIfNeeded: values[group * 4 + 1])
            let third = UInt8(truncatingIfNeeded: values[group * 4 + 2])
            output[group * 3] = first << 2 | second >> 4
            output[group * 3 + 1] = second << 4 | third >> 2
            if group < 10 {
                output[group * 3 + 2] = third << 6 | UInt8(truncatingIfNeeded: values[group * 4 + 3])
            } else {
                invalid |= Int16(third & 3)
            }
        }
        return invalid == 0 ? bytes : nil
    }

    /// The character for six bits. Each range contributes its distance from the range before, masked by comparison.
    private static func character(of sextet: UInt8) -> UInt8 {
        let value = Int8(bitPattern: sextet)
        var code = value &+ 65  // "A"
        code &+= ((25 &- value) >> 7) & 6  // to "a"
        code &-= ((51 &- value) >> 7) & 75  // to "0"
        code &-= ((61 &- value) >> 7) & 15  // to "+"
        code &+= ((62 &- value) >> 7) & 3  // to "/"
        return UInt8(bitPattern: code)
    }

    /// The six bits of a character, or -1. Every range is tested for every character.
    private static func value(of character: UInt8) -> Int16 {
        let code = Int16(character)
        var value: Int16 = -1
        value &+= inRange(code, 65, 90) & (code &- 64)
        value &+= inRange(code, 97, 122) & (code &- 70)
        value &+= inRange(code, 48, 57) & (code &+ 5)
        value &+= inRange(code, 43, 43) & 63
        value &+= inRange(code, 47, 47) & 64
        return value
    }

    /// All ones when `low <= code <= high`, else zero.
    private static func inRange(_ code: Int16, _ low: Int16, _ high: Int16) -> Int16 {
        ((low &- 1 &- code) & (code &- high &- 1)) >> 15
    }
}
