import Testing

@testable import WGConfig

@Suite struct ByteScanTests {
    /// Every byte at every place of three words, among letters and among bytes next to those looked for.
    @Test func eightAtATimeFindsWhatOneAtATimeFinds() {
        for filler in [UInt8(ascii: "a"), 35, 36, 60, 62, 126, 127, 255] {
            for byte in UInt8.min...UInt8.max {
                for place in 0..<24 {
                    var text = [UInt8](repeating: filler, count: 24)
                    text[place] = byte
                    compare(text, from: place % 3)
                }
            }
        }
    }

    @Test func textsOfAllLengths() {
        for count in 0..<40 {
            compare([UInt8](repeating: UInt8(ascii: "x"), count: count), from: 0)
            compare([UInt8](repeating: UInt8(ascii: "x"), count: count) + [UInt8(ascii: "=")], from: count / 2)
        }
    }

    private func compare(_ text: [UInt8], from start: Int) {
        func naive(_ isWanted: (UInt8) -> Bool) -> Int { text[start...].firstIndex(where: isWanted) ?? text.count }
        let plain: ClosedRange<UInt8> = 36...126
        let found = [
            ByteScan.firstIndex(of: 10, in: text.span, from: start),
            ByteScan.endOfPlain(text.span, from: start), ByteScan.endOfPlainWord(text.span, from: start),
        ]
        let expected = [
            naive { $0 == 10 }, naive { !plain.contains($0) },
            naive { !plain.contains($0) || $0 == UInt8(ascii: "=") },
        ]
        if found != expected { Issue.record("\(text) from \(start): \(found), not \(expected)") }
    }
}
