internal import CNlRoute
import WGLinux
public import WGModel

extension RouteSocket {
    /// The routes of all tables, IPv4 before IPv6. Equals: `ip route show table all`, `ip -6 route show table all`.
    ///
    /// A dump that changed under the reader is taken anew, some times; then `EAGAIN`.
    public func routes() throws(RouteError) -> [RouteInfo] {
        try dumpRoutes(family: AF_INET) + dumpRoutes(family: AF_INET6)
    }

    /// Equals: `ip route add DESTINATION dev NAME table TABLE`. `EEXIST` if the table has such a route already.
    public func addRoute(_ route: RouteInfo) throws(RouteError) {
        let object = try makeRoute(route, .addRoute)
        defer { rtnl_route_put(object) }
        // The answer is short: its length has not to be asked for first.
        nl_socket_disable_msg_peek(socket)
        defer { nl_socket_enable_msg_peek(socket) }
        try check(rtnl_route_add(socket, object, NLM_F_CREATE | NLM_F_EXCL), .addRoute)
    }

    /// Equals: `ip route delete DESTINATION dev NAME table TABLE`. `ESRCH` if there is none.
    public func deleteRoute(_ route: RouteInfo) throws(RouteError) {
        let object = try makeRoute(route, .deleteRoute)
        defer { rtnl_route_put(object) }
        try check(rtnl_route_delete(socket, object, 0), .deleteRoute)
    }

    /// Where a packet with the mark would go; `nil` if nowhere, be it for want of a route or by a route that says so.
    /// Equals: `ip route get ADDRESS mark MARK`.
    public func route(to address: IPAddress, mark: UInt32 = 0) throws(RouteError) -> RouteLookup? {
        let operation = RouteError.Operation.lookUpRoute
        let message = try allocated(nlmsg_alloc_simple(Int32(RTM_GETROUTE), 0), operation)
        defer { nlmsg_free(message) }
        var header = rtmsg()
        header.rtm_family = UInt8(address.isIPv4 ? AF_INET : AF_INET6)
        header.rtm_dst_len = UInt8(address.bitWidth)
        let bytes = address.networkBytes
        try check(nlmsg_append(message, &header, MemoryLayout<rtmsg>.size, Int32(NLMSG_ALIGNTO)), operation)
        try check(nla_put(message, Int32(RTA_DST.rawValue), Int32(bytes.count), bytes), operation)
        if mark != 0 { try check(nla_put_u32(message, Int32(RTA_MARK.rawValue), mark), operation) }
        try check(nl_send_auto(socket, message), operation)

        let found: RouteInfo?
        do throws(RouteError) {
            found = try receiveRoutes(operation).first
            try check(nl_wait_for_ack(socket), operation)
        } catch  where Self.meansNoRoute(error.errno) {
            return nil
        }
        // Some kernels name a refusing route instead of an error.
        guard let found, found.linkIndex != 0, !RouteInfo.refusingTypes.contains(found.type) else { return nil }
        return RouteLookup(linkIndex: found.linkIndex, mtu: found.mtu)
    }

    /// No route at all, and what `unreachable`, `prohibit` and `blackhole` routes answer.
    static func meansNoRoute(_ errno: Errno) -> Bool {
        [ENETUNREACH, EHOSTUNREACH, EACCES, EINVAL].contains(errno.rawValue)
    }

    private static let dumpAttempts = 8

    /// By messages, not by libnl's route cache: the cache takes two routes for one that differ in the link alone.
    private func dumpRoutes(family: Int32) throws(RouteError) -> [RouteInfo] {
        var attempt = 1
        while true {
            var header = rtmsg()
            header.rtm_family = UInt8(truncatingIfNeeded: family)
            try check(
                nl_send_simple(socket, Int32(RTM_GETROUTE), NLM_F_DUMP, &header, MemoryLayout<rtmsg>.size),
                .listRoutes)
            do throws(RouteError) {
                return try receiveRoutes(.listRoutes)
            } catch  where error.errno == .wouldBlock && attempt < Self.dumpAttempts {
                attempt += 1
            }
        }
    }

    private final class Received {
        var routes: [RouteInfo] = []
    }

