import TestSupport
import Testing

/// The code in the articles is that of the example, which is compiled and run by a case.
@Suite struct ArticleTests {
    private static let articles = SourceTree.files(
        below: "Sources/WireGuardControl/WireGuardControl.docc", suffix: ".md")

    private struct Block {
        let path: String
        let lines: [String]
    }

    private static var blocks: [Block] {
        articles.flatMap { path in
            var blocks: [Block] = []
            var lines: [String]?
            for line in SourceTree.lines(of: path) {
                if let block = lines, line == "```" {
                    blocks.append(Block(path: path, lines: block))
                    lines = nil
                } else if line == "```swift" {
                    lines = []
                } else {
                    lines?.append(trimmed(line))
                }
            }
            return blocks
        }
    }

    private static func trimmed(_ line: Substring) -> String { String(line.drop { $0 == " " }) }

    @Test func everyBlockOfCodeStandsInTheExample() {
        #expect(Self.blocks.count >= 5)
        let example = SourceTree.lines(of: "Examples/peer-monitor/Sources/peer-monitor/Main.swift").map(Self.trimmed)
        for block in Self.blocks {
            let starts = example.indices.filter { example[$0...].starts(with: block.lines) }
            #expect(!starts.isEmpty && !block.lines.isEmpty, "\(block.path): \(block.lines.first ?? "")")
        }
    }

    @Test func theArticleAddsTheLibraryAsTheExampleDoes() {
        let manifest = SourceTree.lines(of: "Examples/peer-monitor/Package.swift").map(Self.trimmed)
        let product = "dependencies: [.product(name: \"WireGuardControl\", package: \"swift-wireguard\")]"
        #expect(manifest.contains { $0.hasPrefix(product) })
        #expect(Self.articles.flatMap(SourceTree.lines).map(Self.trimmed).contains { $0.hasPrefix(product) })
    }
}
