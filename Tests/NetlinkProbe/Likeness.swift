import WGModel
import WGNetlink
import WGRoute

/// Makes what the case makes on another host with `ip`; the case compares.
enum Likeness {
    static func make() throws {
        let socket = try RouteSocket()
        try socket.addLink(name: "wg0", kind: "wireguard")
        guard let link = try socket.link(named: "wg0") else { throw ProbeError.noReply }
        for text in ["10.9.0.1/24", "127.9.0.1/32", "10.9.1.1/32", "2001:db8:9::1/64", "2001:db8:a::1/128"] {
            try socket.addAddress(prefix(text), linkIndex: link.index)
        }
        try socket.setLink(index: link.index, mtu: 1408, up: true)
        for (text, table) in [
            ("192.0.2.0/24", RouteInfo.mainTable), ("0.0.0.0/0", 51820), ("203.0.113.1/32", 7),
            ("2001:db8:b::/48", RouteInfo.mainTable), ("::/0", 51820),
        ] {
            try socket.addRoute(RouteInfo(destination: prefix(text), table: table, linkIndex: link.index))
        }
        try socket.addRoute(
            RouteInfo(
                destination: prefix("198.18.0.0/15"), linkIndex: link.index,
                gateway: prefix("10.9.0.7/32").address, metric: 77))
        for family in PolicyRule.Family.allCases {
            try PolicyRules.add(PolicyRule(family: family, fwmark: 51820, invert: true, table: 51820))
            try PolicyRules.add(PolicyRule(family: family, table: 254, suppressPrefixLength: 0))
        }
    }

    /// Takes everything away again but the link.
    static func undo() throws {
        let socket = try RouteSocket()
        guard let link = try socket.link(named: "wg0") else { throw ProbeError.noReply }
        for rule in try PolicyRules.list() where rule.table == 51820 || rule.suppressPrefixLength != nil {
            try PolicyRules.delete(rule)
        }
        for route in try socket.routes() where route.linkIndex == link.index && route.protocol == 3 {
            try socket.deleteRoute(route)
        }
        for address in try socket.addresses(linkIndex: link.index) {
            try socket.deleteAddress(address.prefix, linkIndex: link.index)
        }
        try socket.setLink(index: link.index, mtu: 1420, up: false)
    }
}
