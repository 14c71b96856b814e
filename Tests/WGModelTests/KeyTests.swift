import TestSupport
import Testing
import WGModel

@Suite struct KeyTests {
    private static let bytes: [UInt8] = [
        0xc8, 0x09, 0xf3, 0xe5, 0x31, 0x7e, 0x95, 0xf5, 0xc9, 0xb5, 0xed, 0x78, 0xb6, 0x38, 0xb7, 0xce,
        0x53, 0x0d, 0xab, 0xe8, 0x5d, 0xda, 0xb6, 0x14, 0x22, 0x02, 0x41, 0x80, 0x1d, 0xdf, 0x06, 0x69,
    ]
    private static let text = "yAnz5TF+lfXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk="

    @Test(arguments: [
        (bytes, text),
        ([UInt8](repeating: 0, count: 32), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ([UInt8](repeating: 0xff, count: 32), "//////////////////////////////////////////8="),
        ([UInt8](0..<32), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
        ([UInt8](224...255), "4OHi4+Tl5ufo6err7O3u7/Dx8vP09fb3+Pn6+/z9/v8="),
    ])
    func base64OfAKeyIsTheStandardOne(bytes: [UInt8], text: String) throws {
        let key = try #require(PublicKey(bytes))
        #expect(key.base64 == text)
        #expect(PublicKey(base64: text) == key)
        #expect(key.array == bytes)
    }

    @Test func randomKeysSurviveBase64AndHex() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<500 {
            let bytes = random.bytes(32)
            let key = try #require(PublicKey(bytes))
            #expect(key.base64 == referenceBase64(bytes))
            #expect(PublicKey(base64: key.base64)?.array == bytes)
            #expect(PublicKey(hex: Array(key.hex.utf8))?.array == bytes)
            #expect(PublicKey(hex: Array(key.hex.uppercased().utf8))?.array == bytes)
        }
    }

    /// Canonical: no two texts stand for one key, so whatever is accepted is what would be written.
    @Test func aTextWithOneCharacterChangedIsRefusedOrIsAnotherKeyWrittenSo() {
        let original = Array(Self.text.utf8)
        var accepted = 0
        for position in original.indices {
            for byte in UInt8.min...UInt8.max where byte != original[position] {
                var changed = original
                changed[position] = byte
                guard let key = PublicKey(base64: changed) else { continue }
                accepted += 1
                #expect(Array(key.base64.utf8) == changed)
            }
        }
        // 42 places with 63 other characters, and the last of the digits with the 15 that leave no spare bit.
        #expect(accepted == 42 * 63 + 15)
    }

    @Test func aTextOfAnotherLengthIsNoKey() {
        let text = Self.text
        for count in 0..<44 { #expect(PublicKey(base64: String(text.prefix(count))) == nil) }
        #expect(PublicKey(base64: text + "=") == nil)
        #expect(PublicKey(base64: text + "\n") == nil)
        #expect(PublicKey(base64: " " + text) == nil)
        #expect(PublicKey(base64: String(text.dropLast()) + "A") == nil)
        #expect(PublicKey(base64: text.dropLast(2) + "==") == nil)
    }

    @Test func hexWithOneCharacterChangedIsRefusedOrIsAnotherKey() throws {
        let key = try #require(PublicKey(Self.bytes))
        let original = Array(key.hex.utf8)
        #expect(key.hex == "c809f3e5317e95f5c9b5ed78b638b7ce530dabe85ddab614220241801ddf0669")
        for position in original.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = original
                changed[position] = byte
                let isDigit = "0123456789abcdefABCDEF".utf8.contains(byte)
                let lower = changed.map { (65...70).contains($0) ? $0 + 32 : $0 }
                #expect(PublicKey(hex: changed)?.hex == (isDigit ? String(decoding: lower, as: UTF8.self) : nil))
            }
        }
        #expect(PublicKey(hex: original.dropLast()) == nil)
        #expect(PublicKey(hex: original + [48]) == nil)
        #expect(PublicKey(hex: [UInt8]()) == nil)
    }

    @Test func onlyThirtyTwoBytesMakeAKey() {
        for count in 0..<40 where count != 32 {
            #expect(PrivateKey([UInt8](repeating: 1, count: count)) == nil)
        }
    }

    @Test func equalityNoticesEveryBit() throws {
        let key = try #require(PrivateKey(Self.bytes))
        #expect(try #require(PrivateKey(Self.bytes)) == key)
        for bit in 0..<256 {
            var other = Self.bytes
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(try #require(PrivateKey(other)) != key)
            #expect(PublicKey(other) != PublicKey(Self.bytes))
        }
        #expect(PrivateKey.zero.isZero)
        #expect(!key.isZero)
    }

    @Test func clampingSetsWhatX25519Ignores() throws {
        let ones = try #require(PrivateKey([UInt8](repeating: 0xff, count: 32))).clamped.array
        #expect(ones == [0xf8] + [UInt8](repeating: 0xff, count: 30) + [0x7f])
        let zeros = PrivateKey.zero.clamped.array
        #expect(zeros == [UInt8](repeating: 0, count: 31) + [0x40])
        let key = try #require(PrivateKey(Self.bytes))
        #expect(key.clamped.clamped == key.clamped)
    }

    /// Straight from RFC 4648 4, with look-ups and branches.
    private func referenceBase64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var bits: [Int] = []
        for byte in bytes {
            for position in 0..<8 { bits.append(Int(byte >> UInt8(7 - position) & 1)) }
        }
        bits += [0, 0]
        var digits: [Character] = []
        for start in stride(from: 0, to: bits.count, by: 6) {
            digits.append(alphabet[bits[start..<start + 6].reduce(0) { $0 * 2 + $1 }])
        }
        return String(digits) + "="
    }
}
