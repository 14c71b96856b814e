import CNlRoute
import Testing
import WGLinux
import WGModel

@testable import WGRoute

struct LibnlConversionTests {
    @Test(
        "a prefix survives the way through libnl, host bits too",
        arguments: [
            "0.0.0.0/0", "10.1.2.3/8", "192.0.2.1/32", "255.255.255.255/31", "::/0", "2001:db8::1/64", "fe80::1/128",
        ])
    func prefixRoundTrip(text: String) throws {
        let prefix = try #require(IPPrefix(text))
        let address = try #require(prefix.makeLibnl())
        defer { nl_addr_put(address) }
        #expect(nl_addr_get_family(address) == prefix.family)
        #expect(IPPrefix(libnl: address, family: prefix.family) == prefix)
    }

    @Test("no address is the default prefix of its family")
    func absentAddress() {
        #expect(IPPrefix(libnl: nil, family: AF_INET)?.description == "0.0.0.0/0")
        #expect(IPPrefix(libnl: nil, family: AF_INET6)?.description == "::/0")
        #expect(IPPrefix(libnl: nil, family: AF_UNIX) == nil)
    }

    @Test("an address of another family is refused")
    func otherFamily() throws {
        let address = try #require(IPPrefix("2001:db8::/32")?.makeLibnl())
        defer { nl_addr_put(address) }
        #expect(IPPrefix(libnl: address, family: AF_INET) == nil)
    }

    @Test(
        "libnl's codes become error numbers, with either sign",
        arguments: [
            (NLE_PERM, EPERM), (NLE_EXIST, EEXIST), (NLE_NODEV, ENODEV), (NLE_OBJ_NOTFOUND, ENOENT),
            (NLE_NOMEM, ENOMEM), (NLE_OPNOTSUPP, EOPNOTSUPP), (NLE_INVAL, EINVAL), (NLE_DUMP_INTR, EAGAIN),
            (9999, EIO),
        ] as [(Int32, Int32)])
    func codes(code: Int32, number: Int32) {
        #expect(Errno(libnlCode: code).rawValue == number)
        #expect(Errno(libnlCode: -code).rawValue == number)
    }
}

struct RouteSocketTests {
    @Test("the loopback link is found by name and in the list")
    func loopback() throws {
        let socket = try RouteSocket()
        let loopback = try #require(try socket.link(named: "lo"))
        #expect(loopback.kind == nil)
        #expect(loopback.index > 0)
        #expect(try socket.links().contains { $0.name == "lo" && $0.index == loopback.index })
    }

    @Test("a link that isn't there is nil, not an error", arguments: ["c-none", "", "a-name-longer-than-15-bytes"])
    func missing(name: String) throws {
        #expect(try RouteSocket().link(named: name) == nil)
    }

    @Test("a name that no link can have is refused before the kernel sees it", arguments: ["", "0123456789abcdef"])
    func badName(name: String) throws {
        let socket = try RouteSocket()
        #expect(throws: RouteError(operation: .addLink, errno: .nameTooLong)) {
            try socket.addLink(name: name, kind: "dummy")
        }
    }

    @Test("a refusal carries the kernel's own error number")
    func refusal() throws {
        let socket = try RouteSocket()
        let error = try #require(throws: RouteError.self) { try socket.deleteLink(index: 0x7fff_fff0) }
        #expect(error.operation == .deleteLink)
        #expect([.noSuchDevice, .notPermitted].contains(error.errno))
        #expect(try socket.link(named: "lo") != nil, "the socket is in step after a refusal")
    }
}
