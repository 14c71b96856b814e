import TestSupport
import Testing

@testable import wg

/// The man page of `wg` has what the program knows.
@Suite struct ManPageTests {
    private static let lines = SourceTree.lines(of: "Man/wg.8")

    private func explains(_ word: String) -> Bool {
        Self.lines.contains { line in
            let words = line.split(separator: " ")
            return words.count > 2 && words.starts(with: [".It", "Cm"]) && words[2] == word
        }
    }

    @Test(arguments: Subcommand.allCases)
    func everyCommandIsExplained(subcommand: Subcommand) {
        #expect(explains(subcommand.rawValue))
    }

    @Test(arguments: ShowField.allCases.filter { $0 != .everything })
    func everyFieldOfShowIsExplained(field: ShowField) {
        #expect(explains(field.rawValue))
    }

    @Test(arguments: ["WG_COLOR_MODE", "WG_HIDE_KEYS", "WG_ENDPOINT_RESOLUTION_RETRIES"])
    func everyVariableIsExplained(variable: String) {
        #expect(Self.lines.contains(".It Ev \(variable)"[...]))
    }
}
