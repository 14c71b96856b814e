/// Hexadecimal of 32-byte keys, in constant time.
enum Hex {
    static func encodeKey(_ bytes: KeyBytes) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for index in bytes.indices {
            text.append(digit(of: Int32(bytes[index] >> 4)))
            text.append(digit(of: Int32(bytes[index] & 15)))
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func decodeKey(_ text: some Collection<UInt8>) -> KeyBytes? {
        guard text.count == 64 else { return nil }
        var bytes = KeyBytes(repeating: 0)
        var invalid: Int32 = 0
        var position = 0
        for character in text {
            let value = value(of: character)
            invalid |= value >> 31
            bytes[position / 2] = bytes[position / 2] << 4 | UInt8(truncatingIfNeeded: value & 15)
            position += 1
        }
        return invalid == 0 ? bytes : nil
    }

    private static func digit(of value: Int32) -> UInt8 {
        UInt8(truncatingIfNeeded: value + 48 + (((9 - value) >> 31) & 39))
    }

    /// 0 to 15, or -1.
    private static func value(of character: UInt8) -> Int32 {
        let code = Int32(character)
        let lower = code | 32
        var value: Int32 = -1
        value += (((47 - code) & (code - 58)) >> 31) & (code - 47)
        value += (((96 - lower) & (lower - 103)) >> 31) & (lower - 86)
        return value
    }
}
