import Testing
import WGControl
import WGLinux
import WGModel

@testable import wg

private func run(_ words: String..., names: [String] = ["wg0"]) throws -> WgHost {
    let host = WgHost(words: words)
    host.fakeDevices.states = try names.map(sampleState)
    #expect(host.run() == .success)
    #expect(host.errors.isEmpty)
    return host
}

private let k1 = key(1, PublicKey.self).base64
private let k2 = key(2, PublicKey.self).base64
private let k3 = key(3, PublicKey.self).base64
private let psk = key(9, PresharedKey.self).base64
private let privateText = key(0x70, PrivateKey.self).base64
private let publicText = key(0x71, PublicKey.self).base64

@Suite struct WgShowTests {
    @Test(arguments: [
        ("public-key", ["\(publicText)"]),
        ("private-key", ["\(privateText)"]),
        ("listen-port", ["51820"]),
        ("fwmark", ["0xca6c"]),
        ("peers", [k3, k1, k2]),
        ("preshared-keys", ["\(k3)\t(none)", "\(k1)\t\(psk)", "\(k2)\t(none)"]),
        ("endpoints", ["\(k3)\t(none)", "\(k1)\t192.0.2.1:7", "\(k2)\t[fe80::1%eth0]:5"]),
        ("allowed-ips", ["\(k3)\t1.2.3.4/32", "\(k1)\t10.0.0.0/8 fd00::/64", "\(k2)\t(none)"]),
        ("latest-handshakes", ["\(k3)\t0", "\(k1)\t1799999000", "\(k2)\t1799999990"]),
        ("transfer", ["\(k3)\t0\t0", "\(k1)\t1024\t1023", "\(k2)\t7\t0"]),
        ("persistent-keepalive", ["\(k3)\toff", "\(k1)\t25", "\(k2)\toff"]),
        (
            "dump",
            [
                "\(privateText)\t\(publicText)\t51820\t0xca6c",
                "\(k3)\t(none)\t(none)\t1.2.3.4/32\t0\t0\t0\toff",
                "\(k1)\t\(psk)\t192.0.2.1:7\t10.0.0.0/8,fd00::/64\t1799999000\t1024\t1023\t25",
                "\(k2)\t(none)\t[fe80::1%eth0]:5\t(none)\t1799999990\t7\t0\toff",
            ]
        ),
    ])
    func aFieldIsPrintedInColumns(field: String, lines: [String]) throws {
        #expect(try run("show", "wg0", field).output == lines.map { $0 + "\n" }.joined())
        let all = try run("show", "all", field, names: ["wg0", "wg1"])
        let expected = ["wg0", "wg1"].flatMap { name in lines.map { "\(name)\t\($0)\n" } }
        #expect(all.output == expected.joined())
    }

    @Test(arguments: [
        ("public-key", "(none)\n"), ("private-key", "(none)\n"), ("listen-port", "0\n"), ("fwmark", "off\n"),
        ("peers", ""), ("endpoints", ""), ("dump", "(none)\t(none)\t0\toff\n"),
    ])
    func aBareDeviceHasWordsForNothing(field: String, output: String) throws {
        let host = WgHost("show", "wg0", field)
        host.fakeDevices.states = [DeviceState(name: try InterfaceName("wg0"))]
        #expect(host.run() == .success)
        #expect(host.output == output)
    }

    @Test func everyFieldIsTested() {
        #expect(ShowField.allCases.count == 13)
    }

    @Test func theNamesStandOnOneLine() throws {
        #expect(try run("show", "interfaces", names: ["wg0", "wg1"]).output == "wg0 wg1\n")
        #expect(try run("show", "interfaces", names: []).output == "")
    }

    @Test func withoutDevicesThereIsNothingToShow() throws {
        #expect(try run("show", names: []).output == "")
        #expect(try run("show", "all", "dump", names: []).output == "")
    }

    @Test func oneBlankLineStandsBetweenDevices() throws {
        let one = try run("show", "wg0").output
        let two = try run(names: ["wg0", "wg1"]).output
        let second = one.replacingFirst("wg0", with: "wg1")
        #expect(two == one + "\n" + second)
    }

    @Test func showconfIsAConfigurationFile() throws {
        let expected = """
            [Interface]
            ListenPort = 51820
            FwMark = 0xca6c
            PrivateKey = \(privateText)

            [Peer]
            PublicKey = \(k3)
            AllowedIPs = 1.2.3.4/32

            [Peer]
            PublicKey = \(k1)
            PresharedKey = \(psk)
            AllowedIPs = 10.0.0.0/8, fd00::/64
            Endpoint = 192.0.2.1:7
            PersistentKeepalive = 25

            [Peer]
            PublicKey = \(k2)
            Endpoint = [fe80::1%eth0]:5

            """
        #expect(try run("showconf", "wg0").output == expected)
    }
}

