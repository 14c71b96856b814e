/// Base64 of 32-byte keys (RFC 4648 4), without branches or table look-ups that depend on the key.
enum Base64 {
    /// 44 characters, the last of them `=`.
    static func encodeKey(_ bytes: KeyBytes) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(44)
        for group in 0..<10 {
            append(group * 3, of: bytes, characters: 4, to: &text)
        }
        append(30, of: bytes, characters: 3, to: &text)
        text.append(UInt8(ascii: "="))
        return String(decoding: text, as: UTF8.self)
    }

    /// `nil` unless the text is 44 characters of the alphabet, ends in `=` and leaves no spare bits set.
    static func decodeKey(_ text: some Collection<UInt8>) -> KeyBytes? {
        guard text.count == 44 else { return nil }
        var characters = InlineArray<44, UInt8>(repeating: 0)
        var position = 0
        for character in text {
            characters[position] = character
            position += 1
        }
        var bytes = KeyBytes(repeating: 0)
        var invalid: Int32 = Int32(characters[43]) ^ Int32(UInt8(ascii: "="))
        for group in 0..<11 {
            let isLast = group == 10
            let a = value(of: characters[group * 4])
            let b = value(of: characters[group * 4 + 1])
            let c = value(of: characters[group * 4 + 2])
            let d = isLast ? 0 : value(of: characters[group * 4 + 3])
            invalid |= (a | b | c | d) >> 31
            let word = UInt32(truncatingIfNeeded: a << 18 | b << 12 | c << 6 | d)
            bytes[group * 3] = UInt8(truncatingIfNeeded: word >> 16)
            bytes[group * 3 + 1] = UInt8(truncatingIfNeeded: word >> 8)
            if isLast {
                invalid |= Int32(word & 0xff)
            } else {
                bytes[group * 3 + 2] = UInt8(truncatingIfNeeded: word)
            }
        }
        return invalid == 0 ? bytes : nil
    }

    private static func append(_ start: Int, of bytes: KeyBytes, characters: Int, to text: inout [UInt8]) {
        let word =
            UInt32(bytes[start]) << 16 | UInt32(bytes[start + 1]) << 8
            | (start + 2 < 32 ? UInt32(bytes[start + 2]) : 0)
        for position in 0..<characters {
            text.append(character(of: Int32(word >> UInt32(18 - 6 * position) & 63)))
        }
    }

    /// The character for six bits. Each range contributes its distance from the range before, masked by comparison.
    private static func character(of value: Int32) -> UInt8 {
        var code = value + 65  // "A"
        code += ((25 - value) >> 31) & 6  // to "a"
        code -= ((51 - value) >> 31) & 75  // to "0"
        code -= ((61 - value) >> 31) & 15  // to "+"
        code += ((62 - value) >> 31) & 3  // to "/"
        return UInt8(truncatingIfNeeded: code)
    }

    /// The six bits of a character, or -1. Every range is tested for every character.
    private static func value(of character: UInt8) -> Int32 {
        let code = Int32(character)
        var value: Int32 = -1
        value += inRange(code, 65, 90) & (code - 64)
        value += inRange(code, 97, 122) & (code - 70)
        value += inRange(code, 48, 57) & (code + 5)
        value += inRange(code, 43, 43) & 63
        value += inRange(code, 47, 47) & 64
        return value
    }

    /// All ones when `low <= code <= high`, else zero.
    private static func inRange(_ code: Int32, _ low: Int32, _ high: Int32) -> Int32 {
        ((low - 1 - code) & (code - high - 1)) >> 31
    }
}
