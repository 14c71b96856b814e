import Testing
import WGControl
import WGLinux
import WGModel

@testable import wg

private let k1 = key(1, PublicKey.self).base64
private let secret = key(0x50, PrivateKey.self).base64

private func run(_ command: String, _ text: String) -> (host: WgHost, status: wg.ExitStatus) {
    let host = WgHost(command, "wg0", "file.conf")
    host.files["file.conf"] = text
    return (host, host.run())
}

@Suite struct WgSetConfTests {
    @Test func setconfReplacesEverything() throws {
        let (host, status) = run("setconf", "[Peer]\nPublicKey = \(k1)\nEndpoint = host:5\nAllowedIPs = 10.0.0.0/8\n")
        #expect(status == .success)
        let peer = PeerChange(
            publicKey: key(1), endpoint: Endpoint("192.0.2.1:5"), replaceAllowedIPs: true,
            allowedIPs: [.add(try #require(IPPrefix("10.0.0.0/8")))])
        let expected = DeviceChange(privateKey: .zero, listenPort: 0, fwmark: 0, replacePeers: true, peers: [peer])
        #expect(host.fakeDevices.changes.map(\.change) == [expected])
        #expect(host.output.isEmpty)
        #expect(host.errors.isEmpty)
    }

    @Test func anEmptyFileWipesTheDeviceWithSetconfAndDoesNothingWithAddconf() {
        #expect(
            run("setconf", "").host.fakeDevices.changes.map(\.change) == [
                DeviceChange(privateKey: .zero, listenPort: 0, fwmark: 0, replacePeers: true)
            ])
        #expect(run("addconf", "").host.fakeDevices.changes.map(\.change) == [DeviceChange()])
    }

    @Test func addconfAppliesWhatTheFileSays() {
        let (host, status) = run("addconf", "[Interface]\nPrivateKey = \(secret)\nListenPort = 129 24\nFwMark = off\n")
        #expect(status == .success)
        #expect(
            host.fakeDevices.changes.map(\.change) == [
                DeviceChange(privateKey: key(0x50), listenPort: 12924, fwmark: 0)
            ])
    }

    @Test(arguments: ["setconf", "addconf"])
    func everyMistakeOfAFileIsShownAndNothingIsSet(command: String) {
        let (host, status) = run(command, "[Interface]\nListenPort = 70000\nPrivatKey = \(secret)\n")
        #expect(status == .failure)
        #expect(host.errors.contains("file.conf:2:14: error: ListenPort: `70000' is not a port: 0 to 65535\n"))
        #expect(host.errors.contains("file.conf:3:1: error: unknown key"))
        #expect(host.errors.contains("did you mean `PrivateKey'?"))
        #expect(host.errors.hasSuffix("\nConfiguration parsing error\n"))
        #expect(!host.errors.contains(secret.prefix(10)))
        #expect(host.fakeDevices.changes.isEmpty)
    }

    @Test func aKeyOfWgQuickIsAMistakeHere() {
        let (host, status) = run("setconf", "[Interface]\nAddress = 10.0.0.1/24\n")
        #expect(status == .failure)
        #expect(host.errors.contains("`Address' is a key of wg-quick(8), not of wg(8)"))
    }

    @Test func aWarningDoesNotStopTheFile() {
        let (host, status) = run("setconf", "[Peer]\nPublicKey = \(k1)\nAllowedIPs = 10.0.0.1/8\n")
        #expect(status == .success)
        #expect(host.errors.contains("warning: "))
        #expect(!host.errors.contains("Configuration parsing error"))
        #expect(host.fakeDevices.changes.count == 1)
    }

    @Test func aMissingFileIsNamed() {
        let host = WgHost("setconf", "wg0", "none")
        #expect(host.run() == .failure)
        #expect(host.errors == "Unable to read `none': No such file or directory\n")
    }

    @Test func aNameThatCanNotExistChangesNothing() {
        let (host, status) = run("setconf", "[Peer]\nPublicKey = \(k1)\nEndpoint = typo:5\n")
        #expect(status == .failure)
        #expect(host.errors == "Name or service not known: `typo:5'\n")
        #expect(host.fakeDevices.changes.isEmpty)
    }
}