@Suite struct WgShowFailureTests {
    @Test(arguments: [["show", "wg0", "peers"], ["show", "all", "peers"], ["showconf", "wg0"]])
    func anIncompleteDeviceIsShownWithAWarning(words: [String]) throws {
        let host = WgHost(words: words)
        host.fakeDevices.states = [
            DeviceState(
                name: try InterfaceName("wg0"),
                peers: [PeerState(publicKey: PublicKey(bytes: KeyBytes(repeating: 1)))], isComplete: false)
        ]
        #expect(host.run() == .success)
        #expect(host.output.contains("AQEBAQEB"))
        #expect(host.errors == "Warning: wg0 kept changing while it was read, so peers may be missing here\n")
    }

    @Test(arguments: [
        (Errno.noSuchDevice, "No such device (there is no `wg7' in this network namespace)"),
        (.notSupported, "Operation not supported (`wg7' is not a WireGuard interface)"),
        (
            .notPermitted,
            "Operation not permitted (`wg7': root or CAP_NET_ADMIN is needed in this network namespace)"
        ),
        (
            .protocolNotSupported,
            "Protocol not supported (`wg7': the kernel's wireguard module is not loaded, and no engine has such a socket)"
        ),
    ])
    func theKernelsRefusalIsExplained(errno: Errno, text: String) throws {
        let name = try InterfaceName("wg7")
        for words in [["show", "wg7"], ["show", "wg7", "dump"], ["showconf", "wg7"]] {
            let host = WgHost(words: words)
            host.fakeDevices.failures[name] = ControlError(.get, name, .kernel, errno)
            #expect(host.run() == .failure)
            #expect(host.errors == "Unable to access interface: \(text)\n")
            #expect(host.output.isEmpty)
        }
    }

    @Test(arguments: [
        (Errno.timedOut, ControlError.ReplyFault?.none, "Connection timed out (the engine at /run/x doesn't answer)"),
        (.protocolError, .cutShort, "Protocol error (the engine at /run/x broke off its answer)"),
        (
            .protocolError, .invalidValue(key: "fwmark"),
            "Protocol error (the engine at /run/x answers with a bad value of fwmark)"
        ),
    ])
    func anEnginesFailureNamesItsSocket(errno: Errno, fault: ControlError.ReplyFault?, text: String) throws {
        let name = try InterfaceName("wg7")
        let host = WgHost("show", "wg7")
        host.fakeDevices.failures[name] = ControlError(
            .get, name, .engine(socket: "/run/x"), errno, replyError: fault)
        #expect(host.run() == .failure)
        #expect(host.errors == "Unable to access interface: \(text)\n")
    }

    @Test(arguments: [
        ("sixteencharacter", "File name too long (`sixteencharacter': at most 15 bytes)"),
        ("", "Invalid argument (the name is empty)"),
        ("a/b", "No such device (`a/b' can't be the name of an interface)"),
    ])
    func anImpossibleNameIsRefusedByEveryCommand(name: String, text: String) {
        for words in [["show", name], ["showconf", name]] {
            let host = WgHost(words: words)
            #expect(host.run() == .failure)
            #expect(host.errors == "Unable to access interface: \(text)\n")
        }
        for words in [["set", name, "fwmark", "1"], ["setconf", name, "f"], ["addconf", name, "f"]] {
            let host = WgHost(words: words)
            host.files["f"] = ""
            #expect(host.run() == .failure)
            #expect(host.errors == "Unable to modify interface: \(text)\n")
        }
    }

    @Test func oneUnreadableDeviceIsLeftOut() throws {
        let host = WgHost("show", "all", "listen-port")
        host.fakeDevices.states = [try sampleState("wg0"), try sampleState("wg1")]
        let name = try InterfaceName("wg0")
        host.fakeDevices.failures[name] = ControlError(.get, name, .kernel, .noSuchDevice)
        #expect(host.run() == .success)
        #expect(host.output == "wg1\t51820\n")
        #expect(host.errors.hasPrefix("Unable to access interface wg0: No such device"))
    }

    @Test func onlyUnreadableDevicesAreAFailure() throws {
        let host = WgHost("show")
        host.fakeDevices.states = [try sampleState("wg0")]
        let name = try InterfaceName("wg0")
        host.fakeDevices.failures[name] = ControlError(.get, name, .kernel, .notPermitted)
        #expect(host.run() == .failure)
        #expect(host.output.isEmpty)
    }

    @Test(arguments: [["show"], ["show", "interfaces"], ["show", "all", "dump"]])
    func aListThatFailsIsAFailure(words: [String]) {
        let host = WgHost(words: words)
        host.fakeDevices.listFailure = ControlError(.list, nil, .kernel, .notPermitted)
        #expect(host.run() == .failure)
        #expect(host.errors.hasPrefix("Unable to list interfaces: Operation not permitted"))
    }
}

extension String {
    func replacingFirst(_ old: String, with new: String) -> String {
        guard let range = firstRange(of: old) else { return self }
        return String(self[..<range.lowerBound]) + new + String(self[range.upperBound...])
    }
}
