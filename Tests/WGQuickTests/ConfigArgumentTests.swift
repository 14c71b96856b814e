import Testing
import WGLinux
import WGModel
import WGPlan

@testable import WGQuick

struct ConfigArgumentTests {
    @Test(arguments: [
        ("wg0", "wg0", "/etc/wireguard/wg0.conf"),
        ("a_=+.-Z9", "a_=+.-Z9", "/etc/wireguard/a_=+.-Z9.conf"),
        ("exactly-15-long", "exactly-15-long", "/etc/wireguard/exactly-15-long.conf"),
        ("wg0.conf", "wg0.conf", "/etc/wireguard/wg0.conf.conf"),
        ("./wg0.conf", "wg0", "./wg0.conf"),
        ("/a b/wg0.conf", "wg0", "/a b/wg0.conf"),
        ("exactly-15-long.conf", "exactly-15-long", "exactly-15-long.conf"),
    ])
    func aNameMeansAFileInEtcAndTheRestIsAPath(argument: String, name: String, path: String) throws {
        let parsed = try ConfigArgument(argument)
        #expect(parsed.name.text == name)
        #expect(parsed.path == path)
    }

    @Test(arguments: [
        ("sixteen-letters-", ConfigArgument.Fault.nameTooLong("sixteen-letters-")),
        ("sixteen-letters-.conf", .nameTooLong("sixteen-letters-")),
        ("./sixteen-letters-.conf", .nameTooLong("sixteen-letters-")),
        ("/dev/null", .badFileName(path: "/dev/null")),
        ("/nonexistent/wg0", .missing(path: "/nonexistent/wg0")),
        ("/nonexistent/w g.conf", .missing(path: "/nonexistent/w g.conf")),
        ("/nonexistent/.conf", .missing(path: "/nonexistent/.conf")),
        ("", .missing(path: "")), ("w g", .missing(path: "w g")), ("..", .missing(path: "..")),
    ])
    func whatIsNeitherIsRefused(argument: String, fault: ConfigArgument.Fault) {
        // A directory of that name exists, so it is the name that is wrong.
        let expected = argument == ".." ? .badFileName(path: "..") : fault
        #expect(throws: expected) { try ConfigArgument(argument) }
    }

    @Test func aMissingFileIsNamedAsGiven() throws {
        let argument = try ConfigArgument("/nonexistent/wg0.conf")
        #expect(throws: ConfigArgument.Fault.missing(path: "/nonexistent/wg0.conf")) { try argument.locate() }
    }

    @Test(
        arguments: [
            (file: 0o600, directory: 0o755, isOpen: false), (0o644, 0o711, false), (0o644, 0o755, true),
            (0o644, 0o700, false), (0o601, 0o701, true), (0o660, 0o770, false),
        ] as [(file: UInt32, directory: UInt32, isOpen: Bool)])
    func othersGetAtTheFileOnlyThroughItsDirectory(file: UInt32, directory: UInt32, isOpen: Bool) throws {
        let scratch = try Scratch()
        let path = "\(scratch.path)/wg0.conf"
        try Files.replace(path, [], permissions: file)
        try scratch.setPermissions(directory)
        let located = try ConfigArgument(path).locate()
        #expect(located.isOpenToOthers == isOpen)
        #expect(located.path == path)
    }
}

struct EnvironmentTests {
    @Test func theProgramsOwnDirectoryComesFirst() {
        let environment = ProcessEnvironment(
            inherited: ["A=1", "PATH=/x:/y", "LC_ALL=de_DE", "LANG=de"], programDirectory: "/p")
        #expect(environment.entries == ["A=1", "LANG=de", "PATH=/p:/x:/y", "LC_ALL=C"])
    }

    @Test func withoutAPathTheUsualOneIsSearched() {
        let environment = ProcessEnvironment(inherited: [], programDirectory: nil)
        #expect(environment.find("sh") != nil)
        #expect(environment.find("/bin/sh") == "/bin/sh")
        #expect(environment.find("no-such-program") == nil)
    }
}

struct EngineLauncherTests {
    private func launcher(_ scratch: borrowing Scratch, path: String, override: String?) throws -> EngineLauncher {
        let environment = ProcessEnvironment(inherited: ["PATH=\(path)"], programDirectory: nil)
        return EngineLauncher(
            runner: ProcessRunner(signals: try SignalQueue([]), environment: environment),
            programDirectory: "\(scratch.path)/bin", override: override)
    }

    @Test func theEngineIsSoughtBesideTheProgramThenInLibexecThenInPath() throws {
        let scratch = try Scratch()
        let places = ["bin", "libexec/swift-wireguard", "path"]
        for place in ["bin", "libexec", "libexec/swift-wireguard", "path"] {
            try Files.makeDirectory("\(scratch.path)/\(place)", permissions: 0o700)
        }
        for place in places {
            try Files.replace("\(scratch.path)/\(place)/wireguard-swift", [], permissions: 0o700)
        }
        let launcher = try launcher(scratch, path: "\(scratch.path)/path", override: nil)
        let expected = [
            "\(scratch.path)/bin/wireguard-swift",
            "\(scratch.path)/bin/../libexec/swift-wireguard/wireguard-swift",
            "\(scratch.path)/path/wireguard-swift",
        ]
        for (place, path) in zip(places, expected) {
            let found = try launcher.find()
            #expect(found.path == path)
            #expect(found.shownName == "wireguard-swift")
            try Files.remove("\(scratch.path)/\(place)/wireguard-swift")
        }
        #expect(throws: QuickError.engineNotFound("wireguard-swift")) { try launcher.find() }
    }

    @Test func theVariableOverridesEverything() throws {
        let scratch = try Scratch()
        try Files.replace("\(scratch.path)/other", [], permissions: 0o700)
        let byName = try launcher(scratch, path: scratch.path, override: "other").find()
        #expect(byName.path == "\(scratch.path)/other")
        #expect(byName.shownName == "other")
        let byPath = try launcher(scratch, path: "/nonexistent", override: "\(scratch.path)/other").find()
        #expect(byPath.path == "\(scratch.path)/other")
        #expect(throws: QuickError.engineNotFound("missing")) {
            try launcher(scratch, path: scratch.path, override: "missing").find()
        }
    }
}
