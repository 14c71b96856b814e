/// When to look at which peer again: a binary heap, one wanted time for each peer.
///
/// A peer may be looked at too early, never too late: a later time leaves the earlier entry in place, and whoever looks
/// then asks again. So peers whose deadlines move with every packet cost nothing until the first one passes.
struct DeadlineQueue {
    private struct Entry {
        let deadline: UInt64
        let peer: Int32
    }

    private var heap: [Entry] = []
    /// The time of each peer's one valid entry; others of the peer are stale.
    private var wanted: [Int32: UInt64] = [:]

    /// The earliest time at which something may be due; `nil` when nothing will ever be.
    var earliest: UInt64? { heap.first?.deadline }

    /// How many entries there are, stale ones included.
    var entryCount: Int { heap.count }

    /// Makes sure that the peer is looked at no later than `deadline`.
    mutating func require(_ deadline: UInt64, peer: Int32) {
        if let earlier = wanted[peer], earlier <= deadline { return }
        wanted[peer] = deadline
        heap.append(Entry(deadline: deadline, peer: peer))
        siftUp(from: heap.count - 1)
    }

    /// Forgets the peer.
    mutating func remove(peer: Int32) { wanted[peer] = nil }

    /// Takes a peer whose time has come; `nil` when there is none.
    mutating func popDue(now: UInt64) -> Int32? {
        while let first = heap.first, first.deadline <= now {
            removeFirst()
            if wanted[first.peer] == first.deadline {
                wanted[first.peer] = nil
                return first.peer
            }
        }
        return nil
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        siftDown(from: 0)
    }

    private mutating func siftUp(from start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard heap[index].deadline < heap[parent].deadline else { return }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    private mutating func siftDown(from start: Int) {
        var index = start
        while true {
            var smallest = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < heap.count && heap[child].deadline < heap[smallest].deadline {
                smallest = child
            }
            guard smallest != index else { return }
            heap.swapAt(index, smallest)
            index = smallest
        }
    }
}
