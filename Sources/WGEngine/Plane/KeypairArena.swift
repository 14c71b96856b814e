import WGCrypto

/// Memory for session keys, in a `SecretArena`. Owned and used by the control thread alone.
///
/// When it is full, a handshake ends without a session; sessions that there are go on.
final class KeypairArena {
    /// Three keypairs for each of 32 768 peers with live sessions.
    static let capacity = 3 << 15

    private let memory: SecretArena?

    init(capacity: Int = KeypairArena.capacity) {
        memory = SecretArena(slotSize: MemoryLayout<KeypairRecord>.stride, capacity: capacity)
    }

    /// Whether the keys are kept out of swap.
    var isLocked: Bool { memory?.isLocked ?? false }

    /// Uninitialized memory for one record; `nil` when there is none.
    func allocate() -> UnsafeMutablePointer<KeypairRecord>? {
        memory?.allocate()?.bindMemory(to: KeypairRecord.self, capacity: 1)
    }

    /// Erases the record. Neither loop may still see it.
    func release(_ record: UnsafeMutablePointer<KeypairRecord>) {
        record.deinitialize(count: 1)
        memory?.release(UnsafeMutableRawPointer(record))
    }
}
