public import WGConfig
public import WGLinux
public import WGModel

/// Turns names of endpoints and ports into numbers, before anything is sent to a device.
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

    private let policy: ResolutionPolicy
    private let resolver: any NameResolver
    private let report: (Retry) -> Void

    /// - Parameter report: hears of each temporary failure before the wait.
    public init(
        policy: ResolutionPolicy = .standard, resolver: any NameResolver = SystemResolver(),
        report: @escaping (Retry) -> Void = { _ in }
    ) {
        self.policy = policy
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

    /// The addresses of all endpoints.
    ///
    /// Each is asked for once before any is asked for again, so that a name that can't exist fails the whole at once,
    /// and all wait for the network together.
    public func endpoints(_ names: some Sequence<EndpointName>) throws(Failure) -> [EndpointName: Endpoint] {
        var found: [EndpointName: Endpoint] = [:]
        var pending = Array(names)
        var retry = 0
        while true {
            let failures = try ask(pending, &found)
            guard let first = failures.first else { return found }
            retry += 1
            guard let delay = policy.delay(beforeRetry: retry) else { throw first }
            for failure in failures { report(Retry(failure: failure, delay: delay)) }
            resolver.wait(delay)
            pending = failures.compactMap { if case .endpoint(let name) = $0.subject { name } else { nil } }
        }
    }

    /// Asks for each name that is not known yet; gives back those that failed for now.
    private func ask(
        _ names: [EndpointName], _ found: inout [EndpointName: Endpoint]
    ) throws(Failure) -> [Failure] {
        var failures: [Failure] = []
        for name in names where found[name] == nil {
            do {
                found[name] = try resolver.endpoint(of: name)
            } catch {
                let failure = Failure(.endpoint(name), error)
                guard !error.isPermanent else { throw failure }
                if !failures.contains(failure) { failures.append(failure) }
            }
        }
        return failures
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

    /// The change that a configuration file stands for, all names resolved.
    public func change(for config: WireGuardConfig, _ application: Application) throws(Failure) -> DeviceChange {
        var port: UInt16?
        if let name = config.listenPort { port = try self.port(name) }
        let endpoints = try endpoints(config.peers.compactMap(\.endpoint))
        var change = DeviceChange(privateKey: config.privateKey, listenPort: port, fwmark: config.fwmark)
        if application == .replace {
            change.privateKey = change.privateKey ?? .zero
            change.listenPort = change.listenPort ?? 0
            change.fwmark = change.fwmark ?? 0
            change.replacePeers = true
        }
        change.peers = config.peers.map { peer in
            PeerChange(
                publicKey: peer.publicKey, presharedKey: peer.presharedKey,
                endpoint: peer.endpoint.flatMap { endpoints[$0] }, persistentKeepalive: peer.persistentKeepalive,
                replaceAllowedIPs: peer.replaceAllowedIPs, allowedIPs: peer.allowedIPs)
        }
        return change
    }
}
