/// Hexadecimal of 32-byte keys, in constant time.
enum Hex {
    static func append(_ key: KeyBytes, to text: inout OutputSpan<UInt8>) {
        for index in key.indices {
            text.append(digit(of: key[index] >> 4))
            text.append(digit(of: key[index] & 15))
        }
    }

    static func decodeKey(_ text: Span<UInt8>) -> KeyBytes? {
        guard text.count == 64 else { return nil }
        var bytes = KeyBytes(repeating: 0)
        var invalid: UInt8 = 0
        for index in bytes.indices {
            let high = value(of: text[2 * index])
            let low = value(of: text[2 * index + 1])
            invalid |= high | low
            bytes[index] = high << 4 | low & 15
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
