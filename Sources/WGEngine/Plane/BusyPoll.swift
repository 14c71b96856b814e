/// How long the packet thread looks about for the next packet before it sleeps.
///
/// To wake a processor that has halted takes longer than to carry a packet through the engine, on a virtual machine ten
/// times as long. So in an exchange, where each packet soon brings about one the other way, the thread stays awake. Not for
/// a flow in one direction: who has slept finds more packets at once. And the more often nothing came, the more rarely.
struct BusyPoll {
    /// Real nanoseconds; as long as the kernel's haltpoll keeps the processor of a guest awake.
    static let limit: UInt64 = 200_000
    /// Real nanoseconds: after a longer sleep there is no exchange.
    static let longestPause: UInt64 = 1_000_000
    /// So many doublings of the sleeps between two tries.
    static let mostMisses = 4
    /// Real nanoseconds: who gives way and is kept waiting for longer shares the processor with somebody who needs it. Then
    /// nothing halts, and who is woken has its turn before who has only given way.
    static let crowdedAbove: UInt64 = 100_000
    /// What that counts for beside a miss, and up to where.
    static let crowdedMisses = 5
    static let mostCrowdedMisses = 10

    private let limit: UInt64
    /// For each of the last eight sleeps, the last one in the lowest bit, whether packets from there ended it.
    private var fromDevice: UInt8 = 0
    private var fromNetwork: UInt8 = 0
    private var lastPause = UInt64.max
    private var misses = 0
    private var sleepsUntilTry = 0
    private var isTry = false

    /// - Parameter limit: real nanoseconds to stay awake for; 0 for never.
    init(limit: UInt64) { self.limit = limit }

    /// Before a sleep: real nanoseconds to stay awake for, 0 for none.
    mutating func begin() -> UInt64 {
        isTry = false
        guard lastPause < Self.longestPause, fromDevice != 0, fromNetwork != 0 else { return 0 }
        guard sleepsUntilTry == 0 else {
            sleepsUntilTry &-= 1
            return 0
        }
        isTry = true
        return limit
    }

    /// While awake: somebody else needs the processor.
    mutating func foundCrowded() {
        isTry = false
        missed(Self.crowdedMisses, upTo: Self.mostCrowdedMisses)
    }

    /// After a sleep.
    ///
    /// - Parameter pause: real nanoseconds since `begin`.
    mutating func end(pause: UInt64, fromDevice device: Bool, fromNetwork network: Bool) {
        lastPause = pause
        fromDevice = fromDevice &<< 1 | (device ? 1 : 0)
        fromNetwork = fromNetwork &<< 1 | (network ? 1 : 0)
        guard isTry else { return }
        if pause < limit {
            misses = max(misses &- 1, 0)
            if misses > Self.mostMisses { sleepsUntilTry = 1 &<< misses &- 1 }
        } else {
            missed(1, upTo: Self.mostMisses)
        }
    }

    private mutating func missed(_ count: Int, upTo most: Int) {
        misses = max(misses, min(misses &+ count, most))
        sleepsUntilTry = 1 &<< misses &- 1
    }
}
