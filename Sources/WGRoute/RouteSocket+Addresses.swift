internal import CNlRoute
import WGLinux
public import WGModel

extension RouteSocket {
    /// The IPv4 and IPv6 addresses of one interface, or of all. Equals: `ip address show [dev NAME]`.
    public func addresses(linkIndex: Int32? = nil) throws(RouteError) -> [AddressInfo] {
        var cache: OpaquePointer?
        try check(rtnl_addr_alloc_cache(socket, &cache), .listAddresses)
        return Self.drain(try allocated(cache, .listAddresses)) { address in
            let index = rtnl_addr_get_ifindex(address)
            guard linkIndex == nil || linkIndex == index else { return nil }
            // libnl gives the local address the length of the peer's prefix.
            let family = rtnl_addr_get_family(address)
            let length = Int(rtnl_addr_get_prefixlen(address))
            guard let local = IPPrefix(libnl: rtnl_addr_get_local(address), family: family),
                let prefix = IPPrefix(address: local.address, length: length)
            else { return nil }
            return AddressInfo(linkIndex: index, prefix: prefix)
        }
    }

    /// Without broadcast, peer or label. Equals: `ip address add PREFIX dev NAME`. `EEXIST` if it is there already.
    public func addAddress(_ prefix: IPPrefix, linkIndex: Int32) throws(RouteError) {
        let address = try makeAddress(prefix, linkIndex, .addAddress)
        defer { rtnl_addr_put(address) }
        try check(rtnl_addr_add(socket, address, NLM_F_CREATE | NLM_F_EXCL), .addAddress)
    }

    /// Equals: `ip address delete PREFIX dev NAME`. `EADDRNOTAVAIL` if it is not there.
    public func deleteAddress(_ prefix: IPPrefix, linkIndex: Int32) throws(RouteError) {
        let address = try makeAddress(prefix, linkIndex, .deleteAddress)
        defer { rtnl_addr_put(address) }
        try check(rtnl_addr_delete(socket, address, 0), .deleteAddress)
    }

    private func makeAddress(
        _ prefix: IPPrefix, _ linkIndex: Int32, _ operation: RouteError.Operation
    ) throws(RouteError) -> OpaquePointer {
        let local = try allocated(prefix.makeLibnl(), operation)
        defer { nl_addr_put(local) }
        let address = try allocated(rtnl_addr_alloc(), operation)
        rtnl_addr_set_ifindex(address, linkIndex)
        do throws(RouteError) {
            try check(rtnl_addr_set_local(address, local), operation)
        } catch {
            rtnl_addr_put(address)
            throw error
        }
        return address
    }
}
