import Testing
import WireGuardControl

/// What one import gives; this file has no other import of ours.
@Suite struct FacadeTests {
    @Test func keysAreMadeAndDerived() {
        let key = PrivateKey.generate()
        #expect(key != PrivateKey.generate())
        #expect(key == key.clamped)
        // RFC 7748 6.1.
        let alice = PrivateKey(base64: "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=")
        #expect(alice?.publicKey.base64 == "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=")
        #expect(PresharedKey.generate() != PresharedKey.generate())
    }

    @Test func errorsDescribeThemselves() throws {
        let name = try InterfaceName("wg0")
        let errors = [
            ControlError(.list, nil, .kernel, .notPermitted), ControlError(.get, name, .kernel, .noSuchDevice),
            ControlError(.set, name, .kernel, .invalidArgument, kernelText: "bad key"),
            ControlError(.get, name, .engine(socket: "/run/wg0.sock"), .protocolError, replyError: .cutShort),
        ]
        #expect(
            errors.map { "\($0)" } == [
                "The WireGuard devices can't be listed: Operation not permitted (the kernel)",
                "wg0 can't be read: No such device (the kernel)",
                "wg0 can't be changed: Invalid argument (the kernel; bad key)",
                "wg0 can't be read: Protocol error (the engine at /run/wg0.sock; its answer is cut short)",
            ])
    }

    @Test func configurationsAreReadAndEdited() throws {
        let key = PrivateKey.generate().publicKey
        var editor = DocumentEditor(Document(text: "[Interface]\nListenPort = 1\n"))
        try editor.add(PeerConfig(publicKey: key, endpoint: EndpointName("example.net:51820")))
        let config = try #require(ConfigParser.parseWireGuard(editor.document).value)
        #expect(config.peers.map(\.publicKey) == [key])
    }

    @Test func aDirectoryWithoutEnginesHasNone() throws {
        // The kernel's devices are whatever this machine has; none of them is in the directory.
        let devices = WireGuardDevices(engineDirectory: "/nonexistent")
        #expect(throws: ControlError.self) { try devices.state(of: InterfaceName("no-such-device")) }
    }
}