    /// Reads up to the end of a dump, or one answer.
    private func receiveRoutes(_ operation: RouteError.Operation) throws(RouteError) -> [RouteInfo] {
        guard let base = nl_socket_get_cb(socket) else { throw RouteError(operation: operation, errno: .noMemory) }
        defer { nl_cb_put(base) }
        let callbacks = try allocated(nl_cb_clone(base), operation)
        defer { nl_cb_put(callbacks) }
        let received = Received()
        nl_cb_set(
            callbacks, NL_CB_VALID, NL_CB_CUSTOM,
            { message, context in
                guard let message, let context else { return Int32(NL_SKIP.rawValue) }
                let received = Unmanaged<Received>.fromOpaque(context).takeUnretainedValue()
                var route: OpaquePointer?
                guard rtnl_route_parse(nlmsg_hdr(message), &route) == 0, let route else {
                    return Int32(NL_SKIP.rawValue)
                }
                defer { rtnl_route_put(route) }
                if let info = RouteInfo(libnl: route) { received.routes.append(info) }
                return Int32(NL_OK.rawValue)
            }, Unmanaged.passUnretained(received).toOpaque())
        try check(nl_recvmsgs(socket, callbacks), operation)
        return withExtendedLifetime(received) { received.routes }
    }

    func makeRoute(
        _ info: RouteInfo, _ operation: RouteError.Operation
    ) throws(RouteError) -> OpaquePointer {
        let route = try allocated(rtnl_route_alloc(), operation)
        do throws(RouteError) {
            try fill(route, info, operation)
        } catch {
            rtnl_route_put(route)
            throw error
        }
        return route
    }

    private func fill(
        _ route: OpaquePointer, _ info: RouteInfo, _ operation: RouteError.Operation
    ) throws(RouteError) {
        try check(rtnl_route_set_family(route, UInt8(truncatingIfNeeded: info.destination.family)), operation)
        let destination = try allocated(info.destination.makeLibnl(), operation)
        defer { nl_addr_put(destination) }
        try check(rtnl_route_set_dst(route, destination), operation)
        rtnl_route_set_table(route, info.table)
        rtnl_route_set_scope(route, info.scope)
        rtnl_route_set_protocol(route, info.protocol)
        try check(rtnl_route_set_type(route, info.type), operation)
        rtnl_route_set_priority(route, info.metric)
        if let mtu = info.mtu { try check(rtnl_route_set_metric(route, Int32(RTAX_MTU), mtu), operation) }
        guard info.linkIndex != 0 || info.gateway != nil else { return }
        let nextHop = try allocated(rtnl_route_nh_alloc(), operation)
        rtnl_route_nh_set_ifindex(nextHop, info.linkIndex)
        rtnl_route_add_nexthop(route, nextHop)
        if let gateway = info.gateway {
            let address = try allocated(IPPrefix(host: gateway).makeLibnl(), operation)
            rtnl_route_nh_set_gateway(nextHop, address)
            nl_addr_put(address)
        }
    }
}

extension RouteInfo {
    /// `nil` for what has neither an IPv4 nor an IPv6 destination.
    fileprivate init?(libnl route: OpaquePointer) {
        let family = Int32(rtnl_route_get_family(route))
        guard let destination = IPPrefix(libnl: rtnl_route_get_dst(route), family: family) else { return nil }
        let nextHop = rtnl_route_get_nnexthops(route) > 0 ? rtnl_route_nexthop_n(route, 0) : nil
        var gateway: IPAddress?
        if let nextHop, let address = rtnl_route_nh_get_gateway(nextHop) ?? rtnl_route_nh_get_via(nextHop) {
            gateway = IPPrefix(libnl: address, family: Int32(nl_addr_get_family(address)))?.address
        }
        var mtu: UInt32 = 0
        let hasMTU = rtnl_route_get_metric(route, Int32(RTAX_MTU), &mtu) == 0
        self.init(
            destination: destination, table: rtnl_route_get_table(route),
            linkIndex: nextHop.map { rtnl_route_nh_get_ifindex($0) } ?? 0, gateway: gateway,
            metric: rtnl_route_get_priority(route), mtu: hasMTU ? mtu : nil,
            protocol: rtnl_route_get_protocol(route), scope: rtnl_route_get_scope(route),
            type: rtnl_route_get_type(route))
    }
}
