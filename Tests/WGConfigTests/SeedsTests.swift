import TestSupport
import Testing
import WGConfig

/// The fuzzer's seeds, and files near to them, under the fuzzer's own properties.
@Suite struct SeedsTests {
    static let seeds = SourceTree.files(below: "Tests/Fuzz/Config/Seeds")

    @Test func oneSeedHasEveryKeyAndNothingWrong() throws {
        let bytes = try TestFile.read("Tests/Fuzz/Config/Seeds/everything.conf")
        let text = String(decoding: bytes, as: UTF8.self)
        for keyword in Keyword.allCases { #expect(text.contains("\n\(keyword.name) = ")) }
        #expect(ConfigParser.parseQuick(Document(bytes: bytes)).diagnostics == [])
    }

    @Test(arguments: seeds)
    func aSeedKeepsTheProperties(path: String) throws {
        expectProperties(try TestFile.read(path))
    }

    @Test func filesNearToTheSeedsKeepTheProperties() throws {
        var random = SeededGenerator.printed()
        let seed = try TestFile.read("Tests/Fuzz/Config/Seeds/everything.conf")
        let alphabet = Array("#=\n\r \t\0[]:,aZ09+/-.\u{e4}".utf8) + [0xff]
        for _ in 0..<300 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let start = Int.random(in: 0..<bytes.count, using: &random)
                let end = min(bytes.count, start + Int.random(in: 0...3, using: &random))
                let count = Int.random(in: 0...2, using: &random)
                bytes.replaceSubrange(
                    start..<end, with: (0..<count).map { _ in alphabet.randomElement(using: &random)! })
            }
            expectProperties(bytes)
        }
    }

    private func inPieces(_ bytes: [UInt8], of size: Int) -> ParseResult<WireGuardConfig> {
        var parser = WireGuardConfigParser()
        for start in stride(from: 0, to: bytes.count, by: size) {
            parser.append(bytes[start..<min(start + size, bytes.count)])
        }
        return parser.finish()
    }

    private func expectProperties(_ bytes: [UInt8]) {
        let document = Document(bytes: bytes)
        let text = Comment(rawValue: String(decoding: bytes, as: UTF8.self).debugDescription)
        #expect(document.bytes == bytes, text)
        let quick = ConfigParser.parseQuick(document)
        let wireGuard = ConfigParser.parseWireGuard(document)
        #expect((quick.value == nil) == quick.diagnostics.contains { $0.severity == .error }, text)
        #expect((wireGuard.value == nil) == wireGuard.diagnostics.contains { $0.severity == .error }, text)
        let stripped = ConfigParser.parseWireGuard(Document(bytes: ConfigPrinter.strip(document)))
        if let config = quick.value { #expect(stripped.value == config.wireGuard, text) }
        for size in [1, 7, 4096] {
            let pieces = inPieces(bytes, of: size)
            #expect(pieces.value == wireGuard.value && pieces.diagnostics == wireGuard.diagnostics, text)
        }
        for finding in Linter.findings(in: document) {
            #expect(FindingText.render(finding, file: "f").hasSuffix("\n"), text)
            for place in [finding.place, finding.related].compactMap({ $0 }) {
                #expect((1...document.lines.count).contains(place.line) && place.column >= 1, text)
            }
        }
        for diagnostic in quick.diagnostics + wireGuard.diagnostics {
            #expect((1...document.lines.count).contains(diagnostic.line), text)
            #expect(diagnostic.column >= 1, text)
        }
    }
}
