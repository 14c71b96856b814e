import Testing
import WGCommandLine
import WGControl
import WGLinux
import WGModel

@testable import wg

/// `wg watch` as a whole: what is written, when it ends.
@Suite struct WgWatchTests {
    private func host(_ words: String..., devices: String...) throws -> WgHost {
        let host = WgHost(words: ["watch"] + words)
        host.fakeDevices.states = try devices.map(sampleState)
        return host
    }

    private func terminal(_ words: String..., columns: Int = 100, rows: Int = 20) throws -> WgHost {
        let host = WgHost(words: ["watch"] + words)
        host.fakeDevices.states = [try sampleState("wg0")]
        host.outputIsTerminal = true
        host.screenSize = ScreenSize(columns: columns, rows: rows)
        host.variables = ["TERM": "xterm", "WG_COLOR_MODE": "never", "LANG": "C.UTF-8"]
        return host
    }

    @Test(arguments: [
        (["watch"], WatchRequest()),
        (["watch", "wg0"], WatchRequest(interface: "wg0")),
        (["watch", "--interval", "0.5", "wg0"], WatchRequest(interface: "wg0", interval: .milliseconds(500))),
        (
            ["watch", "wg0", "--interval=2", "--count=3"],
            WatchRequest(interface: "wg0", interval: .seconds(2), count: 3)
        ),
        (["watch", "--count", "1", "--", "--count"], WatchRequest(interface: "--count", count: 1)),
        (["watch", "--names"], WatchRequest(showsNames: true)),
        (["watch", "--interval", "86400"], WatchRequest(interval: .seconds(86400))),
        (["watch", "--interval", "0.1"], WatchRequest(interval: .milliseconds(100))),
    ])
    func aCommandLineMeans(words: [String], request: WatchRequest) throws {
        #expect(try Command(words) == .watch(request))
    }

    @Test(
        arguments: [
            (["watch", "a", "b"], Command.Fault.wrongOperands(.watch)),
            (["watch", "--interval"], .options(.watch, .missingValue(.interval))),
            (["watch", "--count=1", "--count", "2"], .options(.watch, .repeated(.count))),
            (["show", "--count", "2"], .options(.show, .unknown("--count"))),
            (["watch", "--count", "0"], .optionValue(.watch, .count, "0")),
            (["watch", "--count", "-1"], .optionValue(.watch, .count, "-1")),
            (["watch", "--count="], .optionValue(.watch, .count, "")),
            (["watch", "--count", "99999999999999999999"], .optionValue(.watch, .count, "99999999999999999999")),
            (["watch", "--interval", "0"], .optionValue(.watch, .interval, "0")),
            (["watch", "--interval", "0.09"], .optionValue(.watch, .interval, "0.09")),
            (["watch", "--interval", "86401"], .optionValue(.watch, .interval, "86401")),
            (["watch", "--interval", "1e3"], .optionValue(.watch, .interval, "1e3")),
            (["watch", "--interval", "nan"], .optionValue(.watch, .interval, "nan")),
            (["watch", "--interval", "1.2.3"], .optionValue(.watch, .interval, "1.2.3")),
            (["watch", "--interval", "."], .optionValue(.watch, .interval, ".")),
            (["watch", "--interval", "99999999999999999999"], .optionValue(.watch, .interval, "99999999999999999999")),
        ] as [([String], Command.Fault)])
    func aWrongCommandLineIsRefused(words: [String], fault: Command.Fault) {
        #expect(throws: fault) { try Command(words) }
    }

