import Synchronization
import WGLinux

/// Who runs the outbound loop: the packet thread, in turn with the inbound loop, as long as that is not too much for
/// one processor; under more load the outbound thread.
///
/// One thread for both directions costs an eighth less of processor time: what one direction brings about in the other,
/// as acknowledgements, is there without waking anybody. Two threads carry more.
///
/// `@unchecked Sendable`: the loop belongs to the packet thread while `isApart` is false, to the outbound thread while
/// it is true. Each gives it away by a releasing store, and takes it after an acquiring load.
final class OutboundTurn: @unchecked Sendable {
    /// When the turn changes hands.
    struct Policy: Sendable {
        /// Thousandths of a processor that the packet thread must have had, in `windows` windows on end.
        var apartAbove = 850
        var windows = 3
        /// Thousandths that both threads together must have had less of, in a window.
        var togetherBelow = 600
        /// Real nanoseconds.
        var window: UInt64 = 10_000_000
        /// Real nanoseconds that the packet thread may stay awake for the next packet of an exchange; 0 for never.
        var busyPoll = BusyPoll.limit
        /// How each direction shares its work once they are apart.
        var ring = WorkerRing.Policy()

        /// For the processors that the process may run on.
        static func fitting(processors: Int) -> Policy {
            // Whoever is to send the next packet wants the only one.
            Policy(busyPoll: processors > 1 ? BusyPoll.limit : 0, ring: .fitting(processors: processors))
        }

        /// Everything that there is, under any load: a thread for each direction, and so many workers for each.
        static func always(workers: Int) -> Policy {
            Policy(
                apartAbove: -1, windows: 1, togetherBelow: -1, window: 1000, ring: .always(workers: workers))
        }
    }

    let policy: Policy
    let loop: UnsafeMutablePointer<OutboundLoop>
    let isApart = Atomic<Bool>(false)
    /// What the packet thread has had in its last window, in thousandths of a processor, while they are apart; more than
    /// can be while it shares its work.
    let inboundLoad = Atomic<Int>(0)
    /// Written to wake the outbound thread, which waits for its turn.
    let wake: EventFD

    init(_ loop: consuming OutboundLoop, policy: Policy) throws(Errno) {
        wake = try EventFD()
        self.policy = policy
        self.loop = .allocate(capacity: 1)
        self.loop.initialize(to: loop)
    }

    deinit {
        loop.deinitialize(count: 1)
        loop.deallocate()
    }
}
