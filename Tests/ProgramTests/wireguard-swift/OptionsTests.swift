import Testing
import WGModel

@testable import wireguard_swift

@Suite struct EngineOptionsTests {
    private let name = try? InterfaceName("wg0")

    @Test(arguments: [
        (["wg0"], false), (["-f", "wg0"], true), (["wg0", "--foreground"], true), (["--", "wg0"], false),
    ])
    func `a name is run, in the foreground if asked`(arguments: [String], foreground: Bool) throws {
        #expect(try Options.parse(arguments) == .run(Options.Run(name: try #require(name), foreground: foreground)))
    }

    @Test func `rights are kept if asked`() throws {
        let expected = Options.Run(name: try #require(name), isConfined: false)
        #expect(try Options.parse(["--no-sandbox", "wg0"]) == .run(expected))
    }

    @Test(arguments: ["-h", "--help"]) func `help is for the asking`(argument: String) throws {
        #expect(try Options.parse([argument, "wg0"]) == .help)
    }

    @Test(arguments: ["-v", "--version"]) func `so is the version`(argument: String) throws {
        #expect(try Options.parse([argument]) == .version)
    }

    @Test(arguments: [
        ([], Options.Fault.missingName),
        (["-f"], .missingName),
        (["-x", "wg0"], .unknownOption("-x")),
        (["wg0", "wg1"], .tooManyNames),
        (["wireguard-interface"], .invalidName("wireguard-interface", .tooLong)),
        (["a/b"], .invalidName("a/b", .invalidCharacter)),
        ([""], .invalidName("", .empty)),
    ])
    func `anything else is refused`(arguments: [String], fault: Options.Fault) {
        #expect(throws: fault) { try Options.parse(arguments) }
    }

    @Test func `no option and no variable changes time`() {
        for argument in ["--rate", "--clock", "--speed", "-r"] {
            #expect(throws: Options.Fault.unknownOption(argument)) { try Options.parse([argument, "9", "wg0"]) }
        }
    }

    @Test func `messages are one line each`() throws {
        let faults: [Options.Fault] = [
            .missingName, .unknownOption("-x"), .tooManyNames, .invalidName("a/b", .invalidCharacter),
        ]
        for fault in faults { #expect(!Messages.text(of: fault).contains("\n")) }
    }
}