    @Test func aWrongValueIsExplained() throws {
        let host = try host("--interval", "0", devices: "wg0")
        #expect(host.run() == .failure)
        #expect(
            host.errors.hasPrefix(
                "Invalid option: --interval SECONDS, not `0': time between two rounds, 0.1 to 86400"))
        #expect(host.errors.contains("\nUsage: wg watch [--interval SECONDS] [--count NUMBER] [--names] [INTERFACE]\n"))
    }

    @Test func linesHaveTheSameColumnsEachTime() throws {
        let host = try host("--count", "2", "--interval", "2", devices: "wg0")
        host.steps = [
            {
                host.fakeDevices.states[0].peers[1].receivedBytes += 512
                return .time
            }
        ]
        #expect(host.run() == .success)
        let one: PublicKey = key(1)
        let two: PublicKey = key(2)
        let three: PublicKey = key(3)
        #expect(
            host.output == """
                1800000000\twg0\t\(three.base64)\t(none)\t0\t0\t0\t-\t-
                1800000000\twg0\t\(one.base64)\t192.0.2.1:7\t1799999000\t1024\t1023\t-\t-
                1800000000\twg0\t\(two.base64)\t[fe80::1%eth0]:5\t1799999990\t7\t0\t-\t-
                1800000000\twg0\t\(three.base64)\t(none)\t0\t0\t0\t0\t0
                1800000000\twg0\t\(one.base64)\t192.0.2.1:7\t1799999000\t1536\t1023\t256\t0
                1800000000\twg0\t\(two.base64)\t[fe80::1%eth0]:5\t1799999990\t7\t0\t0\t0

                """)
        #expect(host.errors.isEmpty)
        #expect(host.waits == [.seconds(2)])
    }

    private func nameTwo(_ name: String, _ host: WgHost) {
        let two: PublicKey = key(2)
        host.files["/etc/wireguard/wg0.conf"] = "[Peer]\n# \(name)\nPublicKey = \(two.base64)\n"
    }

    @Test func namesAreTheLastColumn() throws {
        let host = try host("--names", "--count", "1", devices: "wg0")
        nameTwo("laptop", host)
        #expect(host.run() == .success)
        let lines = host.output.split(separator: "\n")
        #expect(lines.map { $0.split(separator: "\t").count } == [10, 10, 10])
        #expect(lines.map { $0.split(separator: "\t")[9] } == ["(none)", "(none)", "laptop"])
    }

    @Test func namesStandForKeysOnTheScreenAndAreReadAgainWhenTheDeviceIsBack() throws {
        let host = try terminal("--names")
        nameTwo("laptop", host)
        let state = host.fakeDevices.states[0]
        host.steps = [
            {
                self.nameTwo("phone", host)
                return .time
            },
            {
                host.fakeDevices.states = []
                return .time
            },
            {
                host.fakeDevices.states = [state]
                return .time
            },
        ]
        #expect(host.run() == .success)
        let frames = host.output.split(separator: "\u{1b}[H").dropFirst()
        #expect(frames.map { $0.contains("  laptop ") } == [true, true, false, false])
        #expect(frames.map { $0.contains("  phone ") } == [false, false, false, true])
        let two: PublicKey = key(2)
        #expect(!host.output.contains(two.base64.prefix(20)))
    }

    @Test func onlyTheNamedDeviceIsWatched() throws {
        let host = try host("wg1", "--count", "1", devices: "wg0", "wg1")
        #expect(host.run() == .success)
        #expect(host.output.split(separator: "\n").count == 3)
        #expect(!host.output.contains("wg0"))
    }

    @Test func aDeviceThatComesAndGoesIsToldOnStandardError() throws {
        let host = try host("wg0", "--count", "4", devices: "wg0")
        let state = host.fakeDevices.states[0]
        host.steps = [
            {
                host.fakeDevices.states = []
                return .time
            }, { .time },
            {
                host.fakeDevices.states = [state]
                return .time
            },
        ]
        #expect(host.run() == .success)
        #expect(host.errors == "wg0 is gone\nwg0 is back\n")
        #expect(host.output.split(separator: "\n").count == 6)
    }

    @Test func whatIsWrongAtTheBeginningEndsIt() throws {
        let missing = try host("wg7", devices: "wg0")
        #expect(missing.run() == .failure)
        #expect(missing.errors.hasPrefix("Unable to access interface: No such device"))
        let tooLong = try host("a-name-of-16-char", devices: "wg0")
        #expect(tooLong.run() == .failure)
        #expect(tooLong.errors.hasPrefix("Unable to access interface: File name too long"))
        let forbidden = try host(devices: "wg0")
        let name = try InterfaceName("wg0")
        forbidden.fakeDevices.failures = [name: ControlError(.get, name, .kernel, .notPermitted)]
        #expect(forbidden.run() == .failure)
        #expect(forbidden.errors.hasPrefix("Unable to access interface wg0: Operation not permitted"))
        let blind = try host()
        blind.fakeDevices.listFailure = ControlError(.list, nil, .kernel, .noMemory)
        #expect(blind.run() == .failure)
        #expect(blind.errors.hasPrefix("Unable to list interfaces: "))
        for host in [missing, tooLong, forbidden, blind] { #expect(host.output.isEmpty) }
    }

    @Test func aDeviceThatCannotBeReadLaterIsTold() throws {
        let host = try host("--count", "3", devices: "wg0", "wg1")
        let name = try InterfaceName("wg0")
        host.steps = [
            {
                host.fakeDevices.failures = [name: ControlError(.get, name, .kernel, .notPermitted)]
                return .time
            }, { .time },
        ]
        #expect(host.run() == .success)
        #expect(host.errors.split(separator: "\n").count == 1)
        #expect(host.errors.hasPrefix("Unable to access interface wg0: "))
        #expect(host.output.split(separator: "\n").count == 6 + 3 + 3)
    }

    @Test(arguments: [Errno.brokenPipe, .inputOutput])
    func aReaderThatGoesAwayIsNoFailure(error: Errno) throws {
        let host = try host(devices: "wg0")
        host.writeFailure = error
        #expect(host.run() == .success)
        #expect(host.errors.isEmpty)
    }

    @Test func aFullDiskIsAFailure() throws {
        let host = try host(devices: "wg0")
        host.writeFailure = .noSpace
        #expect(host.run() == .failure)
        #expect(host.errors.hasPrefix("wg: Unable to write to standard output: No space left"))
    }

    // MARK: On a terminal

    @Test func theScreenIsLeftWhenItEnds() throws {
        let host = try terminal()
        #expect(host.run() == .success)
        #expect(host.output.hasPrefix("\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l\u{1b}[H\u{1b}[Kwg watch: every 1.0 seconds"))
        #expect(host.output.hasSuffix("\u{1b}[J\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l"))
        #expect(host.waits == [.seconds(1)])
    }

    @Test func theLastFrameStaysWhenTheCountIsReached() throws {
        let host = try terminal("--count", "1")
        #expect(host.run() == .success)
        let parts = host.output.split(separator: "\u{1b}[?1049l", omittingEmptySubsequences: false)
        #expect(parts.count == 2)
        #expect(parts[1].hasPrefix("wg watch: "))
        #expect(parts[1].contains("\nwg0  port 51820  3 peers  "))
        #expect(!parts[1].contains("\u{1b}"))
    }

    @Test func suspendingLeavesTheScreenAndComesBack() throws {
        let host = try terminal()
        host.steps = [{ .suspend }]
        #expect(host.run() == .success)
        #expect(host.errors == "suspended\n")
        #expect(host.output.split(separator: "\u{1b}[?1049h", omittingEmptySubsequences: false).count == 3)
        #expect(host.output.split(separator: "\u{1b}[?1049l", omittingEmptySubsequences: false).count == 3)
        #expect(host.output.split(separator: "\u{1b}[H", omittingEmptySubsequences: false).count == 3)
    }

    @Test func suspendingRepeatsNoLines() throws {
        let host = try host(devices: "wg0")
        host.steps = [{ .suspend }]
        #expect(host.run() == .success)
        #expect(host.errors == "suspended\n")
        #expect(host.output.split(separator: "\n").count == 3)
    }

    @Test(arguments: ["", "dumb"])
    func aTerminalThatCannotBeDrawnOnGetsLines(kind: String) throws {
        let host = try terminal("--count", "1")
        host.variables["TERM"] = kind
        #expect(host.run() == .success)
        #expect(host.output.hasPrefix("1800000000\twg0\t"))
    }

    @Test(
        arguments: [
            (["LANG": "de_DE.utf8"], true), (["LANG": "C"], false), ([:], false),
            (["LC_ALL": "C", "LANG": "en_US.UTF-8"], false), (["LC_CTYPE": "C.UTF-8", "LANG": "C"], true),
        ] as [([String: String], Bool)])
    func theLocaleDecidesAboutCharacters(variables: [String: String], isUTF8: Bool) throws {
        let host = try terminal("--count", "2")
        host.variables["LANG"] = nil
        host.variables.merge(variables) { $1 }
        host.steps = [
            {
                host.fakeDevices.states[0].peers[0].receivedBytes += 1
                return .time
            }
        ]
        #expect(host.run() == .success)
        #expect(host.output.contains("█") == isUTF8)
        #expect(host.output.unicodeScalars.allSatisfy(\.isASCII) == !isUTF8)
    }

    @Test(arguments: [("always", true), ("never", false), ("", true)])
    func coloursFollowTheRulesOfShow(mode: String, usesColor: Bool) throws {
        let host = try terminal("--count", "1")
        host.variables["WG_COLOR_MODE"] = mode
        #expect(host.run() == .success)
        #expect(host.output.contains("\u{1b}[32mwg0\u{1b}[0m") == usesColor)
    }

    @Test func secretsNeverAppear() throws {
        for host in [try terminal("--count", "1"), try self.host("--count", "1", devices: "wg0")] {
            host.variables["WG_HIDE_KEYS"] = "never"
            #expect(host.run() == .success)
            let secrets: [PrivateKey] = [key(0x70), key(9)]
            for secret in secrets { #expect(!host.output.contains(secret.base64.prefix(10))) }
        }
    }
}
