import Testing
import WGCommandLine

@testable import wg

@Suite struct WgCommandTests {
    @Test(
        arguments: [
            ([], Command.show(.all, .everything)),
            (["show"], .show(.all, .everything)),
            (["show", "all"], .show(.all, .everything)),
            (["show", "interfaces"], .show(.names, .everything)),
            (["show", "wg0"], .show(.one("wg0"), .everything)),
            (["show", "wg0", "dump"], .show(.one("wg0"), .dump)),
            (["show", "all", "latest-handshakes"], .show(.all, .latestHandshakes)),
            (["showconf", "wg0"], .showconf(interface: "wg0")),
            (["set", "wg0", "listen-port"], .set(interface: "wg0", words: ["listen-port"])),
            (["setconf", "wg0", "f"], .setconf(interface: "wg0", file: "f")),
            (["addconf", "wg0", "f"], .addconf(interface: "wg0", file: "f")),
            (["show", "--json"], .show(.all, .everything, ShowOptions(isJSON: true))),
            (["show", "--names", "wg0", "dump"], .show(.one("wg0"), .dump, ShowOptions(showsNames: true))),
            (
                ["show", "wg0", "--json", "--secrets"],
                .show(.one("wg0"), .everything, ShowOptions(isJSON: true, showsSecrets: true))
            ),
            (["metrics"], .metrics(interfaces: [], textfile: nil, showsNames: false)),
            (
                ["metrics", "wg0", "--textfile", "f", "wg1", "--names"],
                .metrics(interfaces: ["wg0", "wg1"], textfile: "f", showsNames: true)
            ),
            (["syncconf", "wg0", "f"], .syncconf(interface: "wg0", file: "f")),
            (["genkey"], .genkey), (["genpsk"], .genpsk), (["pubkey"], .pubkey),
            (["help"], .help), (["-h"], .help), (["--help"], .help),
            (["version"], .version), (["-v"], .version), (["--version"], .version),
            (["show", "help"], .helpFor(.show)), (["set", "--help"], .helpFor(.set)),
            (["showconf", "--help"], .helpFor(.showconf)), (["genkey", "-h"], .helpFor(.genkey)),
            (["show", "wg0", "--help", "dump"], .helpFor(.show)), (["set", "wg0", "-h"], .helpFor(.set)),
            (["setconf", "--help", "--help"], .helpFor(.setconf)), (["genkey", "x", "--help"], .helpFor(.genkey)),
            (["show", "--nosuch", "--help"], .helpFor(.show)), (["help", "show"], .helpFor(.show)),
            (["--help", "set"], .helpFor(.set)),
            (["help", "help"], .help), (["help", "version"], .help),
            (["show", "--", "--help"], .show(.one("--help"), .everything)),
            (["showconf", "--", "-h"], .showconf(interface: "-h")),
            (["show", "-x"], .show(.one("-x"), .everything)),
        ] as [([String], Command)])
    func aCommandLineMeans(words: [String], command: Command) throws {
        #expect(try Command(words) == command)
    }

    @Test(
        arguments: [
            (["nosuch"], Command.Fault.unknownSubcommand("nosuch")),
            (["help", "nosuch"], .unknownSubcommand("nosuch")),
            (["--nosuch"], .unknownSubcommand("--nosuch")),
            (["show", "--nosuch"], .options(.show, .unknown("--nosuch"))),
            (["genkey", "--nosuch=1"], .options(.genkey, .unknown("--nosuch"))),
            (["show", "--help=1"], .options(.show, .unexpectedValue(.help))),
            (["syncconf", "wg0"], .wrongOperands(.syncconf)),
            (["show", "interfaces", "dump"], .wrongOperands(.show)),
            (["show", "wg0", "dump", "x"], .wrongOperands(.show)),
            (["show", "wg0", "colour"], .unknownField("colour")),
            (["show", "wg0", ""], .unknownField("")),
            (["show", "--json", "wg0", "dump"], .fieldOfJSON),
            (["show", "--json", "wg0", "x"], .unknownField("x")),
            (["show", "--secrets"], .secretsWithoutJSON),
            (["showconf", "wg0", "--json"], .options(.showconf, .unknown("--json"))),
            (["metrics", "--textfile"], .options(.metrics, .missingValue(.textfile))),
            (["showconf"], .wrongOperands(.showconf)),
            (["showconf", "a", "b"], .wrongOperands(.showconf)),
            (["set"], .wrongOperands(.set)),
            (["set", "wg0"], .wrongOperands(.set)),
            (["setconf", "wg0"], .wrongOperands(.setconf)),
            (["addconf", "wg0", "a", "b"], .wrongOperands(.addconf)),
            (["genkey", "x"], .wrongOperands(.genkey)),
            (["genpsk", "x"], .wrongOperands(.genpsk)),
            (["pubkey", "x"], .wrongOperands(.pubkey)),
        ] as [([String], Command.Fault)])
    func aWrongCommandLineIsRefused(words: [String], fault: Command.Fault) {
        #expect(throws: fault) { try Command(words) }
    }

