import TestSupport
import Testing
import WGConfig
import WGModel
import WGPlan

@Suite struct ConfigSaverTests {
    private static let file = """
        # The office
        [Interface]   # ours
        PrivateKey = \(key(1, PrivateKey.self).clamped.base64)
        address=10.0.0.1/24 # v4
        MTU = 1400
        PostUp = echo '#'  # a comment of the shell
        SaveConfig = true

        # Laptop
        [Peer]
        PublicKey = \(key(2, PublicKey.self).base64) # owner
        AllowedIPs = 10.0.0.2/32,  10.0.0.3/32
        Endpoint = laptop.example.net:51820
        # as its NAT wants
        PersistentKeepalive = 25

        ### begin phone ###
        [Peer]
        PublicKey = \(key(3, PublicKey.self).base64)
        AllowedIPs = 10.0.1.5/24
        ### end phone ###

        """

    private static let laptop = Endpoint("192.0.2.7:51820")!

    /// What `up` makes of the file.
    private func tunnel() throws -> LiveTunnel {
        let peers = [
            PeerState(
                publicKey: key(2, PublicKey.self), endpoint: Self.laptop, persistentKeepalive: 25,
                allowedIPs: try prefixes("10.0.0.3/32 10.0.0.2/32")),
            PeerState(publicKey: key(3, PublicKey.self), allowedIPs: try prefixes("10.0.1.0/24")),
        ]
        let device = DeviceState(
            name: try InterfaceName("wg0"), privateKey: key(1, PrivateKey.self).clamped,
            publicKey: key(9, PublicKey.self), listenPort: 40000, fwmark: 51820, peers: peers)
        return LiveTunnel(
            device: device, addresses: try prefixes("10.0.0.1/24"), mtu: 1400, automaticPort: 40000,
            automaticMark: 51820, endpoints: [key(2, PublicKey.self): Self.laptop])
    }

    private func saved(
        _ live: LiveTunnel, _ file: String = Self.file, _ answers: ConfigSaver.Answers = .init()
    ) throws -> String {
        let document = Document(text: file)
        let config = try #require(ConfigParser.parseQuick(document).value)
        return try ConfigSaver(document, config, live).saved(answers).text
    }

    @Test func anUnchangedTunnelChangesNoByte() throws {
        #expect(try saved(tunnel()) == Self.file)
    }

    @Test func whatIsWrittenOtherwiseButMeansTheSameStays() throws {
        var live = try tunnel()
        let twice = key(3, PublicKey.self).base64
        let file =
            Self.file.replacing("MTU = 1400", with: "mtu=1400\nFwMark = off")
            .replacing(
                "PersistentKeepalive = 25",
                with: "PersistentKeepalive = 2 5\nPresharedKey = \(PresharedKey.zero.base64)")
            + "[Peer]\nPublicKey = \(twice)\nAllowedIPs = 10.0.0.3\nAllowedIPs = 10.0.1.0/24\n"
            + "[Peer]\nPublicKey = \(key(9, PublicKey.self).base64)\nAllowedIPs = ::/0\n"
        live.device.peers[0].allowedIPs = try prefixes("10.0.0.2/32")
        live.device.peers[1].allowedIPs = try prefixes("10.0.0.3/32 10.0.1.0/24")
        #expect(try saved(live, file) == file)
        live.device.fwmark = 0
        live.automaticMark = nil
        #expect(try saved(live, file) == file)
    }

    @Test func aKeyThatIsNotClampedStays() throws {
        let file = Self.file.replacing(
            key(1, PrivateKey.self).clamped.base64, with: PrivateKey(bytes: key(1, PrivateKey.self).bytes).base64)
        #expect(try saved(tunnel(), file) == file)
    }

    @Test func changesGoIntoTheirLines() throws {
        var live = try tunnel()
        live.device.listenPort = 5000
        live.mtu = 1300
        live.addresses += try prefixes("fd00::1/64")
        live.device.peers[0].persistentKeepalive = 30
        live.device.peers[0].allowedIPs = try prefixes("10.0.0.3/32 192.0.2.0/24")
        live.device.peers[0].presharedKey = key(7, PresharedKey.self)
        let expected =
            Self.file.replacing("MTU = 1400", with: "MTU = 1300").replacing(
                "0.1/24 # v4", with: "0.1/24, fd00::1/64 # v4"
            )
            .replacing("AllowedIPs = 10.0.0.2/32,  10.0.0.3/32", with: "AllowedIPs = 10.0.0.3/32, 192.0.2.0/24")
            .replacing(
                "PersistentKeepalive = 25",
                with: "PersistentKeepalive = 30\nPresharedKey = \(key(7, PresharedKey.self).base64)"
            )
            .replacing("SaveConfig = true", with: "SaveConfig = true\nListenPort = 5000")
        #expect(try saved(live) == expected)
    }

    @Test func peersComeAndGoWithTheirComments() throws {
        var live = try tunnel()
        live.device.peers[1] = PeerState(
            publicKey: key(4, PublicKey.self), endpoint: Endpoint("[2001:db8::1]:5")!,
            allowedIPs: try prefixes("10.0.4.0/24 fd04::/64"))
        let start = try #require(Self.file.firstRange(of: "\n### begin")).lowerBound
        let added = """

            [Peer]
            PublicKey = \(key(4, PublicKey.self).base64)
            AllowedIPs = 10.0.4.0/24, fd04::/64
            Endpoint = [2001:db8::1]:5

            """
        #expect(try saved(live) == Self.file[..<start] + added)
    }

    @Test func whatThePeerGivesUpGoesToNoOther() throws {
        var live = try tunnel()
        let file = Self.file + "[Peer]\nPublicKey = \(key(4, PublicKey.self).base64)\nAllowedIPs = 10.0.0.2\n"
        live.device.peers[0].allowedIPs = try prefixes("10.0.0.3/32")
        #expect(try saved(live, file) == Self.file.replacing("10.0.0.2/32,  ", with: ""))
    }

