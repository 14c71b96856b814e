import WGConfig
public import WGModel

extension ApplyPlanner {
    /// To ask for packet filter rules starts a process. Only a full tunnel has any.
    public var routeNeeds: SnapshotParts {
        concernsRules ? UpPlanner.routeNeeds.union(.firewall) : UpPlanner.routeNeeds
    }

    /// Whether it is a full tunnel, or was one.
    public var concernsRules: Bool {
        config.isFullTunnel || record.effects.firewall != nil || !record.effects.rules.isEmpty
    }

    /// - Parameter change: as it was at `configure`.
    public mutating func route(_ change: DeviceChange, _ snapshot: SystemSnapshot) throws(PlanError) -> Plan {
        guard let live = snapshot.device else { throw .interfaceVanished(name) }
        let routing = routing(for: change, live, snapshot)
        try snapshot.refuseLeak(of: routing.skipped, beside: name)
        let before = record.effects
        let after = effects(of: routing, snapshot)
        let firewall = firewallChange(to: after.firewall, from: snapshot.firewall?.state, snapshot)
        record.effects = before.union(after)
        var operations = takeDown()
        let routes = routeChanges(routing, live, snapshot)
        let rules = RuleChanges(from: before.rules, to: after.rules, snapshot)
        let mark = markChange(routing, live)
        let refusals = after.refusals.filter { !snapshot.refusals.contains($0) }.map { Operation.addRoute($0, name) }
        operations += routes.missing.filter { $0.table != routing.mark || routing.families.isEmpty }
            .map { .addRoute($0, name) }
        let defaults = routes.missing.filter { $0.table == routing.mark && !routing.families.isEmpty }
            .map { Operation.addRoute($0, name) }
        if mark.isEmpty || rules.stale.isEmpty {
            // As at `up`.
            operations += mark + firewall.made + rules.missing + defaults + refusals + rules.stale
        } else {
            // With rules for two marks the device's own packets would come back to it. So for a moment nothing goes.
            operations += refusals + rules.missing + rules.stale + mark + firewall.made + defaults
        }
        operations += routing.sysctls.map { sysctl in
            .setSysctl(sysctl.path, from: snapshot.sysctls[sysctl.path] ?? "", to: sysctl.value)
        }
        operations += routes.stale.map { .removeRoute($0, name) }
        operations += before.refusals.filter { !after.refusals.contains($0) && snapshot.refusals.contains($0) }
            .map { .removeRoute($0, name) }
        operations += firewall.removed
        if after.sysctls.isEmpty { operations += snapshot.restorations(before.sysctls) }
        record.effects = after
        var plan = Plan(operations, warnings: routing.skipped.isEmpty ? [] : [.noIPv6(name, routing.skipped)])
        if !routing.families.isEmpty, after.firewall == nil { plan.warnings.append(.noFirewall(name)) }
        return plan
    }

    /// What the file asks for, with the mark that the device has, unless the file names another.
    private func routing(
        for change: DeviceChange, _ live: DeviceState, _ snapshot: SystemSnapshot
    ) -> TunnelRouting {
        var desired = live.applying(wholeDevice(change))
        let fileMark = config.wireGuard.fwmark ?? 0
        if fileMark != 0 { desired.fwmark = fileMark }
        var view = snapshot
        var kept = record.effects
        let mark = desired.fwmark != 0 ? desired.fwmark : kept.mark
        if mark == kept.mark {
            kept.rules.removeAll { $0.isDiversion && $0.mark != mark }
        } else {
            // The old rules will have gone; nothing is to be put before them, nor to be wary of them.
            let own = Set(kept.rules)
            view.rules.removeAll(where: own.contains)
        }
        let cover = snapshot.connectedRoutes.filter { $0.table == RouteState.mainTable }.map(\.destination)
        return RoutingPolicy.routing(config.table, device: desired, cover: cover, view, keeping: kept)
    }

    private func effects(of routing: TunnelRouting, _ snapshot: SystemSnapshot) -> TunnelEffects {
        var effects = record.effects
        // A mark that is not in use stays on the device, and so stays this tunnel's.
        effects.mark = routing.mark ?? effects.mark
        effects.rules = routing.families.flatMap(\.rules)
        effects.refusals = routing.families.map(\.lastResort)
        effects.firewall = routing.firewall(name, snapshot)
        if let before = record.effects.firewall, before.mark == routing.mark {
            // Which tunnels are up beside it decides at `up`, for the rules of both kinds.
            effects.firewall?.besideOthers = before.besideOthers
        }
        if !routing.families.contains(where: { $0.family == .ipv4 }) {
            effects.sysctls = []
        } else if effects.sysctls.isEmpty {
            effects.sysctls = routing.originals(snapshot)
        }
        return effects
    }

