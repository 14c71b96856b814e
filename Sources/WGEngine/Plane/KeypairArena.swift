internal import CLinux

/// Locked, never-dumped memory for session keys. Owned and used by the control thread alone.
///
/// Grows by chunks and never shrinks; a freed record is erased at once. Where the limit on locked memory forbids
/// locking, the memory is used all the same: a tunnel without `mlock` beats no tunnel.
final class KeypairArena {
    private static let recordsPerChunk = 32
    private var chunks: [UnsafeMutableRawPointer] = []
    private var free: [UnsafeMutablePointer<KeypairRecord>] = []

    private var chunkSize: Int { MemoryLayout<KeypairRecord>.stride * Self.recordsPerChunk }

    deinit {
        for chunk in chunks {
            clinux_erase(chunk, chunkSize)
            _ = clinux_unmap(chunk, chunkSize)
        }
    }

    /// Uninitialized memory for one record; `nil` when there is no memory.
    func allocate() -> UnsafeMutablePointer<KeypairRecord>? {
        if let record = free.popLast() { return record }
        guard let chunk = clinux_reserve(chunkSize) else { return nil }
        _ = clinux_lock_memory(chunk, chunkSize)
        chunks.append(chunk)
        for index in 0..<Self.recordsPerChunk {
            let place = chunk + index * MemoryLayout<KeypairRecord>.stride
            free.append(place.bindMemory(to: KeypairRecord.self, capacity: 1))
        }
        return free.popLast()
    }

    /// Erases the record. Neither loop may still see it.
    func release(_ record: UnsafeMutablePointer<KeypairRecord>) {
        record.deinitialize(count: 1)
        clinux_erase(record, MemoryLayout<KeypairRecord>.stride)
        free.append(record)
    }
}
