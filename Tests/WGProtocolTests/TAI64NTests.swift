import TestSupport
import Testing
import WGProtocol

struct TAI64NTests {
    @Test("A label is the seconds since 1970 plus 2^62 + 10, then the nanoseconds, all big-endian")
    func layout() {
        #expect(TAI64N(unixSeconds: 0, nanoseconds: 0).bytes == hex("400000000000000a00000000"))
        #expect(TAI64N(unixSeconds: 1_700_000_000, nanoseconds: 0).bytes == hex("400000006553f10a00000000"))
        #expect(TAI64N(unixSeconds: -1, nanoseconds: 0).bytes == hex("400000000000000900000000"))
    }

    @Test(
        "Nanoseconds are rounded down to multiples of 2^24",
        arguments: [
            (0, "00000000"), (0x00FF_FFFF, "00000000"), (0x0100_0000, "01000000"), (999_999_999, "3b000000"),
        ])
    func whitening(_ nanoseconds: UInt32, _ expected: String) {
        #expect(Array(TAI64N(unixSeconds: 0, nanoseconds: nanoseconds).bytes.suffix(4)) == hex(expected))
    }

    @Test("The order of labels is that of their bytes, whatever they are")
    func order() throws {
        var generator = SeededGenerator(seed: 1)
        var labels: [[UInt8]] = [.init(repeating: 0, count: 12), .init(repeating: 255, count: 12)]
        for _ in 0..<50 {
            let label = (0..<12).map { _ in UInt8.random(in: 0...255, using: &generator) }
            labels.append(label)
            labels.append(flip(Int.random(in: 0..<96, using: &generator), of: label))
        }
        for left in labels {
            for right in labels {
                let a = try #require(label(left))
                let b = try #require(label(right))
                #expect((a < b) == left.lexicographicallyPrecedes(right))
                #expect((a == b) == (left == right))
                #expect(a.bytes == left)
            }
        }
    }

    @Test("Other lengths are no label", arguments: [0, 1, 11, 13])
    func length(_ count: Int) {
        #expect(label([UInt8](repeating: 1, count: count)) == nil)
    }

    @Test("An initiation is taken once, and none that is older")
    func replay() {
        var filter = InitiationFilter()
        let second: UInt64 = 1_000_000_000
        let at = { (seconds: Int64) in TAI64N(unixSeconds: seconds, nanoseconds: 0) }
        take(&filter, at(100), now: 1 * second)
        refuse(&filter, at(100), now: 2 * second)
        refuse(&filter, at(99), now: 3 * second)
        take(&filter, at(101), now: 4 * second)
        refuse(&filter, at(100), now: 5 * second)
        #expect(filter.greatest == at(101))
    }

    @Test("At most 50 initiations are taken per second, and a refused one isn't remembered")
    func flood() {
        var filter = InitiationFilter()
        var taken = 0
        for millisecond in 0..<1000 as Range<UInt64> {
            let timestamp = TAI64N(unixSeconds: Int64(millisecond), nanoseconds: 0)
            if filter.take(timestamp, now: 5 + millisecond * 1_000_000) { taken += 1 }
        }
        #expect(taken == 50)
        take(&filter, TAI64N(unixSeconds: 999, nanoseconds: 0), now: 2_000_000_000)
    }

    private func label(_ bytes: [UInt8]) -> TAI64N? { TAI64N(bytes.span) }

    private func take(_ filter: inout InitiationFilter, _ timestamp: TAI64N, now: UInt64) {
        let isTaken = filter.take(timestamp, now: now)
        #expect(isTaken)
    }

    private func refuse(_ filter: inout InitiationFilter, _ timestamp: TAI64N, now: UInt64) {
        let isTaken = filter.take(timestamp, now: now)
        #expect(!isTaken)
    }
}
