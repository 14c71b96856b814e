import Testing
import WGConfig
import WGControl
import WGLinux
import WGModel

private typealias Reply = ScriptedResolver.Reply

private let notFound = ScriptedResolver.notFound
private let later = Reply(answer: .failure(ScriptedResolver.later))
private let found = Reply(answer: .success(HostAnswer(HostAddress(address: .v4(1)))))
private let endpoint = Endpoint(address: .v4(1), port: 5)

private func name(_ host: String) -> EndpointName { EndpointName(host: host, service: "5") }

private func failure(_ host: String, _ failure: Resolver.Failure) -> EndpointResolution.Failure {
    EndpointResolution.Failure(.endpoint(name(host)), failure)
}

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

    @Test func eachNameHasItsOwnScheduleAndItsOwnEnd() {
        let resolver = ScriptedResolver()
        resolver.replies = [
            "good": [found],
            // Its first answer takes so long that its schedule begins when the other has been asked for three times.
            "slow": [Reply(answer: .failure(ScriptedResolver.later), latency: .seconds(3)), found],
            "late": [later, later, found],
            "never": [later],
        ]
        var reports: [EndpointResolution.Retry] = []
        let resolution = EndpointResolution(
            policy: ResolutionPolicy(retries: 4), resolver: resolver, report: { reports.append($0) })
        let results = resolution.resolve(["slow", "good", "late", "typo", "never"].map(name))
        #expect(results[name("good")] == .success(endpoint))
        #expect(results[name("slow")] == .success(endpoint))
        #expect(results[name("late")] == .success(endpoint))
        #expect(results[name("typo")] == .failure(failure("typo", notFound)))
        #expect(results[name("never")] == .failure(failure("never", ScriptedResolver.later)))
        #expect(resolver.times("slow") == [.zero, .seconds(4)])
        #expect(resolver.times("late") == [.zero, .seconds(1), .milliseconds(2200)])
        #expect(resolver.count("never") == 5)
        #expect(resolver.count("typo") == 1)
        #expect(resolver.count("good") == 1)
        // Of those that come together the first is told first.
        let told = reports.map { retry in
            if case .endpoint(let name) = retry.failure.subject {
                "\(name.host) \(retry.delay / .seconds(1))"
            } else {
                ""
            }
        }
        #expect(told.prefix(2) == ["late 1.0", "never 1.0"])
        #expect(told.count == 1 + 2 + 4)
    }

    @Test func manyNamesAreAskedForAFewAtATime() {
        let resolver = ScriptedResolver()
        let names = (0..<1000).map { name("host\($0)") }
        for name in names {
            let answer = HostAnswer(HostAddress(address: .v4(1)))
            resolver.replies[name.host] = [Reply(answer: .success(answer), latency: .milliseconds(10))]
        }
        let results = EndpointResolution(resolver: resolver).resolve(names)
        #expect(results.values.allSatisfy { $0 == .success(endpoint) })
        #expect(results.count == 1000)
        #expect(resolver.questions.count == 1000)
        #expect(resolver.mostUnderWay == 32)
    }

    @Test func aHostOfManyEndpointsIsAskedForOnce() {
        let resolver = ScriptedResolver()
        resolver.replies = ["good": [later, found]]
        let names = (1...100).map { EndpointName(host: "good", service: "\($0)") }
        let results = EndpointResolution(resolver: resolver).resolve(names + names)
        #expect(resolver.questions.count == 2)
        #expect(results.count == 100)
        #expect(results[names[6]] == .success(Endpoint(address: .v4(1), port: 7)))
    }

    @Test func whatIsANumberIsNotAskedFor() {
        let resolver = ScriptedResolver()
        let texts = ["192.0.2.1:7", "[2001:db8::1]:7", "1.2:10", "[fe80::1%lo]:8", "127.0.0.1:domain"]
        let results = EndpointResolution(resolver: resolver).resolve(texts.compactMap { EndpointName($0) })
        #expect(resolver.questions.isEmpty)
        #expect(results.values.allSatisfy { if case .success = $0 { true } else { false } })
        #expect(results.count == 5)
    }

    @Test func afterOneFailureForGoodNobodyWaitsForTheOthers() {
        let resolver = ScriptedResolver()
        resolver.replies = ["slow": [later], "good": [found]]
        let resolution = EndpointResolution(patience: .untilOneFails, resolver: resolver)
        let results = resolution.resolve([name("slow"), name("good"), name("typo")])
        #expect(results[name("slow")] == .failure(failure("slow", ScriptedResolver.later)))
        #expect(results[name("typo")] == .failure(failure("typo", notFound)))
        #expect(results[name("good")] == .success(endpoint))
        #expect(resolver.questions.count == 3)
        #expect(resolver.now == .zero)
    }

    @Test func anInterruptionEndsAllWaiting() {
        let resolver = ScriptedResolver()
        resolver.replies = [
            "never": [later], "good": [found],
            "hangs": [Reply(answer: .success(HostAnswer(.init(address: .v4(9)))), latency: .seconds(99))],
        ]
        resolver.interruption = .seconds(5)
        let resolution = EndpointResolution(policy: ResolutionPolicy(retries: nil), resolver: resolver)
        let results = resolution.resolve(["never", "good", "hangs"].map(name))
        #expect(results[name("good")] == .success(endpoint))
        #expect(results[name("never")] == .failure(failure("never", ScriptedResolver.later)))
        guard case .failure(let hanging) = results[name("hangs")] else {
            Issue.record("an answer that never came")
            return
        }
        #expect(!hanging.failure.isPermanent)
        #expect(resolver.now == .seconds(5))
    }

    @Test func anUnknownServiceFailsAtOnce() throws {
        let resolution = EndpointResolution(resolver: ScriptedResolver())
        #expect(try resolution.port(.service("domain")) == 53)
        #expect(try resolution.port(.number(7)) == 7)
        #expect(throws: EndpointResolution.Failure.self) { try resolution.port(.service("nonsense")) }
    }
}

