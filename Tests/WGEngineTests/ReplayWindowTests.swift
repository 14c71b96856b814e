import TestSupport
import Testing

@testable import WGEngine

/// The window done slowly: a set of everything ever accepted.
private struct SlowWindow {
    var seen: Set<UInt64> = []
    var greatest: UInt64 = 0

    mutating func accept(_ counter: UInt64) -> Bool {
        if counter <= greatest, greatest - counter >= ReplayWindow.size { return false }
        greatest = max(greatest, counter)
        return seen.insert(counter).inserted
    }
}

@Suite struct ReplayWindowTests {
    @Test(arguments: [UInt64(1), 63, 64, 65, 1000, 8127, 8128, 9000, 20_000])
    func agreesWithASetForRandomCountersThatSpreadOver(spread: UInt64) {
        var random = SeededGenerator(seed: spread)
        var window = ReplayWindow()
        var slow = SlowWindow()
        var front: UInt64 = 0
        for _ in 0..<20_000 {
            front += UInt64.random(in: 0...3, using: &random)
            if Int.random(in: 0..<500, using: &random) == 0 {
                front += UInt64.random(in: 0...spread * 3, using: &random)
            }
            let back = UInt64.random(in: 0...spread, using: &random)
            let counter = front - min(back, front)
            let (foretold, fast, right) = (window.allows(counter), window.accept(counter), slow.accept(counter))
            #expect(fast == right && foretold == right)
        }
    }

    /// What a fresh window says to each counter.
    private func verdicts(_ counters: some Sequence<UInt64>) -> [Bool] {
        var window = ReplayWindow()
        return counters.map { window.accept($0) }
    }

    @Test func everyCounterIsAcceptedOnceAndOnlyOnce() {
        let counters = UInt64(0)..<20_000
        let again = (20_000 - ReplayWindow.size)..<20_000
        let verdicts = verdicts(Array(counters) + Array(again))
        #expect(verdicts.prefix(20_000).allSatisfy { $0 })
        #expect(verdicts.dropFirst(20_000).allSatisfy { !$0 })
    }

    @Test func aCounterAtTheFarEndIsAcceptedAndOneBeyondIsNot() {
        let verdicts = verdicts([100_000, 100_000 - ReplayWindow.size + 1, 100_000 - ReplayWindow.size])
        #expect(verdicts == [true, true, false])
    }

    @Test func aJumpToTheGreatestCounterForgetsTheOldOnes() {
        let verdicts = verdicts([5, UInt64.max - 10, 5, UInt64.max - 11, UInt64.max, UInt64.max])
        #expect(verdicts == [true, true, false, true, true, false])
    }
}