    /// 0 in the file is the same as nothing, as long as the tunnel needs a mark.
    private func markChange(_ routing: TunnelRouting, _ live: DeviceState) -> [Operation] {
        guard let mark = routing.mark ?? config.wireGuard.fwmark, mark != live.fwmark else { return [] }
        return [.setDevice(name, DeviceChange(fwmark: mark))]
    }

    private func firewallChange(
        to wanted: FirewallState?, from found: FirewallState?, _ snapshot: SystemSnapshot
    ) -> (made: [Operation], removed: [Operation]) {
        guard let wanted else { return ([], found.map { [.setFirewall(name, from: $0, to: nil)] } ?? []) }
        if let finding = snapshot.firewall, finding.fulfils(wanted) { return ([], []) }
        return ([.setFirewall(name, from: found, to: wanted)], [])
    }

    /// Only routes that the policy makes of allowed IPs are ever taken away: others are a hook's, or somebody's.
    private func routeChanges(
        _ routing: TunnelRouting, _ live: DeviceState, _ snapshot: SystemSnapshot
    ) -> (missing: [RouteState], stale: [RouteState]) {
        let wanted = routing.routes + routing.families.map(\.route)
        var before = live
        before.fwmark = record.effects.mark ?? live.fwmark
        let old = RoutingPolicy.routing(
            record.applied.table, device: before, cover: record.applied.addresses.compactMap(\.connectedNetwork),
            snapshot, keeping: record.effects)
        let made = Set(old.routes + old.families.map(\.route))
        let have = snapshot.addedRoutes
        let stays = Set(wanted)
        let foreign = have.filter { !made.contains($0) && !stays.contains($0) && $0.table == RouteState.mainTable }
        let cover = PrefixCover(foreign.map(\.destination))
        let missing = wanted.filter { route in
            !have.contains(route) && !(route.table == RouteState.mainTable && cover.covers(route.destination))
        }
        let stale = snapshot.routes.filter { have.contains($0) && made.contains($0) && !stays.contains($0) }
        return (missing, stale.unique)
    }
}

private struct RuleChanges {
    let missing: [Operation]
    let stale: [Operation]

    /// Those that are to go before others have been made first, and go last.
    init(from before: [RuleState], to after: [RuleState], _ snapshot: SystemSnapshot) {
        let there = Set(snapshot.rules)
        let wanted = Set(after)
        missing = after.filter { !there.contains($0) }.map { .addRule($0) }
        stale = before.filter { !wanted.contains($0) && there.contains($0) }.map { .removeRule($0) }
    }
}

extension TunnelEffects {
    /// All that may be there on the way from one to the other.
    fileprivate func union(_ other: TunnelEffects) -> TunnelEffects {
        var all = self
        all.mark = mark ?? other.mark
        all.rules += other.rules.filter { !rules.contains($0) }
        all.refusals += other.refusals.filter { !refusals.contains($0) }
        all.firewall = firewall ?? other.firewall
        all.sysctls += other.sysctls.filter { sysctl in !sysctls.contains { $0.path == sysctl.path } }
        return all
    }
}

extension SystemSnapshot {
    /// The routes over the link that somebody made, and that did not come with an address.
    fileprivate var addedRoutes: Set<RouteState> {
        var connected: [RouteState: Int] = [:]
        for route in connectedRoutes { connected[route, default: 0] += 1 }
        var added: Set<RouteState> = []
        for route in routes {
            if let count = connected[route], count > 0 {
                connected[route] = count - 1
            } else {
                added.insert(route)
            }
        }
        return added
    }
}

extension IPPrefix {
    /// The network that an address brings a route to.
    fileprivate var connectedNetwork: IPPrefix? { family == .ipv4 && isHost ? nil : masked }
}

extension [RouteState] {
    fileprivate var unique: [RouteState] {
        var seen: Set<RouteState> = []
        return filter { seen.insert($0).inserted }
    }
}
