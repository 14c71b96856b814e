public import WGConfig
public import WGLinux
public import WGModel

/// Turns names of endpoints and ports into numbers, before anything is sent to a device.
///
/// Each host is asked for once, whatever number of endpoints it has, several at a time, and each has its own schedule of
/// retries. What is a number already costs nothing: neither a question nor a thread.
public struct EndpointResolution {
    /// A name that has no address.
    public struct Failure: Error, Hashable, Sendable {
        public enum Subject: Hashable, Sendable {
            case endpoint(EndpointName)
            case service(String)
        }

        public let subject: Subject
        public let failure: Resolver.Failure

        public init(_ subject: Subject, _ failure: Resolver.Failure) {
            self.subject = subject
            self.failure = failure
        }
    }

    /// A name that will be asked for again.
    public struct Retry: Hashable, Sendable {
        public let failure: Failure
        public let delay: Duration
    }

    /// What one name's end means for the others.
    public enum Patience: Sendable {
        /// Nothing: each has all its retries.
        case forEach
        /// Once one has no address for good, none is asked for again, as nothing will be done without it.
        case untilOneFails
    }

    private let policy: ResolutionPolicy
    private let patience: Patience
    private let resolver: any NameResolver
    private let report: (Retry) -> Void

    /// - Parameter report: hears of each temporary failure before the wait, in the caller's thread.
    public init(
        policy: ResolutionPolicy = .standard, patience: Patience = .forEach, resolver: any NameResolver,
        report: @escaping (Retry) -> Void = { _ in }
    ) {
        self.policy = policy
        self.patience = patience
        self.resolver = resolver
        self.report = report
    }

    /// The port of a number or of a UDP service. Never retried.
    public func port(_ name: PortName) throws(Failure) -> UInt16 {
        switch name {
        case .number(let number): return number
        case .service(let service):
            do {
                return try resolver.port(ofService: service)
            } catch {
                throw Failure(.service(service), error)
            }
        }
    }

    /// All addresses of an endpoint's host, with its port.
    public struct Located: Hashable, Sendable {
        public let host: HostAnswer
        public let port: UInt16

        public init(host: HostAnswer, port: UInt16) {
            self.host = host
            self.port = port
        }

        /// The preferred one.
        public var first: Endpoint { host.first.endpoint(port: port) }
        /// In the order of preference; at least one.
        public var endpoints: [Endpoint] { host.addresses.map { $0.endpoint(port: port) } }
    }

    /// The preferred addresses of all endpoints. A name that was not waited for has failed.
    public func resolve(_ names: some Sequence<EndpointName>) -> [EndpointName: Result<Endpoint, Failure>] {
        locate(names).mapValues { $0.map(\.first) }
    }

    /// All addresses of all endpoints. A name that was not waited for has failed.
    public func locate(_ names: some Sequence<EndpointName>) -> [EndpointName: Result<Located, Failure>] {
        var found: [EndpointName: Result<Located, Failure>] = [:]
        var ports = Ports(resolver)
        var indexOfHost: [String: Int] = [:]
        var hosts: [EndpointName] = []
        var open: [(name: EndpointName, port: UInt16, host: Int)] = []
        for name in names where found[name] == nil {
            let port: UInt16
            switch ports.port(name.service) {
            case .success(let number): port = number
            case .failure(let failure):
                found[name] = .failure(Failure(.endpoint(name), failure))
                continue
            }
            if let address = resolver.literal(name.host) {
                found[name] = .success(Located(host: HostAnswer(address), port: port))
                continue
            }
            let index = indexOfHost[name.host] ?? hosts.count
            if index == hosts.count {
                indexOfHost[name.host] = index
                hosts.append(name)
            }
            open.append((name, port, index))
        }
        let answers = ask(hosts)
        for (name, port, host) in open {
            found[name] = answers[host].map { Located(host: $0, port: port) }.mapError { Failure(.endpoint(name), $0) }
        }
        return found
    }

    /// - Parameter names: one endpoint of each host, to tell of it.
    private func ask(_ names: [EndpointName]) -> [NameResolver.Answer] {
        guard !names.isEmpty else { return [] }
        var questions = HostQuestions(
            names.map(\.host), policy: policy, resolver: resolver, givesUpTogether: patience == .untilOneFails
        ) { index, failure, delay in
            report(Retry(failure: Failure(.endpoint(names[index]), failure), delay: delay))
        }
        return questions.run().map { $0 ?? .failure(Resolver.Failure(.temporary, text: "No answer yet")) }
    }
}

