import Testing
import WGLinux
import WGModel

@Suite struct ResolverTests {
    @Test(arguments: [
        ("192.0.2.1:7", "192.0.2.1:7"), ("[2001:db8::1]:7", "[2001:db8::1]:7"), ("2001:db8::2:77", "[2001:db8::2]:77"),
        ("1.2:10", "1.0.0.2:10"), ("[fe80::1%lo]:8", "[fe80::1%1]:8"), ("127.0.0.1: 99", "127.0.0.1:99"),
        ("127.0.0.1:+98", "127.0.0.1:98"), ("127.0.0.1:domain", "127.0.0.1:53"), ("localhost:0", "127.0.0.1:0"),
    ])
    func literalsAndServicesNeedNoNetwork(text: String, numeric: String) throws {
        let name = try #require(EndpointName(text))
        let found = try Resolver.endpoint(of: name)
        #expect(found.description == numeric || name.host == "localhost" && found.description == "[::1]:0")
    }

    @Test(arguments: [
        ("127.0.0.1:65536", Resolver.Failure.Reason.noSuchService), ("127.0.0.1:70000", .noSuchService),
        ("127.0.0.1:99999999999999999999", .noSuchService), ("127.0.0.1:nonsense-d", .noSuchService),
    ])
    func whatCanNeverResolveIsPermanent(text: String, reason: Resolver.Failure.Reason) throws {
        let name = try #require(EndpointName(text))
        let failure = try #require(throws: Resolver.Failure.self) { try Resolver.endpoint(of: name) }
        #expect(failure.reason == reason)
        #expect(failure.isPermanent)
        #expect(!failure.text.isEmpty)
    }

    @Test func portsHaveNames() throws {
        #expect(try Resolver.port(ofService: "domain") == 53)
        #expect(try Resolver.port(ofService: "65535") == 65535)
        #expect(throws: Resolver.Failure.self) { try Resolver.port(ofService: "65536") }
    }

    @Test func interfacesHaveIndexesAndNames() throws {
        let index = try #require(Resolver.interfaceIndex(of: "lo"))
        #expect(Resolver.interfaceName(of: index) == "lo")
        #expect(Resolver.interfaceIndex(of: "d-none") == nil)
        #expect(Resolver.interfaceName(of: .max) == nil)
    }
}
