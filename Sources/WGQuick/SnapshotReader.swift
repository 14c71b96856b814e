import WGControl
import WGLinux
import WGModel
import WGPlan
import WGRoute

/// Reads the parts of a `SystemSnapshot` from the kernel and from the tunnel's device.
struct SnapshotReader {
    let sockets: RouteSocket
    let devices: any DeviceBackend

    func read(_ name: InterfaceName, _ parts: SnapshotParts) throws(QuickError) -> SystemSnapshot {
        var snapshot = SystemSnapshot()
        if parts.contains(.device) || parts.contains(.paths) { snapshot.device = try device(name) }
        do throws(RouteError) {
            try readRouting(name, parts, into: &snapshot)
        } catch {
            throw .reading(error.errno, extack: error.extack)
        }
        return snapshot
    }

    private func readRouting(
        _ name: InterfaceName, _ parts: SnapshotParts, into snapshot: inout SystemSnapshot
    ) throws(RouteError) {
        if parts.contains(.link) || parts.contains(.routes) {
            snapshot.link = try sockets.link(named: name.text).map { link in
                LinkState(name: name, index: link.index, kind: link.kind, mtu: link.mtu, isUp: link.isUp)
            }
        }
        if parts.contains(.routes), let link = snapshot.link {
            snapshot.routes = try sockets.routes().filter { $0.linkIndex == link.index }
                .map { RouteState(destination: $0.destination, table: $0.table) }
        }
        if parts.contains(.paths) {
            let endpoints = snapshot.device?.peers.compactMap(\.endpoint) ?? []
            try readPaths(to: Set(endpoints), into: &snapshot)
        }
    }

    private func readPaths(to endpoints: Set<Endpoint>, into snapshot: inout SystemSnapshot) throws(RouteError) {
        var links: [Int32: UInt32] = [:]
        for link in try sockets.links() { links[link.index] = link.mtu }
        for endpoint in endpoints {
            if let index = Int32(exactly: endpoint.scopeID), index != 0 {
                snapshot.endpointRoutes.append(PathMTU(link: links[index]))
            } else if let path = try sockets.route(to: endpoint.address, mark: 0) {
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