/// Ports by name, each name looked up once.
private struct Ports {
    private let resolver: any NameResolver
    private var found: [String: Result<UInt16, Resolver.Failure>] = [:]

    init(_ resolver: any NameResolver) { self.resolver = resolver }

    mutating func port(_ service: String) -> Result<UInt16, Resolver.Failure> {
        if let port = UInt16(service) { return .success(port) }
        if let port = found[service] { return port }
        let port: Result<UInt16, Resolver.Failure>
        do throws(Resolver.Failure) {
            port = .success(try resolver.port(ofService: service))
        } catch {
            port = .failure(error)
        }
        found[service] = port
        return port
    }
}

extension EndpointResolution {
    /// What to do about things that a configuration doesn't mention.
    public enum Application: Sendable {
        /// `wg setconf`: the device has nothing but what the file says; no key, port or mark in it means none.
        case replace
        /// `wg addconf`: what the file doesn't mention stays.
        case add
    }

    /// A name in a configuration that has no number.
    public struct Unresolved: Hashable, Sendable {
        /// The index of its peer in the configuration; `nil` for the listen port.
        public let peer: Int?
        public let failure: Failure

        public init(peer: Int?, _ failure: Failure) {
            self.peer = peer
            self.failure = failure
        }
    }

    /// Ports that are names of no service: a mistake of the configuration, found before any host is asked for.
    public struct UnknownServices: Error, Equatable, Sendable {
        /// In the order of the configuration, at least one.
        public let names: [Unresolved]
    }

    /// The change that a configuration file stands for, as far as its names have addresses.
    public struct Resolved: Equatable, Sendable {
        /// With every peer of the file, in its order.
        public var change: DeviceChange
        /// The peers whose endpoint has no address. They have none in `change` either.
        public let unresolved: [Unresolved]

        public init(change: DeviceChange, unresolved: [Unresolved]) {
            self.change = change
            self.unresolved = unresolved
        }
    }

    /// The change that a configuration file stands for, its names resolved.
    public func change(
        for config: WireGuardConfig, _ application: Application
    ) throws(UnknownServices) -> Resolved {
        let port = try checkServices(config)
        let found = resolve(config.peers.lazy.compactMap(\.endpoint).filter { $0.numeric == nil })
        var unresolved: [Unresolved] = []
        var change = DeviceChange(privateKey: config.privateKey, listenPort: port, fwmark: config.fwmark)
        if application == .replace {
            change.privateKey = change.privateKey ?? .zero
            change.listenPort = change.listenPort ?? 0
            change.fwmark = change.fwmark ?? 0
            change.replacePeers = true
        }
        change.peers = config.peers.indices.map { index in
            let peer = config.peers[index]
            var endpoint = peer.endpoint?.numeric
            if endpoint == nil, let name = peer.endpoint {
                switch found[name] {
                case .success(let address): endpoint = address
                case .failure(let failure): unresolved.append(Unresolved(peer: index, failure))
                case nil: break
                }
            }
            return PeerChange(
                publicKey: peer.publicKey, presharedKey: peer.presharedKey, endpoint: endpoint,
                persistentKeepalive: peer.persistentKeepalive, replaceAllowedIPs: peer.replaceAllowedIPs,
                allowedIPs: peer.allowedIPs)
        }
        return Resolved(change: change, unresolved: unresolved)
    }

    /// The listen port, once all names of services are known to exist.
    private func checkServices(_ config: WireGuardConfig) throws(UnknownServices) -> UInt16? {
        var unknown: [Unresolved] = []
        var port: UInt16?
        do throws(Failure) {
            if let name = config.listenPort { port = try self.port(name) }
        } catch {
            unknown.append(Unresolved(peer: nil, error))
        }
        var ports = Ports(resolver)
        for (index, peer) in config.peers.enumerated() {
            guard let name = peer.endpoint, name.numeric == nil, case .failure(let failure) = ports.port(name.service)
            else { continue }
            unknown.append(Unresolved(peer: index, Failure(.endpoint(name), failure)))
        }
        guard unknown.isEmpty else { throw UnknownServices(names: unknown) }
        return port
    }
}
