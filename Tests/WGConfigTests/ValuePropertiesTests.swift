import TestSupport
import Testing

/// The seeds of the fuzzer of values, and texts near to them, under the fuzzer's own properties.
@Suite struct ValuePropertiesTests {
    static let seeds = SourceTree.files(below: "Tests/Fuzz/Values/Seeds")

    @Test func thereAreSeeds() {
        #expect(Self.seeds.count > 15)
    }

    @Test(arguments: seeds)
    func aSeedKeepsTheProperties(path: String) throws {
        #expect(ValueProperties.broken(by: try TestFile.read(path)) == [])
    }

    @Test func textsNearToTheSeedsKeepTheProperties() throws {
        var random = SeededGenerator.printed()
        let seeds = try Self.seeds.map { try TestFile.read($0) }
        let alphabet = Array("0123456789abcdefxF.:/,[]%+-= \t\0".utf8) + [0xc3, 0xa4, 0xff]
        for _ in 0..<5000 {
            guard var bytes = seeds.randomElement(using: &random) else { return }
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let start = Int.random(in: 0...bytes.count, using: &random)
                let end = min(bytes.count, start + Int.random(in: 0...2, using: &random))
                let new = (0..<Int.random(in: 0...2, using: &random)).compactMap { _ in
                    alphabet.randomElement(using: &random)
                }
                bytes.replaceSubrange(start..<end, with: new)
            }
            let broken = ValueProperties.broken(by: bytes)
            #expect(broken == [], Comment(rawValue: String(decoding: bytes, as: UTF8.self).debugDescription))
        }
    }
}
