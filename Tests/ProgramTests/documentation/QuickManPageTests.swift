import TestSupport
import Testing
import WGCommandLine
import WGConfig

@testable import wg_quick

/// As `ManPageTests`, for the man page of `wg-quick`.
@Suite struct QuickManPageTests {
    private static let page = ManPage("Man/wg-quick.8")

    @Test func theCommandsAreThoseOfTheProgram() {
        let known = Subcommand.allCases.map(\.rawValue) + Inquiry.allCases.map(\.rawValue)
        #expect(Self.page.names("Cm", in: "COMMANDS").sorted() == known.sorted())
        let synopsis = Self.page.words["SYNOPSIS", default: []]
        for word in known { #expect(synopsis.contains(word)) }
    }

    @Test(arguments: Subcommand.allCases)
    func theOptionsOfACommandAreThoseOfTheProgram(subcommand: Subcommand) {
        let known = subcommand.options.filter { $0 != .help }.map { "-" + $0.rawValue }
        #expect(Self.page.names("Fl", in: "COMMANDS", below: subcommand.rawValue).sorted() == known.sorted())
        let synopsis = Self.page.words["SYNOPSIS", default: []]
        for word in known { #expect(synopsis.contains(word)) }
    }

    @Test func theVariablesAreThoseOfTheProgram() {
        let known = EnvironmentVariable.allCases.map(\.rawValue)
        #expect(Self.page.names("Ev", in: "ENVIRONMENT").sorted() == known.sorted())
    }

    @Test func theKeysOfFilesAreThoseOfTheParser() {
        let known = Keyword.allCases.filter { $0.program == .wgQuick }.map(\.rawValue)
        #expect(Self.page.names("Cm", in: "CONFIGURATION FILES").sorted() == known.sorted())
    }

    /// Nothing that looks like a word of the command line stands where no test above looks.
    @Test func nothingElseIsExplained() {
        let places = Set(Self.page.items.filter { ["Cm", "Fl", "Ev"].contains($0.macro) }.map(\.section))
        #expect(places == ["COMMANDS", "ENVIRONMENT", "CONFIGURATION FILES"])
        let parents = Set(Self.page.items.filter { $0.section == "COMMANDS" }.compactMap(\.parent))
        #expect(parents.isSubset(of: Subcommand.allCases.map(\.rawValue)))
    }

    @Test(arguments: ["NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES"])
    func theUsualSectionsAreThere(section: String) {
        #expect(Self.page.words[section, default: []].count > 5)
    }
}
