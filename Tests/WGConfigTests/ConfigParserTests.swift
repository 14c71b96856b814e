import TestSupport
import Testing
import WGConfig
import WGModel

let privateText = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk="
let publicText = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="
let otherText = "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0="
let presharedText = "2UhtoQZWAXuQbwWMwtsLvlXnS1GIyOXtCSA25Jk4P3E="

@Suite struct ConfigParserTests {
    private static let complete = """
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

    @Test func everyKeyOfWgIsRead() throws {
        let result = ConfigParser.parseWireGuard(Document(text: Self.complete))
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

    /// White space vanishes anywhere, case doesn't count, and lines may end in CRLF.
    @Test func spacingAndCaseChangeNothing() throws {
        let expected = try #require(ConfigParser.parseWireGuard(Document(text: Self.complete)).value)
        let uncommented = Self.complete.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.prefix { $0 != "#" } }
        var random = SeededGenerator.printed()
        for _ in 0..<100 {
            let blanks: [Character] = [" ", "\t", "\u{b}", "\u{c}", "\r"]
            var text = ""
            for line in uncommented {
                let isKey = line.contains("Key =")
                var isName = true
                for character in line {
                    if Int.random(in: 0...4, using: &random) == 0 { text.append(blanks.randomElement(using: &random)!) }
                    if character == "=" { isName = false }
                    let changesCase = isName && Bool.random(using: &random)
                    if character != " " || !isKey {
                        text += changesCase ? character.uppercased() : String(character)
                    }
                }
                text += ["\n", "\r\n", " # comment = [x]\n", "\n\n"].randomElement(using: &random)!
            }
            let result = ConfigParser.parseWireGuard(Document(text: text))
            #expect(result.value == expected, "\(text.debugDescription)")
        }
    }

    @Test func anEmptyFileIsAConfiguration() throws {
        for text in ["", "\n", "# nothing", "[Interface]", "[Interface]\n[interface]"] {
            #expect(ConfigParser.parseWireGuard(Document(text: text)).value == WireGuardConfig())
            #expect(ConfigParser.parseQuick(Document(text: text)).value == QuickConfig())
        }
    }

    @Test func interfaceSectionsAreOneAndTheLastValueCounts() throws {
        let text = "[Interface]\nListenPort=1\nFwMark=1\n[Peer]\nPublicKey=\(publicText)\n[Interface]\nListenPort=2"
        let result = ConfigParser.parseWireGuard(Document(text: text))
        #expect(result.value?.listenPort == .number(2))
        #expect(result.value?.fwmark == 1)
        #expect(result.value?.peers.count == 1)
        #expect(result.diagnostics.map(\.kind) == [.repeatedKey(.listenPort, firstLine: 2)])
        #expect(result.diagnostics.map(\.severity) == [.warning])
    }

    @Test func aKeyWithTwoSectionsIsToldWithTheLineOfTheFirst() throws {
        let other = "HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw="
        let texts = [publicText, other, publicText].map { "[Peer]\nPublicKey=\($0)\n" }
        let result = ConfigParser.parseWireGuard(Document(text: texts.joined()))
        #expect(result.value?.peers.map(\.publicKey.base64) == [publicText, other, publicText])
        let key = try #require(result.value?.peers[0].publicKey)
        #expect(result.diagnostics.map(\.kind) == [.repeatedPeer(key, firstLine: 2)])
        #expect(result.diagnostics.map(\.line) == [6])
    }

    @Test(arguments: [0, 1, 1 << 20]) func theExpectedSizeChangesNothing(bytes: Int) {
        var parser = WireGuardConfigParser(expectedBytes: bytes)
        parser.append(Array("[Peer]\nPublicKey=\(publicText)\n[Peer]\nPublicKey=\(publicText)\n".utf8)[...])
        #expect(parser.finish().value?.peers.count == 2)
    }

    /// The flag is cleared at each entry with a sign and set again by a later key.
    @Test(arguments: [
        (["10.0.0.0/8"], true), (["+10.0.0.0/8"], false), (["10.0.0.0/8", "+10.1.0.0/16"], false),
        (["+10.0.0.0/8", "10.1.0.0/16"], true), (["10.0.0.0/8,-10.1.0.0/16"], false),
        (["-10.0.0.0/8,10.1.0.0/16"], false), ([], true),
    ])
    func theLastAllowedIPsKeyDecidesWhetherTheListReplaces(lines: [String], replaces: Bool) throws {
        let text = "[Peer]\nPublicKey=\(publicText)\n" + lines.map { "AllowedIPs=\($0)\n" }.joined()
        let config = try #require(ConfigParser.parseWireGuard(Document(text: text)).value)
        #expect(config.peers[0].replaceAllowedIPs == replaces)
        #expect(config.peers[0].allowedIPs.count == lines.joined(separator: ",").split(separator: ",").count)
    }

    @Test func theSameKeyTwiceIsTwoPeersAndAWarning() {
        let text = "[Peer]\nPublicKey=\(publicText)\n[Peer]\nPublicKey=\(publicText)\n[Peer]\nPublicKey=\(otherText)\n"
        let result = ConfigParser.parseWireGuard(Document(text: text))
        #expect(result.value?.peers.map(\.publicKey.base64) == [publicText, publicText, otherText])
        #expect(result.diagnostics.map(\.line) == [4])
    }

    @Test func aPeerWithoutPublicKeyIsAnErrorAtItsHeader() {
        let result = ConfigParser.parseWireGuard(Document(text: "[Interface]\n[Peer]\nEndpoint=a:1\n\n[Peer]\n# end"))
        #expect(result.value == nil)
        #expect(result.diagnostics.map(\.kind) == [.missingPublicKey, .missingPublicKey])
        #expect(result.diagnostics.map(\.line) == [2, 5])
    }

    @Test func anInvalidPublicKeyIsNotAlsoMissing() {
        for line in ["PublicKey = abc", "PublicKey =", "PublicKe = \(publicText)"] {
            let result = ConfigParser.parseWireGuard(Document(text: "[Peer]\n\(line)\n"))
            #expect(result.diagnostics.count == 1)
        }
    }

    @Test func diagnosticsAreInTheOrderOfTheLines() {
        var random = SeededGenerator.printed()
        let lines = [
            "[Peer]", "[Interface]", "[Foo]", "ListenPort = x", "Endpoint = y", "PublicKey = z", "a", "MTU", "",
        ]
        for _ in 0..<200 {
            let text = (0..<12).map { _ in lines.randomElement(using: &random)! }.joined(separator: "\n")
            let numbers = ConfigParser.parseQuick(Document(text: text)).diagnostics.map(\.line)
            #expect(numbers == numbers.sorted(), "\(text)")
        }
    }

    @Test func columnsPointAtWhatIsMeant() {
        let result = ConfigParser.parseWireGuard(
            Document(text: "[Peer]\nPublicKey=\(publicText)\n Allowed IPs\t=\t10.0.0.1 , 10 .0.0.300/8 , ::"))
        let diagnostic = result.diagnostics.first
        #expect(diagnostic?.line == 3)
        #expect(diagnostic?.column == 27)
        #expect(diagnostic?.length == "10 .0.0.300/8".count)
    }

    @Test func theKeysOfWgQuickAreErrorsForWg() {
        for keyword in Keyword.allCases where keyword.program == .wgQuick {
            let result = ConfigParser.parseWireGuard(Document(text: "[Interface]\n\(keyword.name) = 1\n"))
            #expect(result.diagnostics.map(\.kind) == [.quickKey(keyword)])
        }
    }
}
