internal import CLinux

/// The fixed buffers of one data-plane thread, made once. Pages that are never needed cost no memory.
struct PacketArena {
    private static let guardBytes = 4096
    private let memory: UnsafeMutableRawPointer
    private let size: Int
    private var used = 0

    /// `nil` when there is no address space.
    init?(size: Int) {
        // Room for the rounding and the gap of each of a few buffers.
        let total = size + 8 * 2 * Self.guardBytes
        guard let memory = clinux_reserve(total) else { return nil }
        self.memory = memory
        self.size = total
    }

    /// The next buffer: page-aligned and zeroed, with a page of slack behind it. Owned by the arena.
    mutating func take(_ count: Int) -> UnsafeMutableRawPointer {
        let buffer = memory + used
        used += (count + Self.guardBytes - 1) & ~(Self.guardBytes - 1)
        used += Self.guardBytes
        precondition(used <= size, "buffers taken beyond the arena's size")
        return buffer
    }

    func deallocate() { _ = clinux_unmap(memory, size) }
}
