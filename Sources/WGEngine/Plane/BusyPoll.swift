/// How long the packet thread looks about for the next packet before it sleeps.
///
/// To wake a processor that has halted takes longer than to carry a packet through the engine, on a virtual machine ten
/// times as long. So in an exchange, where each packet soon brings about one the other way, the thread stays awake. Not for
/// a flow in one direction, acknowledged or not: who has slept finds more packets at once. And the more often nothing came,
/// the more rarely.
struct BusyPoll {
    /// Real nanoseconds: what three others take to wake up, who are asked one after the other, and answer.
    static let limit: UInt64 = 500_000
    /// Real nanoseconds: after a longer sleep there is no exchange.
    static let longestPause: UInt64 = 1_000_000
    /// So many doublings of the sleeps between two tries.
    static let mostMisses = 5
    /// Real nanoseconds: who gives way and is kept waiting for longer shares the processor with somebody who needs it. Then
    /// nothing halts, and who is woken has its turn before who has only given way.
    static let crowdedAbove: UInt64 = 100_000
    /// So many tries in which a packet came make up for one of that kind, and from beyond this sum on there are none.
    private static let crowdedWeight = 8
    private static let crowdedSum = 20
    /// Real nanoseconds until the next try then.
    static let crowdedTime: UInt64 = 250_000_000

    /// Real nanoseconds: who is kept waiting for longer has lost more than looking about gains in hundreds of tries. That is a
    /// neighbour's whole slice, or a limit on the process's processor time that is used up.
    static let longestWait: UInt64 = 5_000_000
    /// Until the next try then: so many such waits, and real nanoseconds at most.
    private static let longWaitWeight: UInt64 = 50
    private static let longestRest: UInt64 = 10_000_000_000

    private let limit: UInt64
    /// For each of the last 16 sleeps, the last one in the lowest bit, whether packets from there ended it.
    private var fromDevice: UInt16 = 0
    private var fromNetwork: UInt16 = 0
    private var lastPause = UInt64.max
    private var misses = 0
    private var sleepsUntilTry = 0
    private var crowding = 0
    private var crowdedUntil: UInt64 = 0
    private var isTry = false

    /// - Parameter limit: real nanoseconds to stay awake for; 0 for never.
    init(limit: UInt64) { self.limit = limit }

    /// Before a sleep: real nanoseconds to stay awake for, 0 for none.
    mutating func begin(now: UInt64) -> UInt64 {
        isTry = false
        guard lastPause < Self.longestPause, alternates, now >= crowdedUntil else { return 0 }
        guard sleepsUntilTry == 0 else {
            sleepsUntilTry &-= 1
            return 0
        }
        isTry = true
        return limit
    }

    /// Whether each direction has ended nearly half of the last sleeps. Of a stream's packets only every other one is
    /// acknowledged, which makes a third.
    private var alternates: Bool { min(fromDevice.nonzeroBitCount, fromNetwork.nonzeroBitCount) >= 7 }

    /// While awake: somebody else needs the processor.
    ///
    /// - Parameter wait: real nanoseconds.
    mutating func keptWaiting(_ wait: UInt64, now: UInt64) {
        isTry = false
        if wait > Self.longestWait {
            crowdedUntil = now &+ min(wait &* Self.longWaitWeight, Self.longestRest)
            return
        }
        crowding &+= Self.crowdedWeight
        guard crowding > Self.crowdedSum else { return }
        crowding &-= Self.crowdedWeight
        crowdedUntil = now &+ Self.crowdedTime
    }

    /// After a sleep.
    ///
    /// - Parameter pause: real nanoseconds since `begin`.
    mutating func end(pause: UInt64, fromDevice device: Bool, fromNetwork network: Bool) {
        lastPause = pause
        fromDevice = fromDevice &<< 1 | (device ? 1 : 0)
        fromNetwork = fromNetwork &<< 1 | (network ? 1 : 0)
        guard isTry else { return }
        // Apart, nobody begins.
        isTry = false
        if pause < limit {
            misses = max(misses &- 1, 0)
            crowding = max(crowding &- 1, 0)
        } else {
            misses = min(misses &+ 1, Self.mostMisses)
            sleepsUntilTry = 1 &<< misses &- 1
        }
    }
}
