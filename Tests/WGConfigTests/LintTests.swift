import Glibc
import TestSupport
import Testing
import WGModel

@testable import WGConfig

/// What is found in files: `Lints/NAME.conf` gives `NAME.txt`. The interface's own public key is the same for all of them.
///
/// After a change that is meant, run with `WIREGUARD_UPDATE_GOLDEN=1` and read the difference.
@Suite struct LintTests {
    static let files = SourceTree.files(below: "Tests/WGConfigTests/Lints", suffix: ".conf")
    private static let facts = Linter.Facts(publicKey: PublicKey(base64: publicText))

    private static func findings(_ text: String) -> [Finding] { Linter.findings(in: Document(text: text), facts) }

    @Test func theFilesAreFound() { #expect(Self.files.count > 10) }

    @Test(arguments: files)
    func theFindingsAreThoseOfTheGoldenFile(path: String) throws {
        let document = Document(bytes: try TestFile.read(path))
        let stem = path.dropLast(".conf".count)
        let name = stem.split(separator: "/").last ?? ""
        var facts = Self.facts
        if name == "shared-file" { (facts.isOpenToOthers, facts.fileName) = (true, .fileNameTooLong) }
        let text = FindingText.render(Linter.findings(in: document, facts), file: "\(name).conf")
        if getenv("WIREGUARD_UPDATE_GOLDEN") != nil { try TestFile.write(Array(text.utf8), to: "\(stem).txt") }
        #expect(text == String(decoding: try TestFile.read("\(stem).txt"), as: UTF8.self))
        #expect(!text.contains(privateText))
    }

    /// Nothing that the program says is missing in the manual, nor in these files.
    @Test func everyCodeIsInTheManualAndInAGoldenFile() throws {
        let goldens =
            SourceTree.files(below: "Tests/WGConfigTests/Lints", suffix: ".txt").flatMap { SourceTree.lines(of: $0) }
        let shown = Set(
            goldens.compactMap { line -> String? in
                guard !line.hasPrefix(" "), line.hasSuffix("]"), let start = line.lastIndex(of: "[") else { return nil }
                return String(line[line.index(after: start)...].dropLast())
            })
        let manual = SourceTree.lines(of: "Man/wg-quick.8").drop { $0 != ".Sh FINDINGS" }.dropFirst()
            .prefix { !$0.hasPrefix(".Sh ") }
        let explained = manual.flatMap { line in
            line.hasPrefix(".It Va ") ? line.dropFirst(7).split(separator: ",").map { $0.filter { $0 != " " } } : []
        }
        #expect(Set(explained).count == explained.count)
        #expect(shown.subtracting(explained) == [])
        let sources = SourceTree.files(below: "Sources/WGConfig/Lints", suffix: ".swift").filter {
            $0.hasSuffix("/Lint.swift")
        }
        let codes = sources.flatMap { SourceTree.lines(of: $0) }.compactMap { line -> String? in
            guard line.contains("case .") else { return nil }
            let parts = line.split(separator: "\"")
            return parts.count == 2 ? String(parts[1]) : nil
        }
        #expect(codes.count > 25)
        #expect(Set(codes).subtracting(explained) == [])
        #expect(Set(codes).subtracting(shown) == ["bad-file-name"])
    }

    @Test(arguments: ["", "x", " x", "=", ","])
    func aPrivateKeyInThePlaceOfAPublicOneIsNotShown(end: String) {
        let spaced = privateText.prefix(7) + " " + privateText.dropFirst(7)
        for text in [privateText, String(spaced)] {
            let found = Self.findings("[Interface]\nPrivateKey = \(privateText)\n[Peer]\nPublicKey = \(text)\(end)\n")
            let shown = FindingText.render(found, file: "f")
            #expect(shown.contains("PublicKey") && !shown.contains(privateText.suffix(20)), "\(shown)")
        }
    }

    @Test func errorsComeWithTheirLineAndHint() throws {
        let found = Self.findings("[Interface]\nPrivateKey = \(privateText)\nListenPort = 5\nAdress = 10.0.0.1\n")
        let finding = try #require(found.first)
        #expect(found.count == 1)
        #expect(finding.code == "unknown-key" && finding.severity == .error)
        #expect(finding.place?.line == 4 && finding.place?.column == 1 && finding.place?.length == 6)
        #expect(FindingText.hint(finding) == "did you mean `Address'?")
    }

    @Test func ofVeryManyTheWorstAreShown() {
        var text = "[Interface]\nPrivateKey = \(privateText)\nListenPort = 5\n"
        var random = SeededGenerator(seed: 1)
        for _ in 0..<200 { text += "[Peer]\nPublicKey = \(PublicKey(bytes: random.key()).base64)\n" }
        text += "[Peer]\nPublicKey = \(publicText)\nAllowedIPs = 10.0.0.1\n"
        let shown = FindingText.render(Self.findings(text), file: "f")
        #expect(shown.contains("[own-public-key]"))
        #expect(shown.hasSuffix("f: 101 more findings like these\n"))
    }

    @Test func manyPeersWithoutFaultsAreFine() {
        var text = "[Interface]\nPrivateKey = \(privateText)\nListenPort = 5\n"
        var random = SeededGenerator(seed: 2)
        for index in 0..<2000 {
            text += "[Peer]\nPublicKey = \(PublicKey(bytes: random.key()).base64)\n"
            text += "AllowedIPs = 10.\(index / 256).\(index % 256).1, fd00::\(String(index, radix: 16))/128\n"
        }
        #expect(Self.findings(text).isEmpty)
    }
}
