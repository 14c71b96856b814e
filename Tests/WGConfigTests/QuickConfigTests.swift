import Testing
import WGConfig
import WGModel

@Suite struct QuickConfigTests {
    private func parse(_ lines: String) throws -> QuickConfig {
        let result = ConfigParser.parseQuick(Document(text: "[Interface]\n" + lines))
        #expect(result.diagnostics == [])
        return try #require(result.value)
    }

    @Test func addressesAreSplitAtCommasAndWhiteSpace() throws {
        let config = try parse("Address = 10.0.0.1/24,10.0.1.1  2001:db8::1/64\t,, fe80::1\nADDRESS=192.0.2.1/31 # x")
        #expect(
            config.addresses.map(\.description) == [
                "10.0.0.1/24", "10.0.1.1/32", "2001:db8::1/64", "fe80::1/128", "192.0.2.1/31",
            ])
    }

    @Test func dnsTokensAreServersOrSearchDomains() throws {
        let config = try parse("DNS = 192.0.2.53, example.net 2001:db8::53\nDNS = local,1a.example")
        #expect(config.dnsServers.map(\.description) == ["192.0.2.53", "2001:db8::53"])
        #expect(config.dnsSearchDomains == ["example.net", "local", "1a.example"])
    }

    @Test(arguments: [
        ("auto", RouteTable.automatic), ("off", .off), ("Off", .off), ("1", .number(1)), ("0x10", .number(16)),
        ("4294967295", .number(.max)), ("main", .number(254)), ("local", .number(255)), ("default", .number(253)),
    ])
    func tablesAreWordsOrNumbers(text: String, table: RouteTable) throws {
        #expect(try parse("Table = \(text)").table == table)
    }

    @Test func mtuAndSaveConfigAreRead() throws {
        let config = try parse("MTU = 1420\nSaveConfig = TRUE")
        #expect(config.mtu == 1420)
        #expect(config.saveConfig)
        #expect(try parse("SaveConfig=false").saveConfig == false)
        #expect(try parse("").mtu == nil)
    }

    /// `#` and inner white space belong to the command; `%i` is replaced by whoever runs it.
    @Test func hooksKeepWhatTheyAre() throws {
        let config = try parse(
            "PreUp =  echo  a # b \t\nPreUp=x=y\nPostUp = wg set %i\nPREDOWN = a\r\nPostDown = b; c\nPostDown =\n")
        #expect(config.preUp == ["echo  a # b", "x=y"])
        #expect(config.postUp == ["wg set %i"])
        #expect(config.preDown == ["a"])
        #expect(config.postDown == ["b; c"])
    }

    @Test func aCommentedHookIsAComment() throws {
        #expect(try parse("# PostUp = rm -r /\n  #PostUp = x\n").postUp == [])
    }

    @Test func theKeysOfWgAreReadToo() throws {
        let text = "Private Key=\(privateText)\nAddress=10.0.0.1\n[Peer]\nPublicKey=\(publicText)\nAllowedIPs=0.0.0.0/0"
        let config = try parse(text)
        #expect(config.wireGuard.privateKey?.base64 == privateText)
        #expect(config.wireGuard.peers.first?.allowedIPs.map(\.prefix.isDefault) == [true])
    }

    @Test func anEmptyValueOfAnOptionalKeyIsAWarning() {
        let text = "[Interface]\nAddress =\nDNS = # none\nMTU=\nTable=\n"
        let result = ConfigParser.parseQuick(Document(text: text))
        #expect(result.value == QuickConfig())
        #expect(result.diagnostics.map(\.severity) == [.warning, .warning, .warning, .warning])
    }

    /// Upstream matches these names with their white space, unlike those of wg.
    @Test func theKeysOfWgQuickHaveNoWhiteSpaceInside() {
        let result = ConfigParser.parseQuick(Document(text: "[Interface]\nPost Up = x\nListen Port = 1\n"))
        #expect(result.diagnostics.map(\.kind) == [.unknownKey("Post Up")])
        #expect(result.diagnostics.map(\.suggestion) == ["PostUp"])
    }
}
