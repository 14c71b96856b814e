public import WGConfig
public import WGModel

/// Which back end makes a tunnel's resolvers known, and what happens when it can't.
public struct DNSPolicy: Hashable, Sendable {
    public enum Choice: String, CaseIterable, Hashable, Sendable {
        case automatic = "auto"
        case resolved
        case resolvconf
        case file
        /// The `DNS` key is not followed.
        case off
    }

    public enum Failure: String, CaseIterable, Hashable, Sendable {
        /// As any other step that fails: everything is taken back.
        case fail
        /// The tunnel is there without its resolvers.
        case warn
    }

    public var choice: Choice
    public var onFailure: Failure

    public init(choice: Choice = .automatic, onFailure: Failure = .fail) {
        self.choice = choice
        self.onFailure = onFailure
    }

    /// - Throws: when a back end was asked for that is not there.
    public func decide(
        _ name: InterfaceName, _ config: QuickConfig, _ host: DNSHost
    ) throws(DNSObstacle) -> DNSDecision {
        guard choice != .off, !config.dnsServers.isEmpty || !config.dnsSearchDomains.isEmpty else {
            return DNSDecision()
        }
        let backend = try backend(name, host)
        var state = DNSState(
            backend: backend, servers: config.dnsServers, searchDomains: config.dnsSearchDomains, isDefault: true)
        switch backend {
        case .resolvconf:
            guard !state.servers.isEmpty else { return DNSDecision(warnings: [.searchDomainsAlone]) }
            return DNSDecision(state: state)
        case .resolved:
            state.isDefault = Self.isDefault(config)
            state.searchDomains.removeAll { $0 == Self.allNames }
            return DNSDecision(state: state)
        case .file:
            let routing = state.searchDomains.filter { $0.hasPrefix("~") && $0 != Self.allNames }
            state.searchDomains.removeAll { $0.hasPrefix("~") }
            return DNSDecision(
                state: state.resolverLines.isEmpty ? nil : state,
                warnings: routing.isEmpty ? [] : [.routingDomains(routing)])
        }
    }

    /// What systemd-resolved calls the domain of a link that all names go to.
    private static let allNames = "~."

    private func backend(_ name: InterfaceName, _ host: DNSHost) throws(DNSObstacle) -> DNSState.Backend {
        let entry = host.resolvconf.map { DNSState.Backend.resolvconf(entry: $0.prefix + name.text) }
        switch choice {
        case .automatic, .off:
            if host.resolvedRuns, host.resolvedIsInCharge, host.hasResolvectl { return .resolved }
            // Under the other name, resolvectl would tell a service that nobody asks, or none at all.
            return host.resolvconf?.isResolvectl == false ? entry ?? .file : .file
        case .resolved:
            guard host.hasResolvectl else { throw .noProgram("resolvectl") }
            guard host.resolvedRuns else { throw .resolvedDoesNotRun }
            return .resolved
        case .resolvconf:
            guard let entry else { throw .noProgram("resolvconf") }
            return entry
        case .file: return .file
        }
    }

    /// Under a full tunnel all names belong to the tunnel's servers. Otherwise only those of its domains do, where it
    /// names any: servers that are asked for nothing would be none.
    private static func isDefault(_ config: QuickConfig) -> Bool {
        guard !config.dnsServers.isEmpty else { return false }
        return config.dnsSearchDomains.isEmpty || config.dnsSearchDomains.contains(allNames)
            || config.wireGuard.peers.contains { $0.allowedIPs.contains(where: \.prefix.isDefault) }
    }
}

/// What to do about a tunnel's resolvers.
public struct DNSDecision: Hashable, Sendable {
    /// `nil` for nothing.
    public var state: DNSState?
    public var warnings: [DNSWarning]

    public init(state: DNSState? = nil, warnings: [DNSWarning] = []) {
        self.state = state
        self.warnings = warnings
    }
}

/// What of the `DNS` key is not followed.
public enum DNSWarning: Hashable, Sendable {
    /// Search domains without a server, which `resolvconf` is not told.
    case searchDomainsAlone
    /// Those that begin with `~`: only systemd-resolved chooses servers by domain.
    case routingDomains([String])
}

/// Why the back end that was asked for can't be used.
public enum DNSObstacle: Error, Hashable, Sendable {
    case noProgram(String)
    /// Not in this network namespace, at least.
    case resolvedDoesNotRun
}
