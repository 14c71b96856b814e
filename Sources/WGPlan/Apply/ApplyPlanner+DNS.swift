import WGConfig
import WGModel

extension ApplyPlanner {
    /// Whether the file, or what was done before, has to do with resolvers.
    public var concernsDNS: Bool {
        record.effects.dns != nil || !config.dnsServers.isEmpty || !config.dnsSearchDomains.isEmpty
    }

    /// What is to be so, by the back end that the tunnel has already unless another was chosen.
    ///
    /// - Parameter snapshot: with the DNS host.
    public func dns(_ snapshot: SystemSnapshot, _ policy: DNSPolicy) throws(DNSObstacle) -> DNSDecision {
        var policy = policy
        if policy.choice == .automatic, let known = record.effects.dns { policy.choice = known.backend.choice }
        return try policy.decide(name, config, snapshot.dnsHost)
    }

    /// - Parameters:
    ///   - decision: from `dns`.
    ///   - found: what its back end has of the tunnel. resolvconf can't always tell; then the record counts.
    public mutating func setDNS(to decision: DNSDecision, found: DNSState?) -> Plan {
        let wanted = decision.state
        let warnings = decision.warnings.map { PlanWarning.dns(name, $0) }
        var before = record.effects.dns
        // What systemd-resolved knew of a link went with it.
        if hasNewLink, before?.backend == .resolved { before = nil }
        if let wanted, wanted == before {
            let isThere = found.map(wanted.agrees) ?? wanted.backend.canHide
            if isThere { return Plan(warnings: warnings) }
        }
        guard wanted != nil || before != nil else { return Plan(warnings: warnings) }
        // Before there is anything to undo it is written, and before it is undone it stays so.
        record.effects.dns = before ?? wanted
        let ahead = takeDown()
        record.effects.dns = wanted
        return Plan(ahead + [.setDNS(name, from: before, to: wanted)] + takeDown(), warnings: warnings)
    }

    /// After it turned out that the resolvers can't be set: what was there before may be there still, so `down` is to look,
    /// and the next `apply` tries again.
    ///
    /// - Parameter before: as the record had it.
    public mutating func didWithoutDNS(_ before: DNSState?) -> Plan {
        record.effects.dns = before
        return Plan(takeDown())
    }
}

extension DNSState.Backend {
    fileprivate var choice: DNSPolicy.Choice {
        switch self {
        case .resolved: .resolved
        case .resolvconf: .resolvconf
        case .file: .file
        }
    }

    fileprivate var canHide: Bool {
        if case .resolvconf = self { true } else { false }
    }
}
