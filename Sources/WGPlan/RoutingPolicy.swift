public import WGConfig
public import WGModel

/// Where the packets of a tunnel's allowed IPs are to go, and what it takes.
public struct TunnelRouting: Equatable, Sendable {
    /// Over the link, in the order in which they are made; without those of `families`.
    public var routes: [RouteState]
    /// For each family whose whole traffic the tunnel takes.
    public var families: [FamilyRouting]
    /// Of a full tunnel: the mark of the device's own packets, and the number of its table.
    public var mark: UInt32?
    /// Whether another full tunnel is there, so that each has to keep its hands off the other's packets.
    public var isBesideOthers: Bool
    /// To be set, with their new values.
    public var sysctls: [Sysctl]
    /// Routes that are left out because the link can't have IPv6 addresses.
    public var skipped: [IPPrefix]

    public init(
        routes: [RouteState] = [], families: [FamilyRouting] = [], mark: UInt32? = nil, isBesideOthers: Bool = false,
        sysctls: [Sysctl] = [], skipped: [IPPrefix] = []
    ) {
        self.routes = routes
        self.families = families
        self.mark = mark
        self.isBesideOthers = isBesideOthers
        self.sysctls = sysctls
        self.skipped = skipped
    }

    /// A family's default route, by a table that all packets but the device's own are sent to.
    public struct FamilyRouting: Equatable, Sendable {
        public var family: IPFamily
        /// In the order in which they are made.
        public var rules: [RuleState]
        public var route: RouteState
        /// For when the link has gone: nothing is to leave by another way.
        public var lastResort: RouteState
    }
}

/// Decides the routing of a tunnel from its device's allowed IPs.
public enum RoutingPolicy {
    /// The first number that is tried for a table and mark of a full tunnel, as the stock tool does.
    static let firstTable: UInt32 = 51820

    /// - Parameters:
    ///   - table: the configuration's.
    ///   - cover: prefixes of the main table that lead over the link already.
    ///   - snapshot: with device, routes, rules, settings, and the records of other tunnels.
    ///   - kept: what a tunnel that is up has already; its table, mark and rules stay as they are.
    public static func routing(
        _ table: RouteTable, device: DeviceState, cover: [IPPrefix], _ snapshot: SystemSnapshot,
        keeping kept: TunnelEffects = TunnelEffects()
    ) -> TunnelRouting {
        guard table != .off else { return TunnelRouting() }
        var prefixes = RouteSelection.ordered(device)
        var routing = TunnelRouting()
        if !snapshot.hasIPv6 {
            routing.skipped = prefixes.filter { $0.family == .ipv6 }
            prefixes.removeAll { $0.family == .ipv6 }
        }
        if case .number(let table) = table {
            routing.routes = prefixes.map { RouteState(destination: $0, table: table) }
            return routing
        }
        var cover = PrefixCover(cover)
        for prefix in prefixes where !prefix.isDefault && !cover.covers(prefix) {
            cover.insert(prefix)
            routing.routes.append(RouteState(destination: prefix))
        }
        var families: [IPFamily] = []
        for prefix in prefixes where prefix.isDefault && !families.contains(prefix.family) {
            families.append(prefix.family)
        }
        if !families.isEmpty { addFullTunnel(families, device, snapshot, kept, to: &routing) }
        return routing
    }

    private static func addFullTunnel(
        _ families: [IPFamily], _ device: DeviceState, _ snapshot: SystemSnapshot, _ kept: TunnelEffects,
        to routing: inout TunnelRouting
    ) {
        let mark = device.fwmark != 0 ? device.fwmark : kept.mark ?? freeTable(snapshot)
        routing.mark = mark
        let others = otherMarks(snapshot, than: mark)
        routing.isBesideOthers = !others.isEmpty
        var maker = RuleMaker(snapshot.rules)
        for family in families {
            let known = kept.mark == mark ? kept.rules.filter { $0.family == family } : []
            routing.families.append(
                TunnelRouting.FamilyRouting(
                    family: family, rules: known.isEmpty ? maker.rules(family, mark: mark, others: others) : known,
                    route: RouteState(destination: .everything(family), table: mark),
                    lastResort: .lastResort(family, table: mark)))
        }
        let checksMarks = snapshot.sysctls[Sysctl.sourceValidMark]
        if families.contains(.ipv4), let checksMarks, checksMarks != "1" {
            routing.sysctls = [Sysctl(path: Sysctl.sourceValidMark, value: "1")]
        }
    }

    /// The first table without routes that no rule leads to.
    private static func freeTable(_ snapshot: SystemSnapshot) -> UInt32 {
        let taken = snapshot.usedTables.union(snapshot.rules.map(\.table))
            .union(snapshot.rules.compactMap(\.mark)).union(snapshot.otherRecords.compactMap(\.effects.mark))
        var table = firstTable
        while taken.contains(table) { table += 1 }
        return table
    }

    /// The marks of the other full tunnels, whoever made them.
    private static func otherMarks(_ snapshot: SystemSnapshot, than own: UInt32) -> [UInt32] {
        Set(snapshot.rules.filter(\.isDiversion).compactMap(\.mark)).subtracting([own]).sorted()
    }
}

extension SystemSnapshot {
    /// Where no link has IPv6, a tunnel without its IPv6 routes loses nothing, and goes on.
    func refuseLeak(of prefixes: [IPPrefix], beside name: InterfaceName) throws(PlanError) {
        guard !hasIPv6, hasIPv6Elsewhere, !prefixes.isEmpty else { return }
        throw .ipv6Leak(name, prefixes)
    }
}

/// Makes rules with the priorities that the kernel would choose: one below the second rule's, so that each new one comes
/// before those that were made before it.
private struct RuleMaker {
    private var priorities: [IPFamily: [UInt32]] = [:]

    init(_ rules: [RuleState]) {
        for rule in rules { priorities[rule.family, default: []].append(rule.priority) }
        for family in priorities.keys { priorities[family]?.sort() }
    }

    /// Who does not bear the mark goes to the tunnel's table, unless the main table has a way of its own that is no
    /// default route. Beside other full tunnels, what bears the mark of any of them goes by the main table at once: it
    /// would end in the other tunnel, which sends it back.
    mutating func rules(_ family: IPFamily, mark: UInt32, others: [UInt32]) -> [RuleState] {
        var rules = [
            RuleState(family: family, priority: next(family), mark: mark, invert: true, table: mark),
            RuleState(family: family, priority: next(family), table: RouteState.mainTable, suppressPrefixLength: 0),
        ]
        guard !others.isEmpty else { return rules }
        for marked in others + [mark] {
            rules.append(RuleState(family: family, priority: next(family), mark: marked, table: RouteState.mainTable))
        }
        return rules
    }

    private mutating func next(_ family: IPFamily) -> UInt32 {
        let known = priorities[family] ?? []
        let second = known.count > 1 ? known[1] : 0
        let priority = second > 0 ? second - 1 : 0
        priorities[family, default: []].append(priority)
        priorities[family]?.sort()
        return priority
    }
}
