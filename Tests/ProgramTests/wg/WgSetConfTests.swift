import Testing
import WGControl
import WGLinux
import WGModel

@testable import wg

private let k1 = key(1, PublicKey.self).base64
private let k2 = key(2, PublicKey.self).base64
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
        #expect(host.errors.contains("file.conf:2:14: error: ListenPort: `70000' is not a port: 0 to 65535; the stock"))
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

    @Test(arguments: ["setconf", "addconf"])
    func aPeerWhoseNameHasNoAddressIsToldAndTheRestIsApplied(command: String) {
        let text = """
            [Peer]
            PublicKey = \(k1)
            Endpoint = host:5
            [Peer]
            PublicKey = \(k2)
              Endpoint = typo:6 # Zürich
            AllowedIPs = 10.0.0.0/8
            """
        let (host, status) = run(command, text)
        #expect(status == .failure)
        #expect(
            host.errors
                == "Name or service not known: `typo:6' (file.conf:6:14, the endpoint of peer \(k2))\n")
        let peers = host.fakeDevices.changes.first?.change.peers
        #expect(peers?.map(\.publicKey) == [key(1), key(2)])
        #expect(peers?.map(\.endpoint) == [Endpoint("192.0.2.1:5"), nil])
        #expect(peers?.last?.allowedIPs.count == 1)
    }

    @Test func everyFailingNameIsToldAndASlowOneIsWaitedFor() {
        let hosts = ["typo", "slow", "wrong"]
        let text = hosts.map { "[Peer]\nPublicKey = \(k1)\nEndpoint = \($0):5\n" }.joined()
        let (host, status) = run("addconf", text)
        #expect(status == .failure)
        let lines = host.errors.split(separator: "\n")
        #expect(lines.count { $0.contains("file.conf:3:12") && $0.contains("`typo:5'") } == 1)
        #expect(lines.count { $0.contains("file.conf:9:12") && $0.contains("`wrong:5'") } == 1)
        #expect(lines.count { $0.hasSuffix("seconds...") } == 2)
        #expect(
            host.fakeDevices.changes.first?.change.peers.map(\.endpoint) == [nil, Endpoint("192.0.2.2:5"), nil])
    }

    @Test func aPortThatIsNoServiceIsAMistakeOfTheFile() {
        let text = """
            [Interface]
            ListenPort = no
            [Peer]
            PublicKey = \(k1)
            Endpoint = typo:5
            [Peer]
            PublicKey = \(k2)
            Endpoint = host:nonsense
            """
        let (host, status) = run("setconf", text)
        #expect(status == .failure)
        #expect(
            host.errors == """
                file.conf:2:14: error: ListenPort: `no' is neither a port number nor a service name
                file.conf:8:12: error: Endpoint: `nonsense' is neither a port number nor a service name
                Configuration parsing error

                """)
        #expect(host.fakeDevices.changes.isEmpty)
        #expect(host.fakeResolver.questions.isEmpty)
    }

    @Test(arguments: ["[::g]:1", "1.2.3.999:5", "10.0.0.0.1:5", "host:5:6"])
    func anAddressThatIsNoneIsAMistakeOfTheFile(endpoint: String) {
        let (host, status) = run("setconf", "[Peer]\nPublicKey = \(k1)\nEndpoint = \(endpoint)\n")
        #expect(status == .failure)
        #expect(host.errors.contains("file.conf:3:1"))
        #expect(host.errors.contains("is not an IP address\n"))
        #expect(host.fakeDevices.changes.isEmpty)
        #expect(host.fakeResolver.questions.isEmpty)
    }
}
