import Testing
import WGControl
import WGModel

@testable import WireGuardControl

@Suite struct SynchronizeTests {
    private let device: DeviceState

    init() throws {
        device = DeviceState(
            name: try InterfaceName("wg0"), listenPort: 7,
            peers: [PeerState(publicKey: Self.key(1)), PeerState(publicKey: Self.key(2))])
    }

    private func config(_ text: String) throws -> WireGuardConfig {
        try #require(ConfigParser.parseWireGuard(Document(text: text)).value)
    }

    private static func key(_ byte: UInt8) -> PublicKey { PublicKey(bytes: KeyBytes(repeating: byte)) }

    @Test func onlyWhatDiffersIsSent() throws {
        let script = ScriptedDevices([.success([device])])
        let text = """
            [Interface]
            ListenPort = 7
            [Peer]
            PublicKey = \(Self.key(1).base64)
            [Peer]
            PublicKey = \(Self.key(2).base64)
            Endpoint = 192.0.2.1:9
            """
        let resolved = try ResolvedConfig(config(text), .replace)
        #expect(resolved.unresolved.isEmpty)
        let sent = try script.devices.synchronize(device.name, to: resolved.change)
        #expect(sent == DeviceChange(peers: [PeerChange(publicKey: Self.key(2), endpoint: Endpoint("192.0.2.1:9"))]))
        #expect(script.changes == [sent])
    }

    @Test func nothingIsSentToADeviceThatIsRight() throws {
        let script = ScriptedDevices([.success([device])])
        let sent = try script.devices.synchronize(device.name, to: DeviceChange(listenPort: 7))
        #expect(sent == DeviceChange())
        #expect(script.changes.isEmpty)
    }

    @Test func aNameWithoutAnAddressIsToldAndLeftOut() throws {
        let text = """
            [Peer]
            PublicKey = \(Self.key(1).base64)
            Endpoint = no-such-host.invalid:9
            AllowedIPs = 10.0.0.0/8
            """
        let resolved = try ResolvedConfig(config(text), .add)
        #expect(resolved.unresolved.map(\.peer) == [0])
        #expect(resolved.unresolved.first?.endpoint == EndpointName(host: "no-such-host.invalid", service: "9"))
        #expect(resolved.change.peers.map(\.endpoint) == [nil])
        #expect(resolved.change.peers.first?.allowedIPs.count == 1)
    }

    @Test func aServiceThatThereIsNoneOfIsAnError() throws {
        let config = try config("[Interface]\nListenPort = nosuchservice\n")
        #expect(throws: ResolvedConfig.UnknownServices(names: ["nosuchservice"])) {
            try ResolvedConfig(config, .add)
        }
    }
}
