import Testing
import WGConfig
import WGControl
import WGLinux
import WGModel

/// Answers each question with the next of its answers, the last one for ever, and counts instead of waiting.
private final class ScriptedResolver: NameResolver {
    var answers: [String: [Result<Endpoint, Resolver.Failure>]] = [:]
    var questions: [String] = []
    var waits: [Duration] = []

    func endpoint(of name: EndpointName) throws(Resolver.Failure) -> Endpoint {
        questions.append(name.host)
        guard var left = answers[name.host], let answer = left.first else { throw notFound }
        if left.count > 1 { left.removeFirst() }
        answers[name.host] = left
        return try answer.get()
    }

    func port(ofService name: String) throws(Resolver.Failure) -> UInt16 {
        guard name == "domain" else { throw Resolver.Failure(.noSuchService, text: "no service") }
        return 53
    }

    func wait(_ duration: Duration) { waits.append(duration) }
}

private let notFound = Resolver.Failure(.noSuchHost, text: "no host")
private let later = Resolver.Failure(.temporary, text: "later")
private let address = Endpoint(address: .v4(1), port: 5)

private func name(_ host: String) -> EndpointName { EndpointName(host: host, service: "5") }

@Suite struct EndpointResolutionTests {
    @Test func theStandardScheduleWaits72SecondsIn15Steps() {
        let policy = ResolutionPolicy.standard
        let delays = (1...15).compactMap { policy.delay(beforeRetry: $0) }
        #expect(delays.count == 15)
        #expect(policy.delay(beforeRetry: 16) == nil)
        #expect(delays[0] == .seconds(1))
        #expect(delays[1] == .milliseconds(1200))
        #expect(delays.reduce(.zero, +) / .seconds(1) > 71.9)
        #expect(delays.reduce(.zero, +) / .seconds(1) < 72.1)
    }

    @Test func noDelayExceeds20Seconds() {
        let policy = ResolutionPolicy(retries: nil)
        #expect(policy.delay(beforeRetry: 18) == .seconds(20))
        #expect(policy.delay(beforeRetry: 1_000_000) == .seconds(20))
    }

    @Test(arguments: [
        ("infinity", ResolutionPolicy?.some(ResolutionPolicy(retries: nil))), ("0", .once),
        ("15", .standard), (" +15", .standard), ("\t-0", .once), ("", .once), (" ", nil), ("-1", nil), ("1x", nil),
        ("1 ", nil), ("0x1", nil), ("Infinity", nil), ("2147483647", ResolutionPolicy(retries: 2_147_483_647)),
        ("2147483648", nil), ("99999999999999999999999", nil),
    ])
    func theEnvironmentSetsTheNumberOfRetries(text: String, policy: ResolutionPolicy?) {
        #expect(ResolutionPolicy(environment: text) == policy)
    }

    @Test func aPermanentFailureOfAnyNameComesBeforeAnyWait() {
        let resolver = ScriptedResolver()
        resolver.answers = ["slow": [.failure(later)], "good": [.success(address)]]
        let resolution = EndpointResolution(resolver: resolver)
        #expect(throws: EndpointResolution.Failure(.endpoint(name("typo")), notFound)) {
            try resolution.endpoints([name("slow"), name("good"), name("typo")])
        }
        #expect(resolver.waits.isEmpty)
    }

    @Test func temporaryFailuresAreRetriedTogetherAndOnlyThose() throws {
        let resolver = ScriptedResolver()
        resolver.answers = [
            "good": [.success(address)],
            "late": [.failure(later), .success(address)],
            "later": [.failure(later), .failure(later), .success(address)],
        ]
        var reports: [EndpointResolution.Retry] = []
        let resolution = EndpointResolution(resolver: resolver, report: { reports.append($0) })
        let found = try resolution.endpoints([name("late"), name("good"), name("later"), name("late")])
        #expect(found.count == 3)
        #expect(resolver.waits == [.seconds(1), .milliseconds(1200)])
        #expect(resolver.questions.count { $0 == "good" } == 1)
        #expect(resolver.questions.count { $0 == "later" } == 3)
        #expect(reports.map(\.delay) == [.seconds(1), .seconds(1), .milliseconds(1200)])
    }

    @Test func theRetriesComeToAnEnd() {
        let resolver = ScriptedResolver()
        resolver.answers = ["never": [.failure(later)]]
        let resolution = EndpointResolution(policy: ResolutionPolicy(retries: 3), resolver: resolver)
        #expect(throws: EndpointResolution.Failure(.endpoint(name("never")), later)) {
            try resolution.endpoints([name("never")])
        }
        #expect(resolver.questions.count == 4)
        #expect(resolver.waits.count == 3)
    }

    @Test func anUnknownServiceFailsAtOnce() throws {
        let resolution = EndpointResolution(resolver: ScriptedResolver())
        #expect(try resolution.port(.service("domain")) == 53)
        #expect(try resolution.port(.number(7)) == 7)
        #expect(throws: EndpointResolution.Failure.self) { try resolution.port(.service("nonsense")) }
    }

    @Test func setconfResetsWhatTheFileLacksAndAddconfDoesNot() throws {
        let resolver = ScriptedResolver()
        resolver.answers = ["good": [.success(address)]]
        let resolution = EndpointResolution(resolver: resolver)
        let key = PublicKey(bytes: KeyBytes(repeating: 1))
        let config = WireGuardConfig(peers: [PeerConfig(publicKey: key, endpoint: name("good"))])
        let peer = PeerChange(publicKey: key, endpoint: address, replaceAllowedIPs: true)
        let replaced = DeviceChange(privateKey: .zero, listenPort: 0, fwmark: 0, replacePeers: true, peers: [peer])
        #expect(try resolution.change(for: config, .replace) == replaced)
        #expect(try resolution.change(for: config, .add) == DeviceChange(peers: [peer]))
    }

    @Test func whatTheFileSaysIsPassedOn() throws {
        let resolution = EndpointResolution(resolver: ScriptedResolver())
        let prefix = try #require(IPPrefix("10.0.0.0/8"))
        let peer = PeerConfig(
            publicKey: .zero, presharedKey: .zero, persistentKeepalive: 0, replaceAllowedIPs: false,
            allowedIPs: [.remove(prefix)])
        let config = WireGuardConfig(privateKey: .zero, listenPort: .service("domain"), fwmark: 3, peers: [peer])
        let change = PeerChange(
            publicKey: .zero, presharedKey: .zero, persistentKeepalive: 0, replaceAllowedIPs: false,
            allowedIPs: [.remove(prefix)])
        #expect(
            try resolution.change(for: config, .add)
                == DeviceChange(privateKey: .zero, listenPort: 53, fwmark: 3, peers: [change]))
    }
}
