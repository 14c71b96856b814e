/// Gives out slots of `PeerTable`, the lowest that has never been used or the last that was freed.
struct PeerSlotAllocator {
    private var next: Int32 = 0
    private var free: [Int32] = []

    /// `nil` when the table is full.
    mutating func allocate() -> Int32? {
        if let slot = free.popLast() { return slot }
        guard Int(next) < PeerTable.capacity else { return nil }
        defer { next += 1 }
        return next
    }

    /// Neither loop may still see the slot.
    mutating func release(_ slot: Int32) { free.append(slot) }
}
