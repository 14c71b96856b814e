import Testing
import WGControl
import WGLinux
import WGModel

@testable import wg

private let file = """
    [Interface]
    PrivateKey = \(key(0x70, PrivateKey.self).base64)
    ListenPort = 51820
    FwMark = 0xca6c

    [Peer]
    PublicKey = \(key(3, PublicKey.self).base64)
    AllowedIPs = 1.2.3.4/32

    [Peer]
    PublicKey = \(key(1, PublicKey.self).base64)
    PresharedKey = \(key(9, PresharedKey.self).base64)
    Endpoint = host:7
    PersistentKeepalive = 25
    AllowedIPs = 10.0.0.0/8, fd00::1/64

    [Peer]
    PublicKey = \(key(2, PublicKey.self).base64)

    """

private func host(_ text: String) throws -> WgHost {
    let host = WgHost("syncconf", "wg0", "file.conf")
    host.files["file.conf"] = text
    host.fakeDevices.states = [try sampleState("wg0")]
    return host
}

@Suite struct WgSyncConfTests {
    @Test func aFileThatSaysWhatIsSoSendsNothing() throws {
        let host = try host(file)
        #expect(host.run() == .success)
        #expect(host.fakeDevices.changes.isEmpty)
        #expect(host.output.isEmpty)
        #expect(!host.errors.contains("Unable"))
    }

    @Test func onlyWhatDiffersIsSent() throws {
        let host = try host(
            file.replacing("ListenPort = 51820\n", with: "").replacing("= host:7", with: "= host:8")
                .replacing("10.0.0.0/8, ", with: "10.1.0.0/16, "))
        #expect(host.run() == .success)
        let peer = PeerChange(
            publicKey: key(1), endpoint: Endpoint("192.0.2.1:8"),
            allowedIPs: [
                .add(try #require(IPPrefix("10.1.0.0/16"))), .remove(try #require(IPPrefix("10.0.0.0/8"))),
            ])
        #expect(host.fakeDevices.changes.map(\.change) == [DeviceChange(listenPort: 0, peers: [peer])])
    }

    @Test func anEmptyFileWipesTheDevice() throws {
        let host = try host("")
        #expect(host.run() == .success)
        #expect(
            host.fakeDevices.changes.map(\.change) == [
                DeviceChange(privateKey: .zero, listenPort: 0, fwmark: 0, replacePeers: true)
            ])
    }

    @Test func aDeviceThatCanNotBeReadIsTold() throws {
        let host = WgHost("syncconf", "wg7", "file.conf")
        host.files["file.conf"] = file
        #expect(host.run() == .failure)
        let reason = "No such device (there is no `wg7' in this network namespace)\n"
        #expect(host.errors.hasSuffix("Unable to retrieve current interface configuration: \(reason)"))
        host.files["file.conf"] = ""
        #expect(host.run() == .failure)
        #expect(host.errors.hasSuffix("Unable to modify interface: \(reason)"))
        #expect(host.fakeDevices.changes.isEmpty)
    }

    @Test func aDeviceThatKeptChangingIsComparedWithAWarning() throws {
        let host = try host("")
        host.fakeDevices.states[0].isComplete = false
        #expect(host.run() == .success)
        #expect(host.errors.hasPrefix("Warning: wg0 kept changing while it was compared with the file"))
        #expect(host.fakeDevices.changes.count == 1)
    }

    @Test(arguments: ["[Peer]\n", "Nonsense = 1\n"])
    func aMistakeInTheFileChangesNothing(text: String) throws {
        let host = try host(text)
        #expect(host.run() == .failure)
        #expect(host.errors.hasSuffix("\nConfiguration parsing error\n"))
        #expect(host.fakeDevices.changes.isEmpty)
    }

    @Test func helpSaysWhatItResets() {
        let host = WgHost("syncconf", "--help")
        #expect(host.run() == .success)
        #expect(host.output.hasPrefix("Usage: wg syncconf INTERFACE FILE\n"))
        #expect(host.output.contains("without a ListenPort the device chooses a new port"))
    }
}
