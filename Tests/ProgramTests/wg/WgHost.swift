import WGControl
import WGLinux
import WGModel

@testable import wg

/// Devices in memory that remember what was set.
final class WgDevices: DeviceBackend {
    var states: [DeviceState] = []
    var failures: [InterfaceName: ControlError] = [:]
    var listFailure: ControlError?
    var changes: [(name: InterfaceName, change: DeviceChange)] = []

    func list() throws(ControlError) -> [InterfaceName] {
        if let listFailure { throw listFailure }
        return states.map(\.name)
    }

    func get(_ name: InterfaceName) throws(ControlError) -> DeviceState {
        if let failure = failures[name] { throw failure }
        guard let state = states.first(where: { $0.name == name }) else {
            throw ControlError(.get, name, .kernel, .noSuchDevice)
        }
        return state
    }

    func set(_ name: InterfaceName, _ change: DeviceChange) throws(ControlError) {
        if let failure = failures[name] { throw failure }
        changes.append((name, change))
    }
}

/// Knows `host`, and `slow`, which answers the third time. Everybody answers at once, and waiting takes no time.
final class WgResolver: NameResolver {
    private var answers: [(ticket: Int, answer: Answer)] = []
    private(set) var questions: [String] = []
    private(set) var now = Duration.zero
    /// How often there was nothing to do but wait.
    var waits = 0

    func ask(_ host: String, ticket: Int) {
        questions.append(host)
        let answer: Answer =
            switch host {
            case "host": .success(HostAnswer(HostAddress(address: .v4(0xc000_0201))))
            case "slow" where questions.count { $0 == host } > 2:
                .success(HostAnswer(HostAddress(address: .v4(0xc000_0202))))
            case "slow": .failure(Resolver.Failure(.temporary, text: "Try later"))
            default: .failure(Resolver.Failure(.noSuchHost, text: "Name or service not known"))
            }
        answers.append((ticket, answer))
    }

    func wait(_ limit: Duration?) -> [(ticket: Int, answer: Answer)]? {
        defer { answers = [] }
        if answers.isEmpty, let limit {
            waits += 1
            now += limit
        }
        return answers
    }

    func literal(_ host: String) -> HostAddress? { IPAddress(host).map { HostAddress(address: $0) } }

    func port(ofService name: String) throws(Resolver.Failure) -> UInt16 {
        guard name == "domain" else {
            throw Resolver.Failure(.noSuchService, text: "Servname not supported for ai_socktype")
        }
        return 53
    }
}

/// Time passes as the test says: one step for each wait.
final class WgWatchSession: WatchSession {
    private let host: WgHost
    private(set) var time = Duration.seconds(1000)

    init(_ host: WgHost) { self.host = host }

    func wait(until deadline: Duration) -> WatchWakeup {
        host.waits.append(deadline - time)
        time = deadline
        guard !host.steps.isEmpty else { return .end }
        return host.steps.removeFirst()()
    }

    func suspend() { host.writeError("suspended\n") }
}

/// A process made of values.
final class WgHost: Host {
    var arguments: [String]
    var outputIsTerminal = false
    var outputIsOpenToOthers = false
    var now = HandshakeTime(seconds: 1_800_000_000, nanoseconds: 0)
    let fakeDevices = WgDevices()
    let fakeResolver = WgResolver()
    var variables: [String: String] = [:]
    var input: [UInt8] = []
    var files: [String: String] = [:]
    var fileFailures: [String: Errno] = [:]
    private(set) var replacedFiles: [String: String] = [:]
    var writeFailure: Errno?
    var screenSize: ScreenSize?
    /// What happens in each wait of `wg watch`.
    var steps: [() -> WatchWakeup] = []
    var waits: [Duration] = []
    private(set) var output = ""
    private(set) var errors = ""

    init(_ arguments: String...) { self.arguments = ["wg"] + arguments }
    init(words: [String]) { arguments = ["wg"] + words }

    var devices: any DeviceBackend { fakeDevices }
    var resolver: any NameResolver { fakeResolver }

    func environment(_ variable: EnvironmentVariable) -> String? { variables[variable.rawValue] }
    func readInput(limit: Int) throws(Errno) -> [UInt8] { Array(input.prefix(limit + 1)) }

    func readFile(_ path: String, limit: Int) throws(Errno) -> [UInt8] {
        if let failure = fileFailures[path] { throw failure }
        guard let text = files[path] else { throw .noSuchFile }
        return Array(text.utf8.prefix(limit + 1))
    }

    func replaceFile(_ path: String, _ text: String) throws(Errno) {
        if let failure = fileFailures[path] { throw failure }
        replacedFiles[path] = text
    }

    func interfaceName(_ index: UInt32) -> String? { index == 2 ? "eth0" : nil }

    func sizeOfFile(_ path: String) -> Int { files[path]?.utf8.count ?? 0 }

    func readFile(_ path: String, _ body: (ArraySlice<UInt8>) throws(Errno) -> Void) throws(Errno) {
        try body(readFile(path, limit: .max - 1)[...])
    }

    func write(_ bytes: [UInt8]) throws(Errno) {
        if let writeFailure { throw writeFailure }
        output += String(decoding: bytes, as: UTF8.self)
    }

    func watchSession(takesKeys: Bool) throws(Errno) -> any WatchSession { WgWatchSession(self) }

    func writeError(_ text: String) { errors += text }

    /// Runs the program; what it wrote is then in `output` and `errors`.
    func run() -> wg.ExitStatus { Program(host: self).run() }
}

/// A key of one repeated byte.
func key<K: Key>(_ byte: UInt8, _ type: K.Type = K.self) -> K { K(bytes: KeyBytes(repeating: byte)) }

struct BadSample: Error {}

func prefixes(_ texts: String...) throws -> [IPPrefix] {
    try texts.map { text in
        guard let prefix = IPPrefix(text) else { throw BadSample() }
        return prefix
    }
}

/// Two peers in an order that is not that of their handshakes, with everything set, and one with nothing.
func sampleState(_ name: String) throws -> DeviceState {
    DeviceState(
        name: try InterfaceName(name), privateKey: key(0x70), publicKey: key(0x71), listenPort: 51820, fwmark: 0xca6c,
        peers: [
            PeerState(publicKey: key(3), allowedIPs: try prefixes("1.2.3.4/32")),
            PeerState(
                publicKey: key(1), presharedKey: key(9), endpoint: Endpoint("192.0.2.1:7"),
                lastHandshake: HandshakeTime(seconds: 1_799_999_000, nanoseconds: 5), receivedBytes: 1024,
                sentBytes: 1023, persistentKeepalive: 25, allowedIPs: try prefixes("10.0.0.0/8", "fd00::/64")),
            PeerState(
                publicKey: key(2), endpoint: Endpoint("[fe80::1%2]:5"),
                lastHandshake: HandshakeTime(seconds: 1_799_999_990, nanoseconds: 0), receivedBytes: 7),
        ])
}
