import Testing
import WGCommandLine
import WGLinux
import WGModel
import WGPlan
import WGQuick

@testable import wg_quick

struct WGQuickCommandTests {
    @Test(arguments: [
        (["up", "wg0"], Command.up("wg0")), (["down", "./wg0.conf"], .down("./wg0.conf")), (["up", ""], .up("")),
        (["up", "--", "--help"], .up("--help")), (["help"], .help), (["-h"], .help), (["--help"], .help),
        (["up", "--wait", "wg0"], .up("wg0", UpOptions(waits: true))),
        (["reresolve", "a", "b"], .reresolve(.init(operands: ["a", "b"]))),
        (["reresolve", "--all", "--only-due"], .reresolve(.init(onlyDue: true))),
        (["up", "x", "--dns=off"], .up("x", UpOptions(dns: .off))),
        (
            ["up", "--dns", "auto", "--dns-failure", "warn", "x"],
            .up("x", UpOptions(dns: .automatic, dnsFailure: .warn))
        ),
        (["--version"], .version), (["up", "--help"], .helpFor(.up)), (["down", "x", "-h"], .helpFor(.down)),
    ])
    func isUnderstood(arguments: [String], command: Command) throws { #expect(try Command(arguments) == command) }

    @Test(arguments: [
        ([], Command.Fault.usage), (["upp", "wg0"], .usage), (["--help", "up"], .usage), (["wg0"], .usage),
        (["up"], .wrongOperands(.up)), (["down"], .wrongOperands(.down)), (["up", "a", "b"], .wrongOperands(.up)),
        (["reresolve"], .wrongOperands(.reresolve)), (["reresolve", "--all", "a"], .wrongOperands(.reresolve)),
        (["up", "--foo", "a"], .options(.up, .unknown("--foo"))), (["up", "--dns=", "a"], .value(.up, .dns, "")),
        (["up", "--dns-failure=no", "a"], .value(.up, .dnsFailure, "no")),
    ])
    func anythingElseIsAFault(arguments: [String], fault: Command.Fault) {
        #expect(throws: fault) { try Command(arguments) }
        #expect(Messages(program: "wg-quick").text(fault).contains("Usage: wg-quick "))
    }

    @Test func anOptionComesBeforeTheEnvironment() {
        func chosen(_ options: UpOptions, _ dns: String?, _ failure: String?) -> Result<DNSPolicy, EnvironmentFault> {
            DNSPolicy.chosen(options) { $0 == .dns ? dns : $0 == .dnsFailure ? failure : nil }
        }
        #expect(chosen(UpOptions(), nil, nil) == .success(DNSPolicy(choice: .automatic, onFailure: .fail)))
        #expect(chosen(UpOptions(), "file", "warn") == .success(DNSPolicy(choice: .file, onFailure: .warn)))
        #expect(
            chosen(UpOptions(dns: .off, dnsFailure: .fail), "nonsense", "warn")
                == .success(DNSPolicy(choice: .off, onFailure: .fail)))
        #expect(chosen(UpOptions(), "nonsense", nil) == .failure(EnvironmentFault(.dns, .dns, "nonsense")))
        #expect(chosen(UpOptions(), nil, "") == .failure(EnvironmentFault(.dnsFailure, .dnsFailure, "")))
    }

    @Test(arguments: Subcommand.allCases)
    func aCommandsHelpHasItsOptions(subcommand: Subcommand) {
        let page = subcommand.help(program: "wg-quick")
        #expect(page.hasPrefix("Usage: wg-quick \(subcommand.rawValue) "))
        for option in subcommand.options { #expect(page.contains("\n  \(option.usage)  ")) }
        #expect(page.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }
}

struct WGQuickMessagesTests {
    private static let wg0 = try! InterfaceName("wg0")
    private static let route = RouteState(destination: IPPrefix("10.0.0.0/8")!)

    @Test(arguments: [
        (QuickError.plan(.interfaceExists(wg0)), "`wg0' already exists", 1),
        (.plan(.notWireGuard(wg0)), "`wg0' is not a WireGuard interface", 1),
        (
            .plan(.ipv6Leak(wg0, [IPPrefix("::/0")!])),
            "`wg0' has no IPv6 here, and other interfaces have: what is for ::/0 would leave in the clear", 1
        ),
        (.plan(.interfaceLost(wg0)), "`wg0' is up by its record, but its interface is gone", 4),
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
        (
            .dns(.resolvedDoesNotRun),
            "`DNS' cannot be followed as asked: systemd-resolved does not run in this network namespace", 1
        ),
        (.resolvConf(path: "/x", .readOnlyFileSystem), "resolvers in `/x': Read-only file system", 1),
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

    @Test func anOpenEndpointIsOneLineThatSaysWhatToDo() throws {
        let key = try #require(PublicKey([UInt8](repeating: 1, count: 32)))
        let endpoint = TunnelRecord.NamedEndpoint(peer: key, name: EndpointName(host: "h", service: "5"))
        let text = Messages(program: "wg-quick").isOpen(
            endpoint, of: Self.wg0, Resolver.Failure(.temporary, text: "Not yet"))
        #expect(
            text == "wg-quick: `h:5': Not yet: the peer \(key) has no endpoint; `wg-quick reresolve wg0' asks again\n")
    }
}
