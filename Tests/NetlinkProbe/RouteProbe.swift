import WGLinux
import WGModel
import WGRoute

/// Every call of WGRoute, on a link of its own, in the network namespace that the probe runs in.
struct RouteProbe {
    let socket: RouteSocket
    let name = "c-probe"
    let kind: String
    var check = Check()

    init(kind: String) throws {
        self.kind = kind
        socket = try RouteSocket()
    }

    mutating func run() throws -> Int {
        try socket.addLink(name: name, kind: kind)
        guard let link = try socket.link(named: name) else {
            check.expect(false, "a link that was added is found")
            return 1
        }
        defer { try? socket.deleteLink(index: link.index) }
        try links(link)
        try addresses(link.index)
        try routes(link.index)
        try lookup(link.index)
        try removal(link.index)
        return check.failures
    }

    private mutating func links(_ link: LinkInfo) throws {
        check.equal(link.kind, kind, "its kind is the one asked for")
        check.expect(!link.isUp, "a new link is down")
        let again = check.failure("a taken name is refused") { () throws(RouteError) in
            try socket.addLink(name: name, kind: kind)
        }
        check.equal(again?.errno, .exists, "a taken name is EEXIST")
        let unknown = check.failure("an unknown kind is refused") { () throws(RouteError) in
            try socket.addLink(name: "c-other", kind: "no-such-kind")
        }
        check.equal(unknown?.errno, .notSupported, "an unknown kind is EOPNOTSUPP")
        check.equal(unknown?.extack, "Unknown device type", "the kernel's text comes with the refusal")
        try socket.setLink(index: link.index, mtu: 1420, up: true)
        let changed = try socket.link(named: name)
        check.equal(changed?.mtu, 1420, "the MTU is set")
        check.equal(changed?.isUp, true, "in the same request the link is up")
        try socket.setLink(index: link.index, up: false)
        check.equal(try socket.link(named: name)?.isUp, false, "the link goes down again")
        check.equal(try socket.link(named: name)?.mtu, 1420, "and keeps its MTU")
        try socket.setLink(index: link.index, up: true)
        check.expect(try socket.links().contains { $0.name == name && $0.kind == kind }, "the list has the link")
    }

    private mutating func addresses(_ index: Int32) throws {
        let prefixes = try ["10.77.0.1/24", "10.77.1.1/32", "2001:db8:77::1/64", "2001:db8:78::1/128"].map(prefix)
        for prefix in prefixes { try socket.addAddress(prefix, linkIndex: index) }
        let found = try socket.addresses(linkIndex: index).map(\.prefix).filter { !$0.address.isLinkLocalIPv6 }
        check.equal(found.sorted(), prefixes.sorted(), "the addresses are there with their lengths")
        let again = check.failure("an address twice is refused") { () throws(RouteError) in
            try socket.addAddress(prefixes[0], linkIndex: index)
        }
        check.equal(again?.errno, .exists, "an address twice is EEXIST")
        try socket.deleteAddress(prefixes[1], linkIndex: index)
        check.expect(
            try !socket.addresses().contains { $0.prefix == prefixes[1] }, "a deleted address is gone")
        let gone = check.failure("deleting it again is refused") { () throws(RouteError) in
            try socket.deleteAddress(prefixes[1], linkIndex: index)
        }
        check.equal(gone?.errno, .addressNotAvailable, "deleting it again is EADDRNOTAVAIL")
        let nowhere = check.failure("an address needs a link") { () throws(RouteError) in
            try socket.addAddress(prefixes[0], linkIndex: 0x7fff_fff0)
        }
        check.equal(nowhere?.errno, .noSuchDevice, "no link is ENODEV")
    }

    private mutating func routes(_ index: Int32) throws {
        for (text, table) in [
            ("198.51.100.0/24", 254), ("0.0.0.0/0", 51820), ("2001:db8:99::/48", 254), ("::/0", 51820),
            ("203.0.113.7/32", 70000),
        ] as [(String, UInt32)] {
            var route = RouteInfo(destination: try prefix(text), table: table, linkIndex: index)
            try socket.addRoute(route)
            if !route.destination.address.isIPv4 { route.metric = 1024 }
            let found = try socket.routes().filter { $0.destination == route.destination && $0.table == table }
            check.equal(found, [route], "a route to \(text) in table \(table) is as ip makes it")
            let again = check.failure("it can't be added twice") { () throws(RouteError) in
                try socket.addRoute(route)
            }
            check.equal(again?.errno, .exists, "adding it twice is EEXIST")
        }
        let listed = try socket.routes()
        for route in listed where route.linkIndex == index && route.protocol == RouteInfo.protocolBoot {
            try socket.deleteRoute(route)
        }
        let left = try socket.routes()
        check.expect(
            !left.contains { $0.linkIndex == index && $0.protocol == RouteInfo.protocolBoot },
            "routes as listed can be deleted")
        let gone = check.failure("a route that isn't there can't be deleted") { () throws(RouteError) in
            try socket.deleteRoute(RouteInfo(destination: try! prefix("198.51.100.0/24"), linkIndex: index))
        }
        check.equal(gone?.errno, .noSuchProcess, "deleting what isn't there is ESRCH")
        let multicast = listed.filter { $0.destination.description == "ff00::/8" && $0.table == RouteInfo.localTable }
        check.expect(
            multicast.contains { $0.linkIndex == index }, "routes that differ in the link alone are all listed")
    }

    private mutating func lookup(_ index: Int32) throws {
        let target = IPAddress.v4(0x0a4d_0002)
        check.equal(try socket.route(to: target), RouteLookup(linkIndex: index), "a look-up names the link")
        var narrow = RouteInfo(destination: try prefix("10.77.0.2/32"), linkIndex: index)
        narrow.mtu = 1300
        try socket.addRoute(narrow)
        check.equal(try socket.route(to: target)?.mtu, 1300, "a look-up gives the route's own MTU")
        check.equal(
            try socket.route(to: .v6(0x2001_0db8_0077_0000_0000_0000_0000_0002), mark: 7)?.linkIndex, index,
            "a look-up works for IPv6 and with a mark")
        check.expect(try socket.route(to: .v4(0xc633_6409)) == nil, "a look-up without a route is nil")
        check.expect(try socket.route(to: .v6(0x2001_0db8 << 96 | 1 << 64)) == nil, "for IPv6 too")
        for type in 6...8 as ClosedRange<UInt8> {
            let refusing = RouteInfo(
                destination: try prefix("198.51.100.9/32"), linkIndex: 0, scope: RouteInfo.scopeUniverse, type: type)
            try socket.addRoute(refusing)
            check.expect(
                try socket.route(to: refusing.destination.address) == nil, "a route of type \(type) is nil too")
            try socket.deleteRoute(refusing)
        }
        check.equal(try socket.route(to: target)?.mtu, 1300, "the socket is in step after it")
    }

    private mutating func removal(_ index: Int32) throws {
        try socket.deleteLink(index: index)
        check.expect(try socket.link(named: name) == nil, "a deleted link is gone")
        let gone = check.failure("it can't be deleted twice") { () throws(RouteError) in
            try socket.deleteLink(index: index)
        }
        check.equal(gone?.errno, .noSuchDevice, "deleting it again is ENODEV")
    }
}

func prefix(_ text: String) throws -> IPPrefix {
    guard let prefix = IPPrefix(text) else { throw ProbeError.badText(text) }
    return prefix
}

enum ProbeError: Error {
    case badText(String)
    case noReply
}
