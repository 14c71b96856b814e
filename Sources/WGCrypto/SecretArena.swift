internal import CLinux
internal import Synchronization

/// Slots of one size for secrets, in one mapping between guard pages: kept out of swap, core dumps and children, and each
/// slot erased when it is given back.
///
/// Reserved as a whole when it is made, so that nothing needs a right, or a mapping, later; only slots that were in use
/// cost memory. Any thread may use it.
public final class SecretArena: Sendable {
    /// How many slots there are.
    public let capacity: Int
    /// Whether the limit on locked memory allowed to keep it out of swap. Without, it serves all the same: a tunnel
    /// whose keys may be swapped out beats no tunnel.
    public let isLocked: Bool

    private let slotSize: Int
    private let size: Int
    // Slots are told apart by `State`; whoever has one is its owner.
    nonisolated(unsafe) private let base: UnsafeMutableRawPointer

    private struct State {
        /// Slots from here on have never been used.
        var fresh: Int32 = 0
        var free: [Int32] = []
    }
    private let state = Mutex(State())

    /// - Parameter slotSize: bytes; rounded up to a multiple of 16, which is also the alignment.
    /// - Returns: `nil` when there is no address space.
    public init?(slotSize: Int, capacity: Int) {
        self.slotSize = (slotSize + 15) & ~15
        self.capacity = capacity
        size = clinux_whole_pages(self.slotSize * capacity)
        var isLocked: Int32 = 0
        guard let memory = clinux_reserve_secret(size, &isLocked) else { return nil }
        base = memory
        self.isLocked = isLocked != 0
    }

    deinit { clinux_release_secret(base, size) }

    /// How many slots are in use.
    public var usedCount: Int { state.withLock { Int($0.fresh) - $0.free.count } }

    /// A slot, all zeros; `nil` when all are in use.
    public func allocate() -> UnsafeMutableRawPointer? {
        let slot = state.withLock { state -> Int32? in
            if let slot = state.free.popLast() { return slot }
            guard Int(state.fresh) < capacity else { return nil }
            state.fresh += 1
            return state.fresh - 1
        }
        return slot.map { base + Int($0) * slotSize }
    }

    /// Erases the slot, which nobody may use any more.
    public func release(_ slot: UnsafeMutableRawPointer) {
        clinux_erase(slot, slotSize)
        state.withLock { $0.free.append(Int32((slot - base) / slotSize)) }
    }

    /// Whether the memory is a slot of this arena.
    public func holds(_ memory: UnsafeMutableRawPointer) -> Bool { memory >= base && memory < base + size }
}
