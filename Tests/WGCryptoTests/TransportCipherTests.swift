import TestSupport
import Testing
import WGCrypto
import WGModel

struct TransportCipherTests {
    @Test("Sealing equals the array cipher at every length, apart and in place, at any alignment")
    func equality() {
        var generator = SeededGenerator(seed: 1)
        for count in Array(0...300) + [1419, 1420, 1421, 8192, 65535] {
            let key = generator.key()
            let counter = generator.next()
            let plaintext = generator.bytes(count)
            let expected = Aead.seal(
                key: key, nonce: Aead.nonce(counter: counter), plaintext.span, additionalData: [UInt8]().span)
            #expect(seal(key, counter, plaintext, inPlace: false, offset: count % 7) == expected)
            #expect(seal(key, counter, plaintext, inPlace: true, offset: count % 5) == expected)
            #expect(open(key, counter, expected, inPlace: false, offset: count % 3) == plaintext)
            #expect(open(key, counter, expected, inPlace: true, offset: count % 11) == plaintext)
        }
    }

    @Test("Every single-bit error is refused and leaves no plaintext", arguments: [0, 1, 31, 64, 100])
    func corruption(_ count: Int) {
        var generator = SeededGenerator(seed: UInt64(count) + 99)
        let key = generator.key()
        let counter = generator.next()
        let plaintext = generator.bytes(count)
        let sealed = seal(key, counter, plaintext, inPlace: false, offset: 0)
        #expect(open(key, counter, sealed, inPlace: false, offset: 0) == plaintext)
        for bit in 0..<sealed.count * 8 {
            #expect(open(key, counter, flip(bit, of: sealed), inPlace: false, offset: 0) == nil)
        }
        for bit in 0..<64 as Range<UInt64> {
            #expect(open(key, counter ^ 1 << bit, sealed, inPlace: false, offset: 0) == nil)
        }
    }

    @Test("What is shorter than a tag is refused", arguments: 0..<16)
    func short(_ count: Int) {
        var generator = SeededGenerator(seed: 7)
        let key = generator.key()
        let isGenuine = withUnsafeBytes(of: key) { key in
            withUnsafeTemporaryAllocation(byteCount: 16, alignment: 1) { memory in
                memory.initializeMemory(as: UInt8.self, repeating: 0)
                return TransportCipher.open(
                    key: key.baseAddress!, counter: 0, source: memory.baseAddress!, count: count,
                    destination: memory.baseAddress!)
            }
        }
        #expect(!isGenuine)
    }

    /// Checks on the way that not a byte outside of the destination is touched.
    private func seal(
        _ key: KeyBytes, _ counter: UInt64, _ plaintext: [UInt8], inPlace: Bool, offset: Int
    ) -> [UInt8] {
        var memory = [UInt8](repeating: 0xA5, count: offset + plaintext.count + 16 + 8)
        memory.replaceSubrange(offset..<offset + plaintext.count, with: plaintext)
        memory.withUnsafeMutableBytes { memory in
            plaintext.withUnsafeBytes { plaintext in
                withUnsafeBytes(of: key) { key in
                    let destination = memory.baseAddress! + offset
                    TransportCipher.seal(
                        key: key.baseAddress!, counter: counter,
                        source: inPlace
                            ? UnsafeRawPointer(destination) : plaintext.baseAddress ?? UnsafeRawPointer(destination),
                        count: plaintext.count, destination: destination)
                }
            }
        }
        #expect(memory[..<offset].allSatisfy { $0 == 0xA5 } && memory.suffix(8).allSatisfy { $0 == 0xA5 })
        return Array(memory[offset..<offset + plaintext.count + 16])
    }

    private func open(
        _ key: KeyBytes, _ counter: UInt64, _ sealed: [UInt8], inPlace: Bool, offset: Int
    ) -> [UInt8]? {
        let size = inPlace ? sealed.count : sealed.count - 16
        var memory = [UInt8](repeating: 0xA5, count: offset + size + 8)
        if inPlace { memory.replaceSubrange(offset..<offset + sealed.count, with: sealed) }
        let isGenuine = memory.withUnsafeMutableBytes { memory in
            sealed.withUnsafeBytes { sealed in
                withUnsafeBytes(of: key) { key in
                    let destination = memory.baseAddress! + offset
                    return TransportCipher.open(
                        key: key.baseAddress!, counter: counter,
                        source: inPlace ? UnsafeRawPointer(destination) : sealed.baseAddress!,
                        count: sealed.count, destination: destination)
                }
            }
        }
        #expect(memory[..<offset].allSatisfy { $0 == 0xA5 } && memory.suffix(8).allSatisfy { $0 == 0xA5 })
        let output = Array(memory[offset..<offset + sealed.count - 16])
        if !isGenuine && !inPlace { #expect(output.allSatisfy { $0 == 0xA5 || $0 == 0 }) }
        return isGenuine ? output : nil
    }
}
