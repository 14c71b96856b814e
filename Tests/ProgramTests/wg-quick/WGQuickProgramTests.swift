import Testing
import WGLinux
import WGModel
import WGPlan
import WGQuick

@testable import wg_quick

struct WGQuickCommandTests {
    @Test(arguments: [
        (["up", "wg0"], Command.up("wg0")), (["down", "./wg0.conf"], .down("./wg0.conf")), (["up", ""], .up("")),
        (["help"], .help), (["-h"], .help), (["--help"], .help), (["--version"], .version),
    ])
    func isUnderstood(arguments: [String], command: Command) throws { #expect(try Command(arguments) == command) }

    @Test(arguments: [
        [], ["up"], ["down"], ["up", "a", "b"], ["upp", "wg0"], ["--help", "up"], ["wg0"],
    ])
    func anythingElseIsShownTheUsage(arguments: [String]) {
        #expect(throws: Command.Fault.usage) { try Command(arguments) }
    }

    @Test(arguments: ["save", "strip"])
    func aCommandThatIsMissingYetIsNamed(word: String) {
        #expect(throws: Command.Fault.unsupported(word)) { try Command([word, "wg0"]) }
        #expect(
            Messages(program: "wg-quick").text(.unsupported(word))
                == "wg-quick: `\(word)' is not supported by this version\n")
    }
}

struct WGQuickMessagesTests {
    private static let wg0 = try! InterfaceName("wg0")
    private static let route = RouteState(destination: IPPrefix("10.0.0.0/8")!)

    @Test(arguments: [
        (QuickError.plan(.interfaceExists(wg0)), "`wg0' already exists", 1),
        (.plan(.notWireGuard(wg0)), "`wg0' is not a WireGuard interface", 1),
        (.listenPortInUse(51820), "listen port 51820 is in use by another socket", 1),
        (
            .refused(.addRoute(route, wg0), .exists, extack: nil),
            "`ip -4 route add 10.0.0.0/8 dev wg0': File exists", 1
        ),
        (
            .refused(.createLink(wg0), .notPermitted, extack: "no"),
            "`ip link add dev wg0 type wireguard': Operation not permitted: no", 1
        ),
        (.hookFailed(.preUp, "exit 7", .exited(7)), "PreUp `exit 7' failed with exit status 7", 7),
        (.hookFailed(.postUp, "x", .ended(by: .kill)), "PostUp `x' was ended by signal 9", 137),
        (.interrupted(.interrupt), "interrupted by signal 2", 130),
        (.interrupted(.terminate), "interrupted by signal 15", 143),
        (
            .engineFailed(EngineProgram(path: "/x/e", shownName: "e"), .exited(2)),
            "the userspace engine `/x/e' failed with exit status 2", 1
        ),
    ])
    func aFailureIsOneLineAndAStatus(error: QuickError, text: String, status: Int32) {
        #expect(Messages(program: "wg-quick").text(error) == "wg-quick: \(text)\n")
        #expect(ExitStatus(error).code == status)
    }

    @Test func whatIsNotSupportedIsNamedWithItsLine() {
        let texts = UnsupportedKey.find(in: "[Interface]\nDNS = 1.1.1.1\n[Peer]\nAllowedIPs = ::/0\n")
            .map { Messages(program: "wg-quick").text($0, path: "wg0.conf") }
        #expect(
            texts == [
                "wg-quick: wg0.conf:2: `DNS' is not supported by this version\n",
                "wg-quick: wg0.conf:4: a default route in `AllowedIPs' is not supported by this version, unless "
                    + "`Table' is off or a number\n",
            ])
    }
}
