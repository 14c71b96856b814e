import Testing
import WGModel

@Suite struct EndpointTests {
    @Test(arguments: [
        ("192.0.2.1:51820", "192.0.2.1:51820"), ("[2001:db8::1]:1", "[2001:db8::1]:1"),
        ("2001:db8::1:51820", "[2001:db8::1]:51820"), ("[fe80::1%7]:65535", "[fe80::1%7]:65535"),
        ("[::ffff:1.2.3.4]:0", "[::ffff:1.2.3.4]:0"), ("[192.0.2.1]:5", "192.0.2.1:5"),
    ])
    func numericTextIsRead(text: String, written: String) throws {
        let endpoint = try #require(Endpoint(text))
        #expect(endpoint.description == written)
        #expect(Endpoint(written) == endpoint)
    }

    @Test(arguments: [
        "", ":", "192.0.2.1", "192.0.2.1:", ":51820", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:domain",
        "example.net:51820", "[::1]", "[::1]51820", "[::1", "[]:5", "[fe80::1%eth0]:5", "1.2.3.4%7:5", "1.2.3:5",
    ])
    func otherTextIsNoNumericEndpoint(text: String) {
        #expect(Endpoint(text) == nil)
    }

    @Test func aScopeIsShownByItsName() throws {
        let endpoint = Endpoint(address: try #require(IPAddress("fe80::1")), port: 5, scopeID: 3)
        #expect(endpoint.description(scopeName: { $0 == 3 ? "eth0" : nil }) == "[fe80::1%eth0]:5")
        #expect(endpoint.description(scopeName: { _ in nil }) == "[fe80::1%3]:5")
    }

    @Test(arguments: [
        ("example.net:51820", "example.net", "51820"), ("[2001:db8::1]:http", "2001:db8::1", "http"),
        ("2001:db8::2:77", "2001:db8::2", "77"), ("[host]:1", "host", "1"), ("1.2:10", "1.2", "10"),
        ("[fe80::1%eth0]:8", "fe80::1%eth0", "8"),
    ])
    func aNameIsSplitAtTheLastColonOrBehindTheBracket(text: String, host: String, service: String) throws {
        let name = try #require(EndpointName(text))
        #expect(name.host == host)
        #expect(name.service == service)
        #expect(EndpointName(name.description) == name)
    }
}
