import WGControl
import WGLinux
import WGModel
import WGNetlink
import WGPlan
import WGRoute

/// Reads the parts of a `SystemSnapshot` from the kernel and from the tunnel's device.
struct SnapshotReader {
    let sockets: RouteSocket
    let devices: any DeviceBackend
    let records: StateFile
    let filter: FirewallBackend
    let dns: DNSHostReader

    func read(_ name: InterfaceName, _ parts: SnapshotParts) throws(QuickError) -> SystemSnapshot {
        var snapshot = SystemSnapshot()
        if parts.contains(.device) || parts.contains(.paths) { snapshot.device = try device(name) }
        if parts.contains(.rules) { snapshot.rules = try rules() }
        do throws(RouteError) {
            try readRouting(name, parts, into: &snapshot)
        } catch {
            throw .reading(error.errno, extack: error.extack)
        }
        if parts.contains(.settings) { readSettings(name, into: &snapshot) }
        if parts.contains(.otherRecords) { snapshot.otherRecords = records.readAll().filter { $0.interface != name } }
        if parts.contains(.firewallTools) { snapshot.firewallTools = filter.tools }
        if parts.contains(.firewall) { snapshot.firewall = try filter.find(name) }
        if parts.contains(.dnsHost) { snapshot.dnsHost = dns.read() }
        return snapshot
    }

    private func readRouting(
        _ name: InterfaceName, _ parts: SnapshotParts, into snapshot: inout SystemSnapshot
    ) throws(RouteError) {
        if !parts.isDisjoint(with: [.link, .routes, .addresses]) {
            snapshot.link = try sockets.link(named: name.text).map { link in
                LinkState(name: name, index: link.index, kind: link.kind, mtu: link.mtu, isUp: link.isUp)
            }
        }
        if parts.contains(.routes) { try readRoutes(into: &snapshot) }
        if parts.contains(.addresses), let link = snapshot.link {
            snapshot.addresses = try sockets.addresses(linkIndex: link.index).map(\.prefix)
        }
        if parts.contains(.paths) {
            let endpoints = snapshot.device?.peers.compactMap(\.endpoint) ?? []
            let mark = parts.contains(.rules) ? snapshot.fullTunnelMark : 0
            try readPaths(to: Set(endpoints), mark: mark, into: &snapshot)
        }
    }

    private func readRoutes(into snapshot: inout SystemSnapshot) throws(RouteError) {
        for route in try sockets.routes() {
            snapshot.usedTables.insert(route.table)
            if route.type == RouteInfo.typeUnreachable {
                snapshot.refusals.append(
                    RouteState(
                        destination: route.destination, table: route.table, kind: .unreachable, metric: route.metric))
            } else if let link = snapshot.link, route.linkIndex == link.index {
                let state = RouteState(destination: route.destination, table: route.table)
                snapshot.routes.append(state)
                if route.protocol == RouteInfo.protocolKernel { snapshot.connectedRoutes.append(state) }
            }
        }
    }

    private func rules() throws(QuickError) -> [RuleState] {
        do {
            return try PolicyRules.list().map { rule in
                RuleState(
                    family: rule.family == .ipv4 ? .ipv4 : .ipv6, priority: rule.priority ?? 0, mark: rule.fwmark,
                    invert: rule.invert, table: rule.table, suppressPrefixLength: rule.suppressPrefixLength,
                    hasOtherSelectors: rule.hasOtherSelectors || !(rule.mask == nil || rule.mask == .max))
            }
        } catch {
            throw .reading(error.errno, extack: error.extack)
        }
    }

    private func readSettings(_ name: InterfaceName, into snapshot: inout SystemSnapshot) {
        snapshot.sysctls[Sysctl.sourceValidMark] = KernelSettings.value(Sysctl.sourceValidMark)
        let promotion = Sysctl.promoteSecondaries(name)
        snapshot.sysctls[promotion] = KernelSettings.value(promotion)
        // Without IPv6 in the kernel there is no such file.
        let settings = snapshot.link == nil ? "default" : name.text
        snapshot.hasIPv6 = KernelSettings.value("net/ipv6/conf/\(settings)/disable_ipv6") == "0"
        guard !snapshot.hasIPv6 else { return }
        snapshot.hasIPv6Elsewhere = KernelSettings.linksWithIPv6.contains { $0 != name.text && $0 != "lo" }
    }

    func paths(to endpoints: Set<Endpoint>, mark: UInt32) throws(QuickError) -> SystemSnapshot {
        var snapshot = SystemSnapshot()
        do throws(RouteError) {
            try readPaths(to: endpoints, mark: mark, into: &snapshot)
        } catch {
            throw .reading(error.errno, extack: error.extack)
        }
        return snapshot
    }

    /// Endpoints of peers by the routes that packets with the mark take.
    private func readPaths(
        to endpoints: Set<Endpoint>, mark: UInt32, into snapshot: inout SystemSnapshot
    ) throws(RouteError) {
        var links: [Int32: UInt32] = [:]
        for link in try sockets.links() { links[link.index] = link.mtu }
        for endpoint in endpoints {
            if let index = Int32(exactly: endpoint.scopeID), index != 0 {
                snapshot.endpointRoutes.append(PathMTU(link: links[index]))
            } else if let path = try sockets.route(to: endpoint.address, mark: mark) {
                snapshot.endpointRoutes.append(PathMTU(route: path.mtu, link: links[path.linkIndex]))
            }
        }
        guard !snapshot.endpointRoutes.contains(where: { $0.effective != nil }) else { return }
        let defaults = try sockets.routes().filter { route in
            route.destination.isDefault && route.destination.address.isIPv4 && route.table == RouteInfo.mainTable
        }
        snapshot.defaultRoute = defaults.min { $0.metric < $1.metric }.map { route in
            PathMTU(route: route.mtu, link: links[route.linkIndex])
        }
    }

    /// `nil` if the name is not a WireGuard device's.
    private func device(_ name: InterfaceName) throws(QuickError) -> DeviceState? {
        let absences: Set<Errno> = [.noSuchDevice, .notSupported, .protocolNotSupported]
        do {
            return try devices.get(name)
        } catch  where absences.contains(error.errno) {
            return nil
        } catch {
            throw .device(error)
        }
    }
}
