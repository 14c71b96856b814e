/// Hexadecimal of 32-byte keys, in constant time.
///
/// Keys are read and written through spans: then the compiler handles sixteen digits at once, while the subscript of an
/// `InlineArray` copies the whole array for each byte.
enum Hex {
    static func append(_ key: KeyBytes, to text: inout OutputSpan<UInt8>) {
        let bytes = key.span
        var digits = InlineArray<64, UInt8>(repeating: 0)
        var output = digits.mutableSpan
        for index in 0..<32 {
            output[2 * index] = digit(of: bytes[index] >> 4)
            output[2 * index + 1] = digit(of: bytes[index] & 15)
        }
        for index in 0..<64 { text.append(output[index]) }
    }

    static func decodeKey(_ text: Span<UInt8>) -> KeyBytes? {
        guard text.count == 64 else { return nil }
        var bytes = KeyBytes(repeating: 0)
        var output = bytes.mutableSpan
        var invalid: UInt8 = 0
        for index in 0..<32 {
            let high = value(of: text[2 * index])
            let low = value(of: text[2 * index + 1])
            invalid |= high | low
            output[index] = high << 4 | low & 15
        }
        return invalid < 16 ? bytes : nil
    }

    private static func digit(of value: UInt8) -> UInt8 {
        let isLetter = UInt8(bitPattern: Int8(bitPattern: 9 &- value) >> 7)
        return value &+ 48 &+ (isLetter & 39)
    }

    /// 0 to 15, or 255. Both ranges are tested for every character.
    private static func value(of character: UInt8) -> UInt8 {
        let digit = character &- 48
        let letter = (character | 32) &- 97
        return (digit &+ 1) & below(10, digit) | (letter &+ 11) & below(6, letter) &- 1
    }

    /// All ones when `value < limit`, else zero.
    private static func below(_ limit: UInt16, _ value: UInt8) -> UInt8 {
        UInt8(truncatingIfNeeded: (UInt16(value) &- limit) >> 8)
    }
}
