import CAead
import CSodium
import TestSupport
import Testing
import WGModel

@testable import WGCrypto

extension CipherKernel: CustomTestStringConvertible {
    var testDescription: String { name }

    func seal(
        _ key: [UInt8], _ nonce: [UInt8], _ source: UnsafePointer<UInt8>, _ count: Int,
        to destination: UnsafeMutablePointer<UInt8>, additional: [UInt8] = []
    ) {
        pointer.pointee.seal(key, nonce, additional, additional.count, source, count, destination)
    }

    func open(
        _ key: [UInt8], _ nonce: [UInt8], _ source: UnsafePointer<UInt8>, _ count: Int,
        to destination: UnsafeMutablePointer<UInt8>, additional: [UInt8] = []
    ) -> Bool {
        pointer.pointee.open(key, nonce, additional, additional.count, source, count, destination)
    }
}

/// The reference.
func sodiumSeal(_ key: [UInt8], _ nonce: [UInt8], _ plaintext: [UInt8], additional: [UInt8] = []) -> [UInt8] {
    sodiumSeal(key, nonce, plaintext, plaintext.count, additional: additional)
}

func sodiumSeal(
    _ key: [UInt8], _ nonce: [UInt8], _ source: UnsafePointer<UInt8>, _ count: Int, additional: [UInt8] = []
) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: count + 16)
    _ = crypto_aead_chacha20poly1305_ietf_encrypt(
        &output, nil, source, UInt64(count), additional, UInt64(additional.count), nil, nonce, key)
    return output
}

/// The same bytes at both places. Fast also in a debug build, as libsodium compares.
func isEqual(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    count == 0 || sodium_memcmp(left, right, count) == 0
}

/// A stretch of memory of whole pages, with one before and one behind it whose touch ends the process.
final class GuardedMemory {
    let start: UnsafeMutablePointer<UInt8>
    let count: Int
    private let region: UnsafeMutableRawPointer

    init(atLeast count: Int) throws {
        // sodium_malloc puts the end at a guard page; the beginning is there too when the size is whole pages.
        self.count = (count + 4095) / 4096 * 4096
        region = try #require(sodium_malloc(self.count))
        start = region.bindMemory(to: UInt8.self, capacity: self.count)
    }

    deinit { sodium_free(region) }

    /// The last `size` bytes.
    func end(_ size: Int) -> UnsafeMutablePointer<UInt8> { start + (count - size) }
}
