internal import CSodium
public import WGModel

/// 32 secret bytes that outlive a call, shared by whoever holds a reference and erased when the last one goes.
///
/// Cheap enough for one per peer and handshake: ordinary heap memory, not locked. The copies that a computation makes
/// on the stack are not erased.
public final class SecretKey: Sendable, CustomStringConvertible, CustomReflectable {
    // Written by init and deinit only.
    nonisolated(unsafe) private let memory: UnsafeMutableRawPointer

    public init(_ bytes: KeyBytes) {
        memory = .allocate(byteCount: 32, alignment: 16)
        memory.storeBytes(of: bytes, as: KeyBytes.self)
    }

    deinit {
        sodium_memzero(memory, 32)
        memory.deallocate()
    }

    /// A copy of the secret.
    public var bytes: KeyBytes { memory.load(as: KeyBytes.self) }

    public var description: String { "(secret key)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
