import TestSupport
import Testing
import WGConfig

/// Man pages, completions and the keyword table agree.
@Suite struct DocumentationTests {
    @Test(arguments: Keyword.allCases)
    func everyKeyIsExplainedInItsProgramsManPage(keyword: Keyword) {
        let page = keyword.program == .wg ? "Man/wg.8" : "Man/wg-quick.8"
        #expect(items(of: page).contains(keyword.name))
    }

    @Test(arguments: Keyword.allCases)
    func everyKeyIsNamedInTheManPageOfWgQuick(keyword: Keyword) {
        #expect(
            SourceTree.lines(of: "Man/wg-quick.8").contains { $0.split(separator: " ").contains(keyword.name[...]) })
    }

    @Test func theManPagesExplainNoOtherKeys() {
        let names = Set(Keyword.allCases.map(\.name))
        for page in ["Man/wg.8", "Man/wg-quick.8"] {
            for item in items(of: page) where item.first?.isUppercase == true {
                #expect(names.contains(item), "\(page): \(item)")
            }
        }
    }

    @Test(arguments: ["bash/wg", "zsh/_wg", "fish/wg.fish"])
    func completionsOfWgHaveEveryWordOfTheManPage(file: String) {
        let words = items(of: "Man/wg.8").filter { $0.first?.isLowercase == true }
        #expect(words.count > 25)
        expect(words, in: file)
    }

    @Test(arguments: ["bash/wg-quick", "zsh/_wg-quick", "fish/wg-quick.fish"])
    func completionsOfWgQuickHaveEveryWordOfTheManPage(file: String) {
        let words = items(of: "Man/wg-quick.8").filter { $0.first?.isLowercase == true }
        #expect(words.starts(with: ["up", "down"]) && words.suffix(2) == ["help", "version"])
        expect(words, in: file)
    }

    @Test(arguments: ["bash/wireguard-swift", "zsh/_wireguard-swift", "fish/wireguard-swift.fish"])
    func completionsOfTheEngineHaveEveryOptionOfTheManPage(file: String) {
        expect(["foreground", "help", "version"], in: file)
    }

    private func expect(_ words: [String], in file: String) {
        let text = SourceTree.lines(of: "Share/completions/\(file)").joined(separator: "\n")
        let found = Set(
            text.split { !($0.isLetter || $0 == "-") }.flatMap { [String($0), String($0.drop { $0 == "-" })] })
        for word in words { #expect(found.contains(word), "\(file): \(word)") }
    }

    /// What `.It Cm` lines explain, those that name several things included.
    private func items(of page: String) -> [String] {
        SourceTree.lines(of: page).flatMap { line -> [String] in
            let words = line.split(separator: " ").map(String.init)
            guard words.starts(with: [".It", "Cm"]) else { return [] }
            var names = [words[2]]
            for (position, word) in words.enumerated().dropFirst(3) where words[position - 1] == "Cm" {
                if words[position - 2] == "," { names.append(word) }
            }
            return names
        }
    }
}
