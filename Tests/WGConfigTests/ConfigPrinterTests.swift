import Testing
import WGConfig
import WGModel

@Suite struct ConfigPrinterTests {
    @Test func aDeviceWithoutAnythingIsAnEmptyInterface() throws {
        let state = DeviceState(name: try InterfaceName("wg0"))
        #expect(ConfigPrinter.showconf(state) { "\($0)" } == "[Interface]\n\n")
    }

    @Test func everythingThatIsSetIsWritten() throws {
        let state = try fullState()
        #expect(
            ConfigPrinter.showconf(state) { "\($0)" } == """
                [Interface]
                ListenPort = 51820
                FwMark = 0xca6c
                PrivateKey = \(privateText)

                [Peer]
                PublicKey = \(publicText)
                PresharedKey = \(presharedText)
                AllowedIPs = 10.0.0.0/8, 2001:db8::/32
                Endpoint = [2001:db8::1]:51820
                PersistentKeepalive = 25

                [Peer]
                PublicKey = \(otherText)

                """)
    }

    @Test func whatShowconfWritesIsReadBack() throws {
        let text = ConfigPrinter.showconf(try fullState()) { "\($0)" }
        let config = try #require(ConfigParser.parseWireGuard(Document(text: text)).value)
        #expect(config.privateKey?.base64 == privateText)
        #expect(config.listenPort == .number(51820))
        #expect(config.fwmark == 0xca6c)
        #expect(config.peers.map(\.publicKey.base64) == [publicText, otherText])
        #expect(config.peers[0].allowedIPs.map(\.prefix.description) == ["10.0.0.0/8", "2001:db8::/32"])
        #expect(config.peers[0].endpoint == EndpointName(host: "2001:db8::1", service: "51820"))
        #expect(config.peers[0].persistentKeepalive == 25)
    }

    @Test func aZeroKeyIsNone() throws {
        let peer = PeerState(publicKey: try #require(PublicKey(base64: publicText)), presharedKey: .zero)
        let state = DeviceState(name: try InterfaceName("wg0"), privateKey: .zero, peers: [peer])
        #expect(ConfigPrinter.showconf(state) { "\($0)" } == "[Interface]\n\n[Peer]\nPublicKey = \(publicText)\n")
    }

    @Test(arguments: [
        ("", "\n"), ("[Interface]\nMTU=1\nListenPort=1", "[Interface]\nListenPort=1\n\n"),
        (
            "# c\r\n[interface]\r\n  Address = x # y\r\n\r\nFwMark = 1 # z\r\n",
            "# c\r\n[interface]\r\n\r\nFwMark = 1 # z\r\n\n"
        ),
        (
            "[Interface]\nPostUp = a # b\n#PostUp = c\n[Peer]\nMTU = 5\n",
            "[Interface]\n#PostUp = c\n[Peer]\nMTU = 5\n\n"
        ),
        (" a\t b \t\n\t [peer] \n  ", "a\t b\n[peer]\n\n"), ("[Interface]\nAddress\nmtu #\n", "[Interface]\n\n"),
        ("[Interface] = x\nMTU=1\n[\nMTU=1\n", "[Interface] = x\n[\nMTU=1\n\n"),
        ("[Inter\0face]\nM\0TU=1\r\na\0b", "[Interface]\nab\n\n"),
        ("MTU = 1\n", "MTU = 1\n\n"), ("[Interface]\nnonsense\nMT U = 1\n", "[Interface]\nnonsense\nMT U = 1\n\n"),
    ])
    func stripTakesWgQuicksKeysOutOfInterfaceAndNothingElse(text: String, stripped: String) {
        #expect(String(decoding: ConfigPrinter.strip(Document(text: text)), as: UTF8.self) == stripped)
    }

    @Test func whatIsStrippedIsForWg() throws {
        let text = """
            [Interface]
            Address = 10.0.0.1/24
            PrivateKey = \(privateText)
            DNS = 192.0.2.53
            PostUp = echo '[Peer]'
            [Peer]
            PublicKey = \(publicText)
            """
        let document = Document(bytes: ConfigPrinter.strip(Document(text: text)))
        let stripped = try #require(ConfigParser.parseWireGuard(document).value)
        #expect(stripped == ConfigParser.parseQuick(Document(text: text)).value?.wireGuard)
    }

    private func fullState() throws -> DeviceState {
        let prefixes = try ["10.0.0.0/8", "2001:db8::/32"].map { try #require(IPPrefix($0)) }
        let peer = PeerState(
            publicKey: try #require(PublicKey(base64: publicText)),
            presharedKey: PresharedKey(base64: presharedText),
            endpoint: Endpoint("[2001:db8::1]:51820"), persistentKeepalive: 25, allowedIPs: prefixes)
        let other = PeerState(publicKey: try #require(PublicKey(base64: otherText)))
        return DeviceState(
            name: try InterfaceName("wg0"), privateKey: PrivateKey(base64: privateText),
            listenPort: 51820, fwmark: 0xca6c, peers: [peer, other])
    }
}
