import CAead
import CSodium
import TestSupport
import Testing
import WGModel

@testable import WGCrypto

/// Each kernel that this processor can run, beside libsodium.
struct KernelTests {
    static let kernels = CipherKernel.all
    /// Where a kernel's work changes, and a few behind.
    static let lengths = [0, 1, 16, 63, 64, 192, 193, 448, 449, 960, 961, 1420, 1472, 1473, 3000]

    init() { Sodium.initialize() }

    @Test("Each kernel seals as libsodium does and opens that, apart and in place, at every length", arguments: kernels)
    func lengths(kernel: CipherKernel) {
        var generator = SeededGenerator(seed: 1)
        let bytes = generator.bytes(4096)
        var output = [UInt8](repeating: 0, count: 2048 + 16)
        for count in 0...2048 {
            let key = generator.bytes(32)
            let nonce = generator.bytes(12)
            var isRight = false
            bytes.withUnsafeBufferPointer { bytes in
                let plaintext = bytes.baseAddress! + Int.random(in: 0...2048, using: &generator)
                let expected = sodiumSeal(key, nonce, plaintext, count)
                kernel.seal(key, nonce, plaintext, count, to: &output)
                isRight = isEqual(output, expected, count + 16)
                isRight = kernel.open(key, nonce, expected, count + 16, to: &output) && isRight
                isRight = isEqual(output, plaintext, count) && isRight
                output.withUnsafeMutableBufferPointer { output in
                    let place = output.baseAddress!
                    kernel.seal(key, nonce, place, count, to: place)
                    isRight = isEqual(place, expected, count + 16) && isRight
                    isRight = kernel.open(key, nonce, place, count + 16, to: place) && isRight
                    isRight = isEqual(place, plaintext, count) && isRight
                }
            }
            #expect(isRight, "\(count) bytes")
        }
    }

    @Test("Additional data is authenticated", arguments: kernels)
    func additionalData(kernel: CipherKernel) {
        var generator = SeededGenerator(seed: 2)
        for count in Array(0...40) + [500] {
            let key = generator.bytes(32)
            let nonce = generator.bytes(12)
            var additional = generator.bytes(count)
            let plaintext = generator.bytes(500 - count)
            let expected = sodiumSeal(key, nonce, plaintext, additional: additional)
            var output = [UInt8](repeating: 0, count: expected.count)
            kernel.seal(key, nonce, plaintext, plaintext.count, to: &output, additional: additional)
            #expect(output == expected)
            #expect(kernel.open(key, nonce, expected, expected.count, to: &output, additional: additional))
            #expect(output.dropLast(16) == plaintext[...])
            guard count > 0 else { continue }
            additional[count / 2] ^= 0x10
            #expect(!kernel.open(key, nonce, expected, expected.count, to: &output, additional: additional))
        }
    }

    @Test("No byte beside source, destination, key and nonce is read or written", arguments: kernels)
    func guardPages(kernel: CipherKernel) throws {
        var generator = SeededGenerator(seed: 3)
        let source = try GuardedMemory(atLeast: 4096)
        let destination = try GuardedMemory(atLeast: 4096)
        let secrets = try GuardedMemory(atLeast: 44)
        let key = generator.bytes(32)
        let nonce = generator.bytes(12)
        let bytes = generator.bytes(2048)
        let untouched = [UInt8](repeating: 0xA5, count: destination.count)
        for count in Array(0...600) + [1420, 2047] {
            let expected = sodiumSeal(key, nonce, bytes, count)
            for atEnd in [false, true] {
                let secret = atEnd ? secrets.end(44) : secrets.start
                secret.update(from: key + nonce, count: 44)
                let input = atEnd ? source.end(count) : source.start
                let output = atEnd ? destination.end(count + 16) : destination.start
                input.update(from: bytes, count: count)
                kernel.pointer.pointee.seal(secret, secret + 32, nil, 0, input, count, output)
                var isRight = isEqual(output, expected, count + 16)

                let sealed = atEnd ? source.end(count + 16) : source.start
                let opened = atEnd ? destination.end(count) : destination.start
                sealed.update(from: expected, count: count + 16)
                destination.start.update(from: untouched, count: untouched.count)
                isRight =
                    kernel.pointer.pointee.open(secret, secret + 32, nil, 0, sealed, count + 16, opened) && isRight
                isRight = isEqual(opened, bytes, count) && isRight
                let rest = atEnd ? destination.start : destination.start + count
                isRight = isEqual(rest, untouched, destination.count - count) && isRight
                #expect(isRight, "\(count) bytes, at the end: \(atEnd)")
            }
        }
    }

