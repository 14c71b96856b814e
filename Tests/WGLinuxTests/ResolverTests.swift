import Testing
import WGLinux
import WGModel

@Suite struct ResolverTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1:0"), ("2001:db8::1", "[2001:db8::1]:0"), ("1.2", "1.0.0.2:0"),
        ("010.0.0.1", "8.0.0.1:0"), ("7", "0.0.0.7:0"), ("0x7f.1", "127.0.0.1:0"), ("fe80::1%lo", "[fe80::1%1]:0"),
    ])
    func literalsNeedNoNetwork(text: String, numeric: String) throws {
        let found = try #require(Resolver.literal(text))
        #expect(Endpoint(address: found.address, port: 0, scopeID: found.scopeID).description == numeric)
        #expect(try Resolver.addresses(of: text).first == found)
    }

    @Test(arguments: ["localhost", "1.2.3.999", "fe80::1%d-none", "::g", ""])
    func otherTextsAreNoLiterals(text: String) {
        #expect(Resolver.literal(text) == nil)
    }

    @Test func localhostNeedsNoNetwork() throws {
        let found = try Resolver.addresses(of: "localhost").first.address
        #expect(found == .v4(0x7f00_0001) || found == .v6(1))
    }

    @Test(arguments: ["65536", "70000", "99999999999999999999", "nonsense-d"])
    func aPortThatCanNotBeIsPermanent(text: String) throws {
        let failure = try #require(throws: Resolver.Failure.self) { try Resolver.port(ofService: text) }
        #expect(failure.reason == .noSuchService)
        #expect(failure.isPermanent)
        #expect(!failure.text.isEmpty)
    }

    @Test func portsHaveNames() throws {
        #expect(try Resolver.port(ofService: "domain") == 53)
        #expect(try Resolver.port(ofService: "65535") == 65535)
        #expect(try Resolver.port(ofService: " 99") == 99)
        #expect(try Resolver.port(ofService: "+98") == 98)
        #expect(throws: Resolver.Failure.self) { try Resolver.port(ofService: "65536") }
    }

    @Test func interfacesHaveIndexesAndNames() throws {
        let index = try #require(Resolver.interfaceIndex(of: "lo"))
        #expect(Resolver.interfaceName(of: index) == "lo")
        #expect(Resolver.interfaceIndex(of: "d-none") == nil)
        #expect(Resolver.interfaceName(of: .max) == nil)
    }
}
