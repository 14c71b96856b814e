import CAead
import CSodium

@testable import WGCrypto

// `make fuzz` runs it. What it finds becomes a test.

/// The first byte places the message; then key, nonce, and the message, with which each kernel does what libsodium does,
/// in memory of just its size: sealing it, opening that, and opening the message itself, which is hardly ever genuine.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAead(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let start, count >= 45 else { return 0 }
    Sodium.initialize()
    let inPlace = start[0] & 0x80 != 0
    let additional = min(Int(start[0] & 0x3f), count - 45)
    for kernel in CipherKernel.all {
        compare(kernel, start + 1, start + 33, start + 45, additional, count - 45 - additional, inPlace)
    }
    return 0
}

private func compare(
    _ kernel: CipherKernel, _ key: UnsafePointer<UInt8>, _ nonce: UnsafePointer<UInt8>,
    _ additional: UnsafePointer<UInt8>, _ additionalCount: Int, _ count: Int, _ inPlace: Bool
) {
    let message = additional + additionalCount
    let expected = UnsafeMutablePointer<UInt8>.allocate(capacity: count + 16)
    let sealed = UnsafeMutablePointer<UInt8>.allocate(capacity: count + 16)
    let opened = UnsafeMutablePointer<UInt8>.allocate(capacity: max(count, 1))
    defer {
        expected.deallocate()
        sealed.deallocate()
        opened.deallocate()
    }
    _ = crypto_aead_chacha20poly1305_ietf_encrypt(
        expected, nil, message, UInt64(count), additional, UInt64(additionalCount), nil, nonce, key)
    if inPlace { sealed.update(from: message, count: count) }
    kernel.pointer.pointee.seal(
        key, nonce, additional, additionalCount, inPlace ? UnsafePointer(sealed) : message, count, sealed)
    precondition(sodium_memcmp(sealed, expected, count + 16) == 0)
    precondition(
        kernel.pointer.pointee.open(
            key, nonce, additional, additionalCount, sealed, count + 16, inPlace ? sealed : opened))
    precondition(sodium_memcmp(inPlace ? sealed : opened, message, count) == 0)

    guard count >= 16 else { return }
    let isGenuine =
        crypto_aead_chacha20poly1305_ietf_decrypt(
            opened, nil, nil, message, UInt64(count), additional, UInt64(additionalCount), nonce, key) == 0
    precondition(
        kernel.pointer.pointee.open(key, nonce, additional, additionalCount, message, count, opened) == isGenuine)
}