    @Test("Any address does, for the source and for the destination", arguments: kernels)
    func addresses(kernel: CipherKernel) {
        var generator = SeededGenerator(seed: 4)
        let key = generator.bytes(32)
        let nonce = generator.bytes(12)
        let plaintext = generator.bytes(700)
        let expected = sodiumSeal(key, nonce, plaintext)
        let source = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1024)
        let destination = UnsafeMutableRawBufferPointer.allocate(byteCount: 1024, alignment: 64)
        defer {
            source.deallocate()
            destination.deallocate()
        }
        for offset in 0..<64 {
            for other in [offset, 0, (offset * 29 + 7) % 64] {
                let input = source.baseAddress! + other
                let output = destination.baseAddress!.assumingMemoryBound(to: UInt8.self) + offset
                input.update(from: plaintext, count: 700)
                kernel.seal(key, nonce, input, 700, to: output)
                #expect(isEqual(output, expected, 716))
                input.update(from: expected, count: 716)
                #expect(kernel.open(key, nonce, input, 716, to: output))
                #expect(isEqual(output, plaintext, 700))
            }
        }
    }

    @Test("A wrong bit in the tag is refused at any length and leaves no plaintext", arguments: kernels)
    func forgedTags(kernel: CipherKernel) {
        var generator = SeededGenerator(seed: 5)
        for count in Self.lengths {
            let key = generator.bytes(32)
            let nonce = generator.bytes(12)
            let sealed = sodiumSeal(key, nonce, generator.bytes(count))
            for bit in 0..<128 { expectRefusal(kernel, key, nonce, flip(8 * count + bit, of: sealed)) }
        }
    }

    @Test("A wrong bit anywhere is refused", arguments: kernels)
    func forgedMessages(kernel: CipherKernel) {
        var generator = SeededGenerator(seed: 6)
        for count in [1, 64, 449] {
            let key = generator.bytes(32)
            let nonce = generator.bytes(12)
            let sealed = sodiumSeal(key, nonce, generator.bytes(count))
            for bit in 0..<8 * count { expectRefusal(kernel, key, nonce, flip(bit, of: sealed)) }
            for bit in 0..<256 { expectRefusal(kernel, flip(bit, of: key), nonce, sealed) }
            for bit in 0..<96 { expectRefusal(kernel, key, flip(bit, of: nonce), sealed) }
        }
    }

    @Test("Nonces and counters at their ends", arguments: kernels)
    func extremes(kernel: CipherKernel) {
        var generator = SeededGenerator(seed: 7)
        let plaintext = generator.bytes(1420)
        var output = [UInt8](repeating: 0, count: 1436)
        for key in [[UInt8](repeating: 0, count: 32), [UInt8](repeating: 255, count: 32), generator.bytes(32)] {
            for nonce in [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000, .max] as [UInt64] {
                let bytes = Aead.nonce(counter: nonce)
                for nonce in [(0..<12).map { bytes[$0] }, [UInt8](repeating: 255, count: 12)] {
                    kernel.seal(key, nonce, plaintext, 1420, to: &output)
                    #expect(output == sodiumSeal(key, nonce, plaintext))
                }
            }
        }
        // The longest packet there is.
        let long = generator.bytes(65_535)
        var sealed = [UInt8](repeating: 0, count: 65_551)
        let key = generator.bytes(32)
        let nonce = generator.bytes(12)
        kernel.seal(key, nonce, long, 65_535, to: &sealed)
        #expect(sealed == sodiumSeal(key, nonce, long))
        let input = sealed
        #expect(kernel.open(key, nonce, input, 65_551, to: &sealed))
        #expect(sealed.dropLast(16) == long[...])
    }

    /// Apart the destination stays as it was, which is zeros, or is zeros; in place it is ciphertext or zeros.
    private func expectRefusal(_ kernel: CipherKernel, _ key: [UInt8], _ nonce: [UInt8], _ sealed: [UInt8]) {
        let count = sealed.count - 16
        var output = [UInt8](repeating: 0, count: count)
        var isRight = !kernel.open(key, nonce, sealed, sealed.count, to: &output)
        isRight = sodium_is_zero(output, count) == 1 && isRight
        var place = sealed
        place.withUnsafeMutableBufferPointer { place in
            isRight = !kernel.open(key, nonce, place.baseAddress!, place.count, to: place.baseAddress!) && isRight
        }
        let erased = place.prefix { $0 == 0 }.count
        isRight = isEqual(Array(place[erased...]), Array(sealed[erased...]), sealed.count - erased) && isRight
        #expect(isRight, "\(count) bytes")
    }
}