    /// What looks like an option may be a setting's value.
    @Test(arguments: ["--json", "--x=y", "-1", "-"])
    func theWordsOfSetAreNoOptions(word: String) throws {
        #expect(
            try Command(["set", "wg0", "private-key", word]) == .set(interface: "wg0", words: ["private-key", word]))
    }

    @Test func theVersionIsOneLineOfTheStockShape() {
        let host = WgHost("--version")
        #expect(host.run() == .success)
        #expect(host.output == "swift-wireguard v0.1.0 - WireGuard for Linux, in Swift\n")
    }

    @Test func helpNamesEveryCommandOnStandardOutput() {
        let host = WgHost("help")
        #expect(host.run() == .success)
        let words =
            Subcommand.allCases.map(\.rawValue) + Inquiry.allCases.map(\.rawValue)
            + EnvironmentVariable.allCases.map(\.rawValue)
        for word in words { #expect(host.output.contains("\n  \(word) ")) }
        #expect(host.errors.isEmpty)
    }

    @Test(arguments: Subcommand.allCases)
    func everyCommandHasHelp(subcommand: Subcommand) {
        let host = WgHost(subcommand.rawValue, "--help")
        #expect(host.run() == .success)
        #expect(host.output.hasPrefix("Usage: wg \(subcommand.rawValue)"))
        for option in subcommand.options {
            #expect(host.output.contains("\n  \(option.usage)  "))
            #expect(option == .help || host.output.contains("[\(option.usage)]"))
        }
        #expect(!host.output.contains("\n\n\n") && !host.output.hasSuffix("\n\n"))
        #expect(host.errors.isEmpty)
    }

    @Test func helpOfSetNamesEverySetting() {
        let host = WgHost("set", "--help")
        #expect(host.run() == .success)
        let words = host.output.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
        for keyword in SetKeyword.allCases {
            #expect(host.output.contains("\n  \(keyword.usage)  "))
            #expect(words.contains("[\(keyword.usage)"))
        }
    }

    @Test func helpOfShowNamesEveryField() {
        let host = WgHost("show", "--help")
        #expect(host.run() == .success)
        for field in ShowField.allCases { #expect(host.output.contains(field.rawValue)) }
    }

    @Test(arguments: [
        (["nosuch"], "Invalid subcommand: `nosuch'\nUsage: wg COMMAND"),
        (["syncconf"], "Usage: wg syncconf INTERFACE FILE\n"),
        (["showconf"], "Usage: wg showconf INTERFACE\n"),
        (["setconf", "x"], "Usage: wg setconf INTERFACE FILE\n"),
        (["genkey", "x"], "Usage: wg genkey\n"),
        (["show", "--x"], "Invalid option: `--x'\nUsage: wg show "),
        (["show", "--help=x"], "Invalid option: `--help' has no value\nUsage: wg show "),
        (["help", "x"], "Invalid subcommand: `x'\nUsage: wg COMMAND"),
        (["show", "wg0", "x"], "Invalid parameter: `x'\nUsage: wg show "),
    ])
    func aWrongCommandLineIsToldOnStandardError(words: [String], beginning: String) {
        let host = WgHost(words: words)
        #expect(host.run() == .failure)
        #expect(host.errors.hasPrefix(beginning))
        #expect(host.output.isEmpty)
    }
}
