import TestSupport
import Testing
import WGConfig

@testable import wg_quick

@Suite struct QuickCheckTests {
    private static let directory = "\(SourceTree.root)/Tests/WGConfigTests/Lints"

    @Test func theJSONHasWhatTheTextHas() throws {
        let file = try CheckedFile("\(Self.directory)/keys.conf")
        let json = try JSONValue(FindingsJSON.text([file]))
        #expect(json["schema"] == .number("1"))
        let found = try #require(json["files"]?[0]?["findings"])
        #expect(json["files"]?[0]?["path"] == .string(file.path))
        let index = try #require(file.findings.firstIndex { $0.code == "private-key-as-public-key" })
        let finding = try #require(found[index])
        let (place, related) = try (#require(finding["place"]), #require(finding["related"]))
        #expect(finding["severity"] == .string("error"))
        #expect(place["line"] == .number("11") && place["column"] == .number("13") && place["length"] == .number("44"))
        #expect(related["line"] == .number("2"))
        #expect(place["source"] == .string("PublicKey = " + String(repeating: "*", count: 44)))
        #expect(finding["hint"] == .null)
        let members = finding.names.union(["schema", "files", "path", "findings"]).union(place.names)
        #expect(Self.words(inSection: "JSON").isSubset(of: members))
        #expect(finding.names.union(place.names).isSubset(of: Self.words(inSection: "JSON")))
    }

    @Test func ofTheFileAsAWholeThereIsNoPlace() throws {
        let path = "\(Self.directory)/keys.txt"
        let file = try CheckedFile(path)
        let json = try JSONValue(FindingsJSON.text([file]))
        let finding = try #require(json["files"]?[0]?["findings"]?[0])
        #expect(finding["code"] == .string("bad-file-name"))
        #expect(finding["place"] == .null)
    }

    @Test func theOwnPublicKeyIsDerived() throws {
        // `wg pubkey` of this private key.
        let file = try CheckedFile("\(Self.directory)/own-key.conf")
        #expect(file.findings.map(\.code).contains("own-public-key"))
    }

    @Test func aFileThatIsNotThereIsNamed() {
        #expect(throws: CheckedFile.Fault.self) { try CheckedFile("\(Self.directory)/none.conf") }
        #expect(throws: CheckedFile.Fault.self) { try CheckedFile("abcdefghijklmnop") }
    }

    /// The members that the manual names in a section.
    private static func words(inSection title: String) -> Set<String> {
        let lines = SourceTree.lines(of: "Man/wg-quick.8").drop { $0 != ".Sh \(title)" }.dropFirst()
        return Set(
            lines.prefix { !$0.hasPrefix(".Sh ") }.compactMap { line in
                let words = line.split(separator: " ").drop { $0 == ".It" }
                guard words.first == "Va" || words.first == ".Va" else { return nil }
                return words.dropFirst().first.map(String.init)
            })
    }
}
