import WGControl
import WGConfig
import WGLinux
public import WGModel

/// Who is asked for names, from sockets with which mark.
public struct NameServers: Hashable, Sendable {
    public var addresses: [IPAddress]
    /// 0 for none.
    public var mark: UInt32

    public init(addresses: [IPAddress], mark: UInt32) {
        self.addresses = addresses
        self.mark = mark
    }
}

/// Asks for the addresses of endpoints' names, until a signal comes or the time is over.
struct NameQuestions {
    /// What `up` waits for names that may as well come later.
    static let patienceOfUp = Duration.seconds(5)
    static let patienceOfReresolve = Duration.seconds(10)

    let signals: SignalQueue
    /// Hears of each name that is asked for again.
    let report: (EndpointResolution.Retry) -> Void

    /// - Parameters:
    ///   - servers: `nil` asks in the host's own way.
    ///   - retries: the value of `WG_ENDPOINT_RESOLUTION_RETRIES`. With it all names are needed, and asked for as often as it
    ///     says; without it each is asked for once.
    func resolve(
        _ config: WireGuardConfig, by servers: NameServers?, retries: String?
    ) throws(QuickError) -> EndpointResolution.Resolved {
        let resolution: EndpointResolution
        if let retries {
            guard let policy = ResolutionPolicy(environment: retries) else { throw .invalidRetries(retries) }
            resolution = EndpointResolution(
                policy: policy, patience: .untilOneFails, resolver: resolver(servers, patience: nil), report: report)
        } else {
            resolution = EndpointResolution(policy: .once, resolver: resolver(servers, patience: Self.patienceOfUp))
        }
        let resolved: EndpointResolution.Resolved
        do {
            resolved = try resolution.change(for: config, .add)
        } catch {
            throw .resolution(error.names.map(\.failure))
        }
        if retries != nil, !resolved.unresolved.isEmpty { throw .resolution(resolved.unresolved.map(\.failure)) }
        return resolved
    }

    /// - Parameter servers: `nil` asks in the host's own way.
    func locate(
        _ names: [EndpointName], by servers: NameServers?
    ) -> [EndpointName: Result<EndpointResolution.Located, EndpointResolution.Failure>] {
        EndpointResolution(policy: .once, resolver: resolver(servers, patience: Self.patienceOfReresolve)).locate(names)
    }

    /// A signal ends the wait; the caller looks at it before it looks at the failure.
    private func resolver(_ servers: NameServers?, patience: Duration?) -> SystemResolver {
        let end = patience.map { BootClock.now() + $0 }
        let wait: SystemResolver.Wait = { [signals] milliseconds, descriptor in
            let left = end.map { Int32(clamping: Int64((($0 - BootClock.now()) / .milliseconds(1)).rounded(.up))) }
            if let left, left <= 0 { return false }
            let limit = milliseconds < 0 ? left ?? -1 : min(milliseconds, left ?? .max)
            signals.wait(milliseconds: limit, orReadable: descriptor)
            return !signals.isPending
        }
        guard let servers else { return SystemResolver(wait: wait) }
        let client = DNSClient(servers: servers.addresses, mark: servers.mark)
        return SystemResolver(
            lookUp: { host throws(Resolver.Failure) in try client.addresses(of: host) }, wait: wait)
    }
}
