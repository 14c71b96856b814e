internal import CLinux
import Testing

@testable import WGEngine

/// When the packet thread stays awake.
@Suite struct BusyPollTests {
    private static let soon = BusyPoll.limit / 4
    private static let late = BusyPoll.limit * 3 / 2

    @Test func anExchangeIsStayedAwakeFor() {
        var poll = BusyPoll(limit: BusyPoll.limit)
        for turn in 0..<14 { #expect(sleep(&poll, for: Self.soon, fromDevice: turn % 2 == 0) == 0) }
        for turn in 0..<100 {
            #expect(sleep(&poll, for: Self.soon, fromDevice: turn % 2 == 0) == BusyPoll.limit)
        }
    }

    /// `one` of so many sleeps is ended by an acknowledgement.
    @Test(arguments: [(true, 0), (false, 0), (true, 3), (false, 3), (true, 5), (false, 5)])
    func aFlowInOneDirectionIsNot(fromDevice: Bool, one: Int) {
        var poll = exchange()
        for turn in 0..<100 {
            let isAnswer = one > 0 && turn % one == 0
            let time = sleep(&poll, for: Self.soon, fromDevice: fromDevice != isAnswer)
            if turn >= 16 { #expect(time == 0) }
        }
    }

    @Test func aPacketTooManyDoesNotEndAnExchange() {
        var poll = exchange()
        for turn in 0..<100 {
            if turn % 16 == 0 { #expect(sleep(&poll, for: Self.soon, fromDevice: true) == BusyPoll.limit) }
            #expect(sleep(&poll, for: Self.soon, fromDevice: turn % 2 == 0) == BusyPoll.limit)
        }
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
        for turn in 0..<200 {
            count += 1
            guard sleep(&poll, for: Self.late, fromDevice: turn % 2 == 0) > 0 else { continue }
            sleeps.append(count)
            count = 0
        }
        #expect(sleeps.prefix(7) == [1, 2, 4, 8, 16, 32, 32])
    }

    @Test func whatCameInTimeMakesUpForIt() {
        var poll = exchange()
        for turn in 0..<200 { _ = sleep(&poll, for: Self.late, fromDevice: turn % 2 == 0) }
        let tries = (0..<100).count { sleep(&poll, for: Self.soon, fromDevice: $0 % 2 == 0) > 0 }
        #expect(tries >= 100 - 32)
        #expect(sleep(&poll, for: Self.late, fromDevice: true) > 0)
        #expect((0..<2).count { sleep(&poll, for: Self.soon, fromDevice: $0 % 2 != 0) > 0 } == 1)
    }

    @Test func whereOthersNeedTheProcessorItIsRarelyTried() {
        var poll = exchange()
        var tries: [UInt64] = []
        for turn in 0..<4000 {
            let now = UInt64(turn) * 250_000
            let isTry = poll.begin(now: now) > 0
            if isTry {
                tries.append(now)
                poll.keptWaiting(BusyPoll.crowdedAbove + 1, now: now)
            }
            poll.end(pause: Self.soon, fromDevice: turn % 2 == 0, fromNetwork: turn % 2 != 0)
        }
        let first: UInt64 = 500_000
        #expect(tries == [0, 250_000, first] + (1..<4).map { first + $0 * BusyPoll.crowdedTime })
    }

    @Test func whoIsKeptWaitingNowAndThenGoesOn() {
        var poll = exchange()
        for turn in 0..<1000 {
            #expect(poll.begin(now: 0) == BusyPoll.limit)
            if turn % 9 == 0 { poll.keptWaiting(BusyPoll.crowdedAbove + 1, now: 0) }
            poll.end(pause: Self.soon, fromDevice: turn % 2 == 0, fromNetwork: turn % 2 != 0)
        }
    }

    /// A limit of half a processor: 50 ms of every 100 are taken, and until then a packet comes in each try.
    @Test func oneLongWaitOutweighsWhateverCameBefore() {
        var poll = exchange()
        for turn in 0..<1000 {
            _ = poll.begin(now: 0)
            poll.end(pause: Self.soon, fromDevice: turn % 2 == 0, fromNetwork: turn % 2 != 0)
        }
        #expect(poll.begin(now: 0) > 0)
        poll.keptWaiting(50_000_000, now: 50_000_000)
        poll.end(pause: Self.soon, fromDevice: true, fromNetwork: false)
        #expect(poll.begin(now: 2_500_000_000) == 0)
        #expect(poll.begin(now: 2_550_000_000) > 0)
        // Whoever was stopped for a minute goes on soon after.
        poll.keptWaiting(60_000_000_000, now: 70_000_000_000)
        #expect(poll.begin(now: 79_999_999_999) == 0)
        #expect(poll.begin(now: 80_000_000_000) > 0)
    }

    @Test func sleepsThatBeganWithoutATryCountForNothing() {
        var poll = exchange()
        #expect(poll.begin(now: 0) > 0)
        for turn in 0..<10 { poll.end(pause: Self.late, fromDevice: turn % 2 == 0, fromNetwork: turn % 2 != 0) }
        poll.end(pause: Self.soon, fromDevice: true, fromNetwork: false)
        #expect((0..<2).count { sleep(&poll, for: Self.soon, fromDevice: $0 % 2 != 0) > 0 } == 1)
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
        for turn in 0..<16 { _ = sleep(&poll, for: Self.soon, fromDevice: turn % 2 == 0) }
        return poll
    }

    /// How long the thread stays awake before a sleep that a packet ends after `pause`.
    private func sleep(_ poll: inout BusyPoll, for pause: UInt64, fromDevice: Bool) -> UInt64 {
        let time = poll.begin(now: 1_000_000_000)
        poll.end(pause: pause, fromDevice: fromDevice, fromNetwork: !fromDevice)
        return time
    }
}
