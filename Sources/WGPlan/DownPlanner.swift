public import WGConfig
public import WGModel

/// Decides what `down` does, in stages: the PreDown hooks; the tunnel and what is left of it elsewhere; the PostDown
/// hooks.
///
/// It follows what `up` recorded. Where there is no record (the stock tool brought the tunnel up, say) it follows the
/// file as it is now, and takes of the rules only those that belong to the device's mark.
public struct DownPlanner: Sendable {
    public let name: InterfaceName
    private let preDown: [String]
    private let postDown: [String]
    private let source: Source

    private enum Source {
        case record(TunnelRecord)
        /// The record, if there is one, is of another link that had the name before: what that left goes, too.
        case file(QuickConfig, stale: TunnelRecord?)
    }

    /// After an `up` that did not come to its end, only the hooks that take back those that have begun.
    public init(record: TunnelRecord) {
        name = record.interface
        preDown = [.begun, .preUp].contains(record.progress) ? [] : record.hooks.preDown
        postDown = record.progress == .begun ? [] : record.hooks.postDown
        source = .record(record)
    }

    /// - Parameter stale: the record of another link that had the name before.
    public init(name: InterfaceName, config: QuickConfig, stale: TunnelRecord? = nil) {
        self.name = name
        preDown = config.preDown
        postDown = config.postDown
        source = .file(config, stale: stale)
    }

    /// The record that is followed.
    public var recorded: TunnelRecord? { if case .record(let record) = source { record } else { nil } }

    /// Whichever record there is.
    private var record: TunnelRecord? {
        switch source {
        case .record(let record): record
        case .file(_, let stale): stale
        }
    }

    /// The file, where there is no record at all.
    private var unrecorded: QuickConfig? { if case .file(let config, nil) = source { config } else { nil } }

    /// The record knows the link: an engine that hangs is not asked.
    public var beginNeeds: SnapshotParts { recorded != nil ? .link : [.link, .device] }
    public var tearDownNeeds: SnapshotParts {
        let parts: SnapshotParts = [.routes, .rules, .settings, .otherRecords]
        let known = recorded != nil ? parts.union(beginNeeds) : parts.union(beginNeeds).union(.firewall)
        return unrecorded?.dnsServers.isEmpty == false ? known.union(.dnsHost) : known
    }

    /// A tunnel that is up has a device, unless that died; then the record is reason enough.
    public func begin(_ snapshot: SystemSnapshot) throws(PlanError) -> Plan {
        guard snapshot.device != nil || record != nil else { throw .notWireGuard(name) }
        return Plan(name.hooks(.preDown, preDown))
    }

    /// From here on the tunnel is no more one whose link went away by itself. What hooks of an `up` that did not come to its
    /// end have begun is told by how far that came, and stays told.
    public var announcement: Plan {
        guard var record = recorded, record.progress == .up || record.progress == .restoring else { return Plan() }
        record.progress = .goingDown
        return Plan([.updateRecord(record)])
    }

    /// A hook may have deleted the link already; the rest still has to happen.
    public func tearDown(_ snapshot: SystemSnapshot) -> Plan {
        var operations = rules(snapshot).map { Operation.removeRule($0) }
        let refusals = record?.effects.refusals ?? []
        operations += refusals.filter(Set(snapshot.refusals).contains).map { .removeRoute($0, name) }
        // After the tunnel of a stale record somebody else may have made a link of that name.
        let isStale = record != nil && recorded == nil
        if let link = snapshot.link, !isStale || snapshot.device != nil {
            operations.append(.deleteLink(name, runsEngine: link.kind != "wireguard"))
        } else {
            operations.append(.removeDeadSocket(name))
        }
        // What systemd-resolved had of the link has gone with it.
        if let dns = dns(snapshot), dns.backend != .resolved { operations.append(.setDNS(name, from: dns, to: nil)) }
        let firewall = (recorded != nil ? nil : snapshot.firewall?.state) ?? record?.effects.firewall
        if let firewall { operations.append(.setFirewall(name, from: firewall, to: nil)) }
        operations += snapshot.restorations(record?.effects.sysctls ?? [])
        if record != nil { operations.append(.removeRecord(name)) }
        return Plan(operations)
    }

    public func finish() -> Plan { Plan(name.hooks(.postDown, postDown)) }

    /// Without a record as the stock tool would have done it, which knows `resolvconf` alone.
    private func dns(_ snapshot: SystemSnapshot) -> DNSState? {
        guard let config = unrecorded else { return record?.effects.dns }
        // What resolvectl knows under this name goes with the link, too.
        guard snapshot.dnsHost.resolvconf?.isResolvectl == false else { return nil }
        return (try? DNSPolicy(choice: .resolvconf).decide(name, config, snapshot.dnsHost))?.state
    }

    /// Those that are still there.
    private func rules(_ snapshot: SystemSnapshot) -> [RuleState] {
        let own = record?.effects.rules ?? snapshot.unrecordedRules(unrecorded?.table ?? .automatic)
        return own.filter(Set(snapshot.rules).contains)
    }
}
