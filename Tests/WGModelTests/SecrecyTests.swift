import Testing
import WGModel

/// However somebody prints a value with a secret in it, the secret stays in.
@Suite struct SecrecyTests {
    private static let bytes: [UInt8] = (0..<32).map { 0x91 &+ $0 &* 7 }

    private func expectHidden(_ value: some Any, _ comment: Comment) throws {
        let key = try #require(PrivateKey(Self.bytes))
        var dumped = ""
        dump(value, to: &dumped)
        var debugged = ""
        debugPrint(value, terminator: "", to: &debugged)
        for text in [dumped, debugged, "\(value)", String(reflecting: value), String(describing: value), walk(value)] {
            #expect(!text.contains(key.base64.prefix(8)), comment)
            #expect(!text.contains(key.hex.prefix(8)), comment)
            #expect(!text.contains("\(Self.bytes[0]), \(Self.bytes[1])"), comment)
            #expect(!text.contains("\(Self.bytes[3])"), comment)
        }
    }

    /// Everything reflection finds below a value.
    private func walk(_ value: Any) -> String {
        Mirror(reflecting: value).children.map { "\($0.label ?? "") \($0.value) " + walk($0.value) }.joined()
    }

    @Test func keysHideThemselves() throws {
        try expectHidden(#require(PrivateKey(Self.bytes)), "private key")
        try expectHidden(#require(PresharedKey(Self.bytes)), "preshared key")
        try expectHidden(PrivateKey(Self.bytes) as Any, "optional")
        try expectHidden([#require(PresharedKey(Self.bytes))], "array")
    }

    @Test func whatHoldsKeysHidesThem() throws {
        let secret = try #require(PrivateKey(Self.bytes))
        let preshared = try #require(PresharedKey(Self.bytes))
        let name = try InterfaceName("wg0")
        try expectHidden(
            DeviceState(name: name, privateKey: secret, peers: [PeerState(publicKey: .zero, presharedKey: preshared)]),
            "state")
        try expectHidden(
            DeviceChange(privateKey: secret, peers: [PeerChange(publicKey: .zero, presharedKey: preshared)]), "change")
    }

    @Test func publicKeysShowThemselves() throws {
        let key = try #require(PublicKey(Self.bytes))
        #expect("\(key)" == key.base64)
    }
}
