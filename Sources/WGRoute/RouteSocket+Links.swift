internal import CNlRoute
import WGLinux

extension RouteSocket {
    /// Every interface, by index. Equals: `ip -details link show`.
    public func links() throws(RouteError) -> [LinkInfo] {
        var cache: OpaquePointer?
        try check(rtnl_link_alloc_cache(socket, AF_UNSPEC, &cache), .listLinks)
        return Self.drain(try allocated(cache, .listLinks)) { Self.linkInfo($0) }
    }

    /// `nil` if no interface has the name. Equals: `ip -details link show dev NAME`.
    public func link(named name: String) throws(RouteError) -> LinkInfo? {
        guard !name.isEmpty, name.utf8.count <= 15 else { return nil }
        var link: OpaquePointer?
        do throws(RouteError) {
            try check(rtnl_link_get_kernel(socket, 0, name, &link), .readLink)
        } catch  where error.errno == .noSuchDevice {
            return nil
        }
        let found = try allocated(link, .readLink)
        defer { rtnl_link_put(found) }
        return Self.linkInfo(found)
    }

    /// Equals: `ip link add dev NAME type KIND`. `EEXIST` for a taken name, `EOPNOTSUPP` for a kind that the kernel
    /// neither has nor can load.
    public func addLink(name: String, kind: String) throws(RouteError) {
        guard !name.isEmpty, name.utf8.count <= 15 else {
            throw RouteError(operation: .addLink, errno: .nameTooLong)
        }
        let link = try allocated(rtnl_link_alloc(), .addLink)
        defer { rtnl_link_put(link) }
        rtnl_link_set_name(link, name)
        try check(rtnl_link_set_type(link, kind), .addLink)
        try check(rtnl_link_add(socket, link, NLM_F_CREATE | NLM_F_EXCL), .addLink)
    }

    /// Equals: `ip link delete dev NAME`. `ENODEV` when it is gone.
    public func deleteLink(index: Int32) throws(RouteError) {
        let link = try allocated(rtnl_link_alloc(), .deleteLink)
        defer { rtnl_link_put(link) }
        rtnl_link_set_ifindex(link, index)
        try check(rtnl_link_delete(socket, link), .deleteLink)
    }

    /// In one request, the MTU first. Equals: `ip link set mtu MTU up dev NAME`; `nil` leaves a thing alone.
    public func setLink(index: Int32, mtu: UInt32? = nil, up: Bool? = nil) throws(RouteError) {
        let original = try allocated(rtnl_link_alloc(), .setLink)
        defer { rtnl_link_put(original) }
        rtnl_link_set_ifindex(original, index)
        let change = try allocated(rtnl_link_alloc(), .setLink)
        defer { rtnl_link_put(change) }
        if let mtu { rtnl_link_set_mtu(change, mtu) }
        switch up {
        case true: rtnl_link_set_flags(change, UInt32(IFF_UP))
        case false: rtnl_link_unset_flags(change, UInt32(IFF_UP))
        case nil: break
        }
        try check(rtnl_link_change(socket, original, change, 0), .setLink)
    }

    /// `nil` for an entry without a name, which the kernel does not send.
    private static func linkInfo(_ link: OpaquePointer) -> LinkInfo? {
        guard let name = rtnl_link_get_name(link) else { return nil }
        return LinkInfo(
            index: rtnl_link_get_ifindex(link), name: String(cString: name),
            kind: rtnl_link_get_type(link).map { String(cString: $0) }, mtu: rtnl_link_get_mtu(link),
            isUp: rtnl_link_get_flags(link) & UInt32(IFF_UP) != 0)
    }
}
