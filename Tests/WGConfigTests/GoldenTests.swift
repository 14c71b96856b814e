import Glibc
import TestSupport
import Testing
import WGConfig

/// The text of diagnostics, as files: `Golden/NAME.conf` gives `NAME.wg.txt` and `NAME.quick.txt`.
///
/// After a change that is meant, run with `WIREGUARD_UPDATE_GOLDEN=1` and read the difference.
@Suite struct GoldenTests {
    static let files = SourceTree.files(below: "Tests/WGConfigTests/Golden", suffix: ".conf")

    @Test func theFilesAreFound() {
        #expect(Self.files.count >= 7)
    }

    @Test(arguments: files)
    func theGrammarOfWgReportsWhatTheFileSays(path: String) throws {
        let document = Document(bytes: try TestFile.read(path))
        #expect(document.bytes == (try TestFile.read(path)))
        let result = ConfigParser.parseWireGuard(document)
        try check(result.diagnostics, path, grammar: "wg")
        #expect((result.value == nil) == result.diagnostics.contains { $0.severity == .error })
    }

    @Test(arguments: files)
    func theGrammarOfWgQuickReportsWhatTheFileSays(path: String) throws {
        let result = ConfigParser.parseQuick(Document(bytes: try TestFile.read(path)))
        try check(result.diagnostics, path, grammar: "quick")
        #expect((result.value == nil) == result.diagnostics.contains { $0.severity == .error })
    }

    @Test func ofVeryManyTheErrorsAreShownFirst() {
        let text =
            "[Interface]\n" + String(repeating: "ListenPort = 1\n", count: 200) + "ListenPort = ?\n" + "Foo = 1\n"
        let diagnostics = ConfigParser.parseWireGuard(Document(text: text)).diagnostics
        #expect(diagnostics.count == 202)
        let shown = DiagnosticText.render(diagnostics, file: "f")
        #expect(shown.contains("f:202:14: error"))
        #expect(shown.contains("f:203:1: error"))
        #expect(shown.split(separator: "\n").filter { $0.contains(": warning: ") }.count == 98)
        #expect(shown.hasSuffix("f: 102 more errors or warnings like these\n"))
    }

    private func check(_ diagnostics: [Diagnostic], _ path: String, grammar: String) throws {
        let stem = path.dropLast(".conf".count)
        let name = stem.split(separator: "/").last ?? ""
        let text = DiagnosticText.render(diagnostics, file: "\(name).conf")
        let golden = "\(stem).\(grammar).txt"
        if getenv("WIREGUARD_UPDATE_GOLDEN") != nil { try TestFile.write(Array(text.utf8), to: golden) }
        #expect(text == String(decoding: try TestFile.read(golden), as: UTF8.self))
    }
}

/// Files of the source tree as bytes, by paths relative to the root.
enum TestFile {
    struct Unreadable: Error {
        let path: String
    }

    static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen("\(SourceTree.root)/\(path)", "r") else { throw Unreadable(path: path) }
        defer { fclose(file) }
        var content: [UInt8] = []
        while case let byte = getc(file), byte != EOF { content.append(UInt8(truncatingIfNeeded: byte)) }
        return content
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen("\(SourceTree.root)/\(path)", "w") else { throw Unreadable(path: path) }
        defer { fclose(file) }
        for byte in bytes { putc(Int32(byte), file) }
    }
}
