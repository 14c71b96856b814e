internal import CLinux
import Synchronization

/// Jobs that one data-plane thread, the owner, shares with workers while it is the bottleneck; they come back in the
/// order in which they were given. One ring for each direction.
///
/// A slot is free, then filled by the owner (`submit`), claimed by a worker or by the owner itself, done, and free again
/// once the owner has taken it back (`takeOldest`). Who claims is decided by one counter; every claim below `filled` is
/// valid once. A slot belongs to the owner while it is free or done, and to the claimer in between:
///
/// * the job: written before `filled` is raised (release), read after `filled` was seen (acquire);
/// * its result: written before the slot is marked done (release), read after that was seen (acquire).
///
/// The owner never depends on workers: what nobody has claimed when it is needed, it does itself, and it waits only for
/// what a worker is in the midst of. It gives and takes within one batch, so that the ring is empty at its quiescent
/// points: what C withdraws is not freed below a worker, and none has to hear of links, ports, peers or keys.
///
/// A worker without work sleeps in the kernel until the bell rings. Nobody spins.
///
/// `@unchecked Sendable`: pointers that never change, to memory with the rules above.
struct WorkerRing: @unchecked Sendable {
    /// Jobs that can be out.
    static let capacity = 8

    /// When jobs are shared, and by how many.
    struct Policy: Sendable {
        /// Threads for each direction; none: there is no ring.
        var workers = 0
        /// Thousandths of a processor that the owner must have had, in `windows` windows on end, to begin sharing.
        var sharesAbove = 850
        var windows = 3
        /// Thousandths of which the owner must have had less, in a window, to do all itself again.
        var aloneBelow = 250
        /// Unclaimed jobs that are worth waking a worker: a single one is done sooner by the owner.
        var wakesAt = 2
        /// Messages that make a job when they are received.
        var leastMessages = 4
        /// Whether the owner does what nobody has claimed. Else workers do it all, for tests.
        var ownerHelps = true

        /// For as many processors. Up to three have enough to do with the two directions and the rest of the machine; and
        /// two workers take all that a direction can give away, as a third of its work is in the kernel.
        static func fitting(processors: Int) -> Policy {
            Policy(workers: processors < 4 ? 0 : processors < 6 ? 1 : 2)
        }

        /// All of it, always, by workers.
        static func always(workers: Int) -> Policy {
            Policy(
                workers: workers, sharesAbove: -1, windows: 1, aloneBelow: -1, wakesAt: 1, leastMessages: 1,
                ownerHelps: false)
        }
    }

    /// The states of a slot's mark, a word that the owner can sleep on.
    private enum Mark {
        static let open: UInt32 = 0
        static let done: UInt32 = 1
        static let awaited: UInt32 = 2
    }

    let policy: Policy
    /// How many jobs have been given; the owner writes it.
    private let filled: UnsafeMutablePointer<Atomic<UInt64>>
    /// How many have been claimed.
    private let claimed: UnsafeMutablePointer<Atomic<UInt64>>
    /// What workers sleep on; raised when one is to wake.
    private let bell: UnsafeMutablePointer<Atomic<UInt32>>
    private let sleepers: UnsafeMutablePointer<Atomic<UInt32>>
    private let isEnding: UnsafeMutablePointer<Atomic<Bool>>
    /// How many have been taken back. The owner's alone.
    private let back: UnsafeMutablePointer<UInt64>
    private let jobs: UnsafeMutablePointer<WorkerJob>
    private let marks: UnsafeMutablePointer<Atomic<UInt32>>
    private let memory: UnsafeMutableRawPointer

    /// Bytes between two things that different threads write, so that neither takes the other's cache line away.
    private static let line = 128
    private static let bytes = (6 + capacity) * line + capacity * MemoryLayout<WorkerJob>.stride