    // MARK: Endpoints

    @Test func anEarlierSectionOfAPeerTakesNothingFromOthers() throws {
        let (first, second) = (key(2, PublicKey.self), key(3, PublicKey.self))
        func file(_ earlier: String) -> String {
            """
            [Interface]
            [Peer]
            PublicKey = \(first.base64)
            AllowedIPs = 192.0.2.0/24
            [Peer]
            PublicKey = \(second.base64)
            \(earlier)PersistentKeepalive = 5
            [Peer]
            PublicKey = \(second.base64)
            AllowedIPs = 10.0.0.1/32

            """
        }
        let peers = [
            PeerState(publicKey: first, allowedIPs: try prefixes("192.0.2.0/24")),
            PeerState(publicKey: second, persistentKeepalive: 5, allowedIPs: try prefixes("10.0.0.1/32")),
        ]
        let device = DeviceState(name: try InterfaceName("wg0"), peers: peers)
        let live = LiveTunnel(device: device, addresses: [], mtu: 1420)
        let document = Document(text: file("AllowedIPs = 192.0.2.0/24\n"))
        let config = try #require(ConfigParser.parseQuick(document).value)
        #expect(try ConfigSaver(document, config, live).saved().text == file(""))
    }

    @Test func aNameStaysWhileThePeerIsAtOneOfItsAddresses() throws {
        var live = try tunnel()
        let name = EndpointName(host: "laptop.example.net", service: "51820")
        let document = Document(text: Self.file)
        let config = try #require(ConfigParser.parseQuick(document).value)
        #expect(ConfigSaver(document, config, live).openNames == [])
        live.device.peers[0].endpoint = Endpoint("[2001:db8::7]:51820")!
        #expect(ConfigSaver(document, config, live).openNames == [name])
        let known = [name: [Endpoint("192.0.2.9:51820")!, Endpoint("[2001:db8::7]:51820")!]]
        #expect(try saved(live, Self.file, .init(endpoints: known)) == Self.file)
        #expect(try saved(live) == Self.file, "nobody knows")
        let others = [name: [Endpoint("192.0.2.9:51820")!]]
        #expect(
            try saved(live, Self.file, .init(endpoints: others))
                == Self.file.replacing("laptop.example.net:51820", with: "[2001:db8::7]:51820"))
    }

    @Test func anotherPortOfTheHostKeepsItsName() throws {
        var live = try tunnel()
        live.device.peers[0].endpoint = Endpoint("192.0.2.7:4000")!
        #expect(try saved(live) == Self.file.replacing("net:51820", with: "net:4000"))
    }

    @Test func anEndpointThatIsNotThereYetStays() throws {
        var live = try tunnel()
        live.device.peers[0].endpoint = nil
        #expect(try saved(live) == Self.file)
    }

    @Test func aScopeIsWrittenAsAName() throws {
        var live = try tunnel()
        live.device.peers[1].endpoint = Endpoint(address: IPAddress("fe80::1")!, port: 5, scopeID: 3)
        let text = try saved(live, Self.file, .init(scopeName: { $0 == 3 ? "eth0" : nil }))
        #expect(text.contains("10.0.1.5/24\nEndpoint = [fe80::1%eth0]:5\n"))
    }

    // MARK: Ports and marks

    @Test(arguments: [
        ("", 40000, nil, nil), ("", 40001, nil, "ListenPort = 40001"), ("ListenPort = 0\n", 40000, nil, nil),
        ("ListenPort = 40001\n", 40000, nil, "ListenPort = 40000"), ("ListenPort = 40000\n", 40000, nil, nil),
        ("ListenPort = http\n", 80, 80, nil), ("ListenPort = http\n", 81, 80, "ListenPort = 81"),
        ("ListenPort = 51820\n", 0, nil, nil),
    ])
    func aPortThatWasChosenIsNotWritten(
        line: String, port: UInt16, resolved: UInt16?, expected: String?
    ) throws {
        var live = try tunnel()
        live.device.listenPort = port
        let before = Self.file.replacing("MTU = 1400\n", with: "MTU = 1400\n" + line)
        let after = try saved(live, before, .init(listenPort: resolved))
        #expect((after == before) == (expected == nil))
        if let expected { #expect(after.contains("\n\(expected)\n")) }
    }

    @Test(arguments: [
        ("", 0, nil), ("", 5, "FwMark = 0x5"), ("FwMark = 5\n", 51820, "FwMark = 0xca6c"), ("FwMark = 0x5\n", 5, nil),
        ("FwMark = off\n", 51820, nil),
    ])
    func aMarkThatWasChosenIsNotWritten(line: String, mark: UInt32, expected: String?) throws {
        var live = try tunnel()
        live.device.fwmark = mark
        let before = Self.file.replacing("MTU = 1400\n", with: "MTU = 1400\n" + line)
        let after = try saved(live, before)
        #expect((after == before) == (expected == nil))
        if let expected { #expect(after.contains("\n\(expected)\n")) }
    }

    @Test func aMarkThatIsGoneGoes() throws {
        var live = try tunnel()
        live.device.fwmark = 0
        let before = Self.file.replacing("MTU = 1400\n", with: "FwMark = 5\nMTU = 1400\n")
        #expect(try saved(live, before) == Self.file)
    }

    private func prefixes(_ text: String) throws -> [IPPrefix] {
        try text.split(separator: " ").map { try #require(IPPrefix($0)) }
    }
}

private func key<Value: Key>(_ byte: UInt8, _: Value.Type) -> Value { Value(bytes: KeyBytes(repeating: byte)) }
