import Testing
import WGConfig
import WGModel

let privateText = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk="
let publicText = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="
let otherText = "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0="
let presharedText = "2UhtoQZWAXuQbwWMwtsLvlXnS1GIyOXtCSA25Jk4P3E="

@Suite struct ConfigParserTests {
    @Test func everyKeyOfWgIsRead() throws {
        let text = """
            # a comment
            [Interface]
            PrivateKey = \(privateText) # mine
            ListenPort = 51820
            FwMark = 0xca6c

            [Peer]
            PublicKey = \(publicText)
            PresharedKey = \(presharedText)
            AllowedIPs = 10.0.0.0/8, 2001:db8::/32
            AllowedIPs = 192.0.2.1
            Endpoint = example.net:51820
            PersistentKeepalive = 25
            """
        let result = ConfigParser.parseWireGuard(Document(text: text))
        #expect(result.diagnostics == [])
        let config = try #require(result.value)
        #expect(config.privateKey?.base64 == privateText)
        #expect(config.listenPort == .number(51820))
        #expect(config.fwmark == 0xca6c)
        let peer = try #require(config.peers.first)
        #expect(peer.publicKey.base64 == publicText)
        #expect(peer.presharedKey?.base64 == presharedText)
        #expect(peer.endpoint == EndpointName(host: "example.net", service: "51820"))
        #expect(peer.persistentKeepalive == 25)
        #expect(peer.replaceAllowedIPs)
        #expect(peer.allowedIPs.map(\.prefix.description) == ["10.0.0.0/8", "2001:db8::/32", "192.0.2.1/32"])
    }
}
