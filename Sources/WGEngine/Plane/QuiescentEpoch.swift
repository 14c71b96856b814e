import Synchronization

/// Tells the control thread when memory that it has withdrawn can't be seen by T and U any more.
///
/// Each loop announces the epoch it has seen at the top of every batch, and "asleep" around a blocking poll. C
/// withdraws a pointer, raises the epoch, and frees the memory once each loop is asleep or has announced that epoch:
/// a loop that announces epoch e after the withdrawal can't load the old pointer again. Workers see what their loop has
/// given them, and it has taken all of that back before the batch ends.
struct QuiescentEpoch {
    /// The loops that take part.
    enum Reader: Int {
        case outbound = 0
        case inbound = 1
    }

    private static let asleep = UInt64.max

    private struct State: ~Copyable {
        let epoch = Atomic<UInt64>(1)
        let outbound = Atomic<UInt64>(UInt64.max)
        let inbound = Atomic<UInt64>(UInt64.max)
    }

    private let state: UnsafeMutablePointer<State>

    init() {
        state = .allocate(capacity: 1)
        state.initialize(to: State())
    }

    func deallocate() {
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// A loop holds no published pointer now, and will load them anew. Call at the top of every batch.
    @inline(__always)
    func quiesce(_ reader: Reader) {
        // Sequentially consistent: the announcement comes before the loads of the batch in every thread's eyes.
        let epoch = state.pointee.epoch.load(ordering: .sequentiallyConsistent)
        switch reader {
        case .outbound: state.pointee.outbound.store(epoch, ordering: .sequentiallyConsistent)
        case .inbound: state.pointee.inbound.store(epoch, ordering: .sequentiallyConsistent)
        }
    }

    /// A loop is about to block and holds no published pointer. `quiesce` wakes it.
    @inline(__always)
    func sleep(_ reader: Reader) {
        switch reader {
        case .outbound: state.pointee.outbound.store(Self.asleep, ordering: .releasing)
        case .inbound: state.pointee.inbound.store(Self.asleep, ordering: .releasing)
        }
    }

    /// C: begins a new epoch after withdrawing pointers; what was withdrawn before is free to go once
    /// `hasPassed` is true for the result.
    func advance() -> UInt64 { state.pointee.epoch.add(1, ordering: .sequentiallyConsistent).newValue }

    /// C: whether both loops have let go of everything withdrawn before the `advance` that returned `epoch`.
    func hasPassed(_ epoch: UInt64) -> Bool {
        state.pointee.outbound.load(ordering: .sequentiallyConsistent) >= epoch
            && state.pointee.inbound.load(ordering: .sequentiallyConsistent) >= epoch
    }
}
