import Testing
import WGConfig

@Suite struct NamePlacesTests {
    @Test func onlyNamesHaveAPlace() {
        let text = """
            [Interface]
            ListenPort = 5
            ListenPort =\tdomain
            [Peer]
            PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
            Endpoint = 192.0.2.1:5
            [Peer]
            PublicKey = TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=
            Endpoint = [2001:db8::1]:7
            Endpoint = host:7
            [Peer]
            PublicKey = gN65BkIKy1eCE9pP1wdc8ROUtkHLF2PfAqYdyYBz6EA=
            Endpoint = host:7
            Endpoint = 192.0.2.1:7
            [Peer]
            PublicKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
            End point = 192.0.2.1 : domain
            """
        let result = ConfigParser.parseWireGuard(Document(text: text))
        #expect(result.value != nil)
        #expect(result.places.listenPort.map { [$0.line, $0.column] } == [3, 14])
        #expect(result.places.endpoints.mapValues { [$0.line, $0.column] } == [1: [10, 12], 3: [17, 13]])
    }

    @Test func aNumberAfterANameTakesItsPlaceAway() {
        let text = "[Interface]\nListenPort = domain\nListenPort = 5\n"
        let result = ConfigParser.parseQuick(Document(text: text))
        #expect(result.places == NamePlaces())
    }
}
