import TestSupport
import Testing
import WGModel

/// 32 bytes from 64 digits.
func key(_ text: String) -> KeyBytes { PublicKey(hex(text))!.bytes }

func fixed<let count: Int>(_ text: String) -> InlineArray<count, UInt8> {
    let bytes = hex(text)
    precondition(bytes.count == count)
    return InlineArray { bytes[$0] }
}
