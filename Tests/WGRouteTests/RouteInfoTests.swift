import Testing
import WGModel

@testable import WGRoute

struct RouteInfoTests {
    @Test(
        "the defaults are what ip route add PREFIX dev LINK says",
        arguments: [
            ("192.0.2.0/24", nil, 253 as UInt8), ("192.0.2.0/24", "10.0.0.1", 0), ("2001:db8::/32", nil, 0),
            ("2001:db8::/32", "fe80::1", 0),
        ])
    func defaults(destination: String, gateway: String?, scope: UInt8) throws {
        let route = RouteInfo(
            destination: try #require(IPPrefix(destination)), linkIndex: 7,
            gateway: gateway.flatMap { IPAddress($0) })
        #expect(route.scope == scope)
        #expect(route.protocol == 3)
        #expect(route.type == 1)
        #expect(route.table == 254)
        #expect(route.metric == 0)
        #expect(route.mtu == nil)
    }
}