@Suite struct ConfigResolutionTests {
    private func key(_ byte: UInt8) -> PublicKey { PublicKey(bytes: KeyBytes(repeating: byte)) }

    @Test func setconfResetsWhatTheFileLacksAndAddconfDoesNot() throws {
        let resolver = ScriptedResolver()
        resolver.replies = ["good": [found]]
        let resolution = EndpointResolution(resolver: resolver)
        let config = WireGuardConfig(peers: [PeerConfig(publicKey: key(1), endpoint: name("good"))])
        let peer = PeerChange(publicKey: key(1), endpoint: endpoint, replaceAllowedIPs: true)
        let replaced = DeviceChange(privateKey: .zero, listenPort: 0, fwmark: 0, replacePeers: true, peers: [peer])
        #expect(try resolution.change(for: config, .replace).change == replaced)
        #expect(try resolution.change(for: config, .add).change == DeviceChange(peers: [peer]))
    }

    @Test func whatTheFileSaysIsPassedOn() throws {
        let resolution = EndpointResolution(resolver: ScriptedResolver())
        let prefix = try #require(IPPrefix("10.0.0.0/8"))
        let peer = PeerConfig(
            publicKey: .zero, presharedKey: .zero, endpoint: EndpointName("[::1]:9"), persistentKeepalive: 0,
            replaceAllowedIPs: false, allowedIPs: [.remove(prefix)])
        let config = WireGuardConfig(privateKey: .zero, listenPort: .service("domain"), fwmark: 3, peers: [peer])
        let change = PeerChange(
            publicKey: .zero, presharedKey: .zero, endpoint: Endpoint("[::1]:9"), persistentKeepalive: 0,
            replaceAllowedIPs: false, allowedIPs: [.remove(prefix)])
        let expected = DeviceChange(privateKey: .zero, listenPort: 53, fwmark: 3, peers: [change])
        let resolved = try resolution.change(for: config, .add)
        #expect(resolved.change == expected)
        #expect(resolved.unresolved.isEmpty)
    }

    @Test func aPeerWithoutAnAddressIsThereWithoutAnEndpoint() throws {
        let resolver = ScriptedResolver()
        resolver.replies = ["good": [found], "never": [later]]
        let hosts = ["typo", "good", "never", "typo"]
        let peers = hosts.enumerated().map { PeerConfig(publicKey: key(UInt8($0)), endpoint: name($1)) }
        let resolution = EndpointResolution(policy: ResolutionPolicy(retries: 2), resolver: resolver)
        let resolved = try resolution.change(for: WireGuardConfig(peers: peers), .add)
        #expect(resolved.change.peers.map(\.publicKey) == (0...3).map { key($0) })
        #expect(resolved.change.peers.map(\.endpoint) == [nil, endpoint, nil, nil])
        #expect(
            resolved.unresolved == [
                .init(peer: 0, failure("typo", notFound)), .init(peer: 2, failure("never", ScriptedResolver.later)),
                .init(peer: 3, failure("typo", notFound)),
            ])
        #expect(resolver.count("typo") == 1)
    }

    @Test func unknownServicesAreAllFoundBeforeAnyHostIsAskedFor() throws {
        let resolver = ScriptedResolver()
        let wrong = EndpointName(host: "good", service: "nonsense")
        let endpoints = [name("good"), wrong, EndpointName(host: "good", service: "domain"), wrong]
        let config = WireGuardConfig(
            listenPort: .service("no"), peers: endpoints.map { PeerConfig(publicKey: key(1), endpoint: $0) })
        let resolution = EndpointResolution(resolver: resolver)
        let error = try #require(throws: EndpointResolution.UnknownServices.self) {
            try resolution.change(for: config, .replace)
        }
        let reason = Resolver.Failure(.noSuchService, text: "no service")
        #expect(
            error.names == [
                .init(peer: nil, .init(.service("no"), reason)), .init(peer: 1, .init(.endpoint(wrong), reason)),
                .init(peer: 3, .init(.endpoint(wrong), reason)),
            ])
        #expect(resolver.questions.isEmpty)
        #expect(resolver.services == ["no", "nonsense", "domain"])
    }
}
