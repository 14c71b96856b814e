internal import CLinux
import Testing

@testable import WGEngine

/// When the packet thread stays awake.
@Suite struct BusyPollTests {
    private static let soon = BusyPoll.limit / 4
    private static let late = BusyPoll.limit * 2

    @Test func anExchangeIsStayedAwakeFor() {
        var poll = BusyPoll(limit: BusyPoll.limit)
        #expect(sleep(&poll, for: Self.soon, fromDevice: true) == 0)
        #expect(sleep(&poll, for: Self.soon, fromDevice: false) == 0)
        for turn in 0..<100 {
            #expect(sleep(&poll, for: Self.soon, fromDevice: turn % 2 == 0) == BusyPoll.limit)
        }
    }

    @Test(arguments: [true, false]) func aFlowInOneDirectionIsNot(fromDevice: Bool) {
        var poll = exchange()
        for _ in 0..<8 { _ = sleep(&poll, for: Self.soon, fromDevice: fromDevice) }
        for _ in 0..<100 { #expect(sleep(&poll, for: Self.soon, fromDevice: fromDevice) == 0) }
        #expect(sleep(&poll, for: Self.soon, fromDevice: !fromDevice) == 0)
        #expect(sleep(&poll, for: Self.soon, fromDevice: fromDevice) == BusyPoll.limit)
    }

    @Test func afterALongSleepThereIsNoExchange() {
        var poll = exchange()
        for turn in 0..<20 {
            let time = sleep(&poll, for: BusyPoll.longestPause, fromDevice: turn % 2 == 0)
            #expect(time == (turn == 0 ? BusyPoll.limit : 0))
        }
    }

    @Test func theMoreOftenNothingCameTheMoreRarely() {
        var poll = exchange()
        var sleeps: [Int] = []
        var count = 0
        for turn in 0..<100 {
            count += 1
            guard sleep(&poll, for: Self.late, fromDevice: turn % 2 == 0) > 0 else { continue }
            sleeps.append(count)
            count = 0
        }
        #expect(sleeps.prefix(7) == [1, 2, 4, 8, 16, 16, 16])
    }

    @Test func whatCameInTimeMakesUpForIt() {
        var poll = exchange()
        for turn in 0..<100 { _ = sleep(&poll, for: Self.late, fromDevice: turn % 2 == 0) }
        let tries = (0..<100).count { sleep(&poll, for: Self.soon, fromDevice: $0 % 2 == 0) > 0 }
        #expect(tries >= 100 - 16)
        #expect(sleep(&poll, for: Self.late, fromDevice: true) > 0)
        #expect((0..<2).count { _ in sleep(&poll, for: Self.soon, fromDevice: false) > 0 } == 1)
    }

    @Test func whereOthersNeedTheProcessorItIsHardlyTried() {
        var poll = exchange()
        var tries: [Int] = []
        for turn in 0..<4000 {
            if poll.begin() > 0 {
                tries.append(turn)
                poll.foundCrowded()
            }
            poll.end(pause: Self.late, fromDevice: turn % 2 == 0, fromNetwork: turn % 2 != 0)
        }
        #expect(tries.prefix(4) == [0, 32, 32 + 1024, 32 + 2048])
        // And for long after they have gone, but not for ever.
        var (rare, sleeps) = (0, 0)
        while rare < 6 {
            sleeps += 1
            if sleep(&poll, for: Self.soon, fromDevice: sleeps % 2 == 0) > 0 { rare += 1 }
        }
        #expect((1000...3100).contains(sleeps))
        for turn in 0..<100 { #expect(sleep(&poll, for: Self.soon, fromDevice: turn % 2 == 0) == BusyPoll.limit) }
    }

    @Test func withoutALimitNever() {
        var poll = BusyPoll(limit: 0)
        for turn in 0..<100 { #expect(sleep(&poll, for: Self.soon, fromDevice: turn % 2 == 0) == 0) }
    }

    @Test func aSingleProcessorIsLeftToOthers() {
        #expect(OutboundTurn.Policy.fitting(processors: 1).busyPoll == 0)
        #expect(OutboundTurn.Policy.fitting(processors: 2).busyPoll == BusyPoll.limit)
    }

    /// Awake without need is no load.
    @Test func whatIsLeftOutIsNoLoad() throws {
        let window: UInt64 = 1_000_000
        var (all, none) = (LoadMeter(window: window), LoadMeter(window: window))
        _ = (all.read(), none.read())
        let begin = clinux_thread_cpu_ns()
        while clinux_thread_cpu_ns() &- begin < 4 * window {}
        none.leaveOut(clinux_thread_cpu_ns() &- begin)
        let (without, with) = (none.read(), all.read())
        #expect(try #require(without) < #require(with) / 2)
    }

    /// Amid packets both ways, each soon after the other.
    private func exchange() -> BusyPoll {
        var poll = BusyPoll(limit: BusyPoll.limit)
        for turn in 0..<2 { _ = sleep(&poll, for: Self.soon, fromDevice: turn % 2 == 0) }
        return poll
    }

    /// How long the thread stays awake before a sleep that a packet ends after `pause`.
    private func sleep(_ poll: inout BusyPoll, for pause: UInt64, fromDevice: Bool) -> UInt64 {
        let time = poll.begin()
        poll.end(pause: pause, fromDevice: fromDevice, fromNetwork: !fromDevice)
        return time
    }
}
