import Testing
import WGModel

/// Bytes from hexadecimal; anything else in the text is left out, so that vectors can stand as the RFCs print them.
func hex(_ text: String) -> [UInt8] {
    let digits = text.utf8.compactMap { UInt8(String(UnicodeScalar($0)), radix: 16) }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// 32 bytes from 64 digits.
func key(_ text: String) -> KeyBytes { PublicKey(hex(text))!.bytes }

func fixed<let count: Int>(_ text: String) -> InlineArray<count, UInt8> {
    let bytes = hex(text)
    precondition(bytes.count == count)
    return InlineArray { bytes[$0] }
}

/// SplitMix64: the same numbers in every run.
struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) } }

    mutating func key() -> KeyBytes { PublicKey(bytes(32))!.bytes }
}
