internal import CSodium
public import WGModel

/// Random numbers fit for keys: the kernel's `getrandom(2)`, through libsodium. Any thread.
///
/// Where the kernel has none, the process ends: there is no good answer to give.
public enum Random {
    public static func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            if let base = buffer.baseAddress { randombytes_buf(base, count) }
            filled = count
        }
    }

    /// Unlike a draw of bytes, leaves no copy on the heap.
    public static func keyBytes() -> KeyBytes {
        var bytes = KeyBytes(repeating: 0)
        withUnsafeMutableBytes(of: &bytes) { buffer in
            if let base = buffer.baseAddress { randombytes_buf(base, buffer.count) }
        }
        return bytes
    }

    /// A new X25519 scalar, clamped as `wg genkey` prints it (RFC 7748 5).
    public static func privateKey() -> PrivateKey { PrivateKey(bytes: keyBytes()).clamped }

    /// A new symmetric key: 32 bytes as they come, as `wg genpsk` prints them.
    public static func presharedKey() -> PresharedKey { PresharedKey(bytes: keyBytes()) }

    public static func uint32() -> UInt32 { randombytes_random() }
}
