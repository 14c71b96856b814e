import WGControl
public import WGConfig
public import WGModel

/// What a configuration asks of a device, with the names in it turned into numbers.
///
/// Making one blocks as long as names are asked for, all at the same time: don't do that in a task.
public struct ResolvedConfig: Equatable, Sendable {
    /// What becomes of things that the configuration doesn't mention.
    public enum Application: Sendable {
        /// They go: no key, no mark, another port, no other peers. What `wg setconf` does, and with
        /// ``WireGuardDevices/synchronize(_:to:)`` what `wg syncconf` does.
        case replace
        /// They stay. What `wg addconf` does.
        case add
    }

    /// A peer that can't be reached by its endpoint's name.
    public struct Unresolved: Hashable, Sendable {
        /// The peer's place in the configuration.
        public let peer: Int
        /// The name that has no address.
        public let endpoint: EndpointName
        /// The resolver's own words.
        public let reason: String
    }

    /// Names of services that there are none of: no peer and no port can be meant by them.
    public struct UnknownServices: Error, Hashable, Sendable {
        /// At least one, in the order of the configuration.
        public let names: [String]
    }

    /// With every peer of the configuration; those in ``unresolved`` have no endpoint in it.
    public let change: DeviceChange
    /// In the order of the configuration.
    public let unresolved: [Unresolved]

    /// Asks for the names of all endpoints.
    ///
    /// - Parameters:
    ///   - config: as ``ConfigParser`` reads it.
    ///   - application: what becomes of things that it doesn't mention.
    ///   - retries: how often a name is asked for again that may yet get an address, at growing intervals from 1 s to
    ///     20 s; `nil` is for ever.
    public init(
        _ config: WireGuardConfig, _ application: Application, retries: Int? = 0
    ) throws(UnknownServices) {
        let resolution = EndpointResolution(policy: ResolutionPolicy(retries: retries), resolver: SystemResolver())
        let resolved: EndpointResolution.Resolved
        do {
            resolved = try resolution.change(for: config, application == .replace ? .replace : .add)
        } catch {
            throw UnknownServices(names: error.names.map(\.failure.subject.service))
        }
        change = resolved.change
        unresolved = resolved.unresolved.compactMap { unresolved in
            guard let peer = unresolved.peer, let endpoint = config.peers[peer].endpoint else { return nil }
            return Unresolved(peer: peer, endpoint: endpoint, reason: unresolved.failure.failure.text)
        }
    }
}

extension EndpointResolution.Failure.Subject {
    fileprivate var service: String {
        switch self {
        case .endpoint(let name): name.service
        case .service(let name): name
        }
    }
}