    init(_ policy: Policy) {
        self.policy = policy
        memory = .allocate(byteCount: Self.bytes, alignment: Self.line)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: Self.bytes)
        // Zeroed memory is a valid counter, word or flag.
        filled = memory.bindMemory(to: Atomic<UInt64>.self, capacity: 1)
        claimed = (memory + Self.line).bindMemory(to: Atomic<UInt64>.self, capacity: 1)
        bell = (memory + 2 * Self.line).bindMemory(to: Atomic<UInt32>.self, capacity: 1)
        sleepers = (memory + 3 * Self.line).bindMemory(to: Atomic<UInt32>.self, capacity: 1)
        isEnding = (memory + 4 * Self.line).bindMemory(to: Atomic<Bool>.self, capacity: 1)
        back = (memory + 5 * Self.line).bindMemory(to: UInt64.self, capacity: 1)
        let slots = memory + 6 * Self.line
        marks = slots.bindMemory(to: Atomic<UInt32>.self, capacity: 1)
        jobs = (slots + Self.capacity * Self.line).bindMemory(to: WorkerJob.self, capacity: Self.capacity)
    }

    /// Once nobody uses the ring any more.
    func deallocate() { memory.deallocate() }

    // MARK: - Owner

    /// How many jobs are out.
    @inline(__always)
    var count: Int { Int(truncatingIfNeeded: filled.pointee.load(ordering: .relaxed) &- back.pointee) }

    /// The slot that the next job will have.
    @inline(__always)
    var nextSlot: Int { Self.slot(filled.pointee.load(ordering: .relaxed)) }

    /// The slot of the oldest job, of which there must be one.
    @inline(__always)
    var oldestSlot: Int { Self.slot(back.pointee) }

    /// The oldest job, of which there must be one.
    @inline(__always)
    var oldest: UnsafeMutablePointer<WorkerJob> { jobs + oldestSlot }

    /// Gives a job away. There must be room for it.
    func submit(_ job: WorkerJob) {
        let number = filled.pointee.load(ordering: .relaxed)
        jobs[Self.slot(number)] = job
        mark(number).pointee.store(Mark.open, ordering: .relaxed)
        // Sequentially consistent, as the load of `sleepers`: either the worker's last look before it sleeps sees the
        // job, or we see that it sleeps.
        filled.pointee.store(number &+ 1, ordering: .sequentiallyConsistent)
        let unclaimed = number &+ 1 &- claimed.pointee.load(ordering: .relaxed)
        guard unclaimed >= UInt64(policy.wakesAt), sleepers.pointee.load(ordering: .sequentiallyConsistent) > 0 else {
            return
        }
        ring(1)
    }

    /// Whether the oldest job can be taken back without waiting.
    @inline(__always)
    var oldestIsDone: Bool { count > 0 && mark(back.pointee).pointee.load(ordering: .acquiring) == Mark.done }

    /// Returns when the oldest job is done, with its result; does what is unclaimed meanwhile.
    @discardableResult
    func finishOldest() -> UInt64 {
        let word = mark(back.pointee)
        while word.pointee.load(ordering: .acquiring) != Mark.done {
            if policy.ownerHelps, runOne() { continue }
            let before = word.pointee.compareExchange(
                expected: Mark.open, desired: Mark.awaited, ordering: .acquiring
            ).original
            if before != Mark.done { clinux_futex_wait(word, Mark.awaited) }
        }
        return result(back.pointee).pointee
    }

    /// The oldest job's slot is free after that.
    @inline(__always)
    func takeOldest() { back.pointee &+= 1 }

    // MARK: - Whoever works

    /// Claims a job and does it; false when there is none.
    private func runOne() -> Bool {
        // Acquire and release: whoever sees a claim sees `filled` above it, too, and never claims what is not there.
        var number = claimed.pointee.load(ordering: .acquiring)
        while number < filled.pointee.load(ordering: .acquiring) {
            let (isMine, seen) = claimed.pointee.weakCompareExchange(
                expected: number, desired: number &+ 1, ordering: .acquiringAndReleasing)
            if isMine {
                // The job itself is only read, as the owner may look at it meanwhile.
                result(number).pointee = jobs[Self.slot(number)].perform()
                let word = mark(number)
                if word.pointee.exchange(Mark.done, ordering: .acquiringAndReleasing) == Mark.awaited {
                    clinux_futex_wake(word, 1)
                }
                return true
            }
            number = seen
        }
        return false
    }

    /// A worker's life, until `end`.
    func work() {
        while true {
            if runOne() { continue }
            let heard = bell.pointee.load(ordering: .acquiring)
            sleepers.pointee.add(1, ordering: .sequentiallyConsistent)
            let isEnd = isEnding.pointee.load(ordering: .sequentiallyConsistent)
            if !isEnd, isEmpty { clinux_futex_wait(bell, heard) }
            sleepers.pointee.subtract(1, ordering: .relaxed)
            if isEnd { return }
        }
    }

    /// How many workers sleep, or are about to.
    var sleeperCount: UInt32 { sleepers.pointee.load(ordering: .relaxed) }

    private var isEmpty: Bool {
        filled.pointee.load(ordering: .sequentiallyConsistent) == claimed.pointee.load(ordering: .relaxed)
    }

    /// Any thread, when the owner has ended: lets the workers go.
    func end() {
        isEnding.pointee.store(true, ordering: .sequentiallyConsistent)
        ring(.max)
    }

    private func ring(_ sleepers: Int32) {
        bell.pointee.add(1, ordering: .releasing)
        clinux_futex_wake(bell, sleepers)
    }

    @inline(__always)
    private static func slot(_ number: UInt64) -> Int { Int(truncatingIfNeeded: number) & (capacity - 1) }

    @inline(__always)
    private func mark(_ number: UInt64) -> UnsafeMutablePointer<Atomic<UInt32>> {
        (UnsafeMutableRawPointer(marks) + Self.slot(number) &* Self.line)
            .assumingMemoryBound(to: Atomic<UInt32>.self)
    }

    /// In the line of the mark.
    @inline(__always)
    private func result(_ number: UInt64) -> UnsafeMutablePointer<UInt64> {
        (UnsafeMutableRawPointer(mark(number)) + 8).assumingMemoryBound(to: UInt64.self)
    }
}
