internal import CLinux
public import WGModel

/// 32 secret bytes that outlive a call, shared by whoever holds a reference and erased when the last one goes.
///
/// They live in an arena for the whole process. One more than it holds gets ordinary memory: erased like the others, but
/// not kept out of swap and core dumps.
public final class SecretKey: Sendable, CustomStringConvertible, CustomReflectable {
    /// For 131 072 peers, the most that a device may have, with a preshared key, a static secret and a handshake under way.
    private static let arena = SecretArena(slotSize: 32, capacity: 1 << 19)

    /// Reserves the memory for all keys of the process while it has the right to lock it. False when keys may be swapped
    /// out.
    public static func reserve() -> Bool { arena?.isLocked ?? false }

    // Written by init and deinit only.
    nonisolated(unsafe) private let memory: UnsafeMutableRawPointer

    public convenience init(_ bytes: KeyBytes) { self.init(bytes, in: Self.arena) }

    init(_ bytes: KeyBytes, in arena: SecretArena?) {
        self.arena = arena
        memory = arena?.allocate() ?? .allocate(byteCount: 32, alignment: 16)
        memory.storeBytes(of: bytes, as: KeyBytes.self)
    }

    private let arena: SecretArena?

    deinit {
        if let arena, arena.holds(memory) {
            arena.release(memory)
        } else {
            clinux_erase(memory, 32)
            memory.deallocate()
        }
    }

    /// A copy of the secret.
    public var bytes: KeyBytes { memory.load(as: KeyBytes.self) }

    public var description: String { "(secret key)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
