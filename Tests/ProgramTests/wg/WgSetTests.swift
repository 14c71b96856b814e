import Testing
import WGControl
import WGLinux
import WGModel

@testable import wg

private let k1 = key(1, PublicKey.self).base64
private let k2 = key(2, PublicKey.self).base64
private let secret = key(0x50, PrivateKey.self).base64

private func host(_ words: String) -> WgHost {
    let host = WgHost(words: ["set", "wg0"] + words.split(separator: " ").map { $0 == "''" ? "" : String($0) })
    host.files = [
        "key": secret + "\n", "empty": "", "blank": "\n", "led": " " + secret, "two": "\(secret)\n\(secret)",
        "bad": String(repeating: "A", count: 44),
    ]
    return host
}

private func change(_ words: String) throws -> DeviceChange {
    let host = host(words)
    let status = host.run()
    #expect(status == .success, "\(host.errors)")
    #expect(host.output.isEmpty)
    #expect(host.fakeDevices.changes.map(\.name.text) == ["wg0"])
    return try #require(host.fakeDevices.changes.first).change
}

@Suite struct WgSetTests {
    @Test(arguments: [
        ("listen-port 5", DeviceChange(listenPort: 5)),
        ("listen-port domain", DeviceChange(listenPort: 53)),
        ("listen-port 0", DeviceChange(listenPort: 0)),
        ("fwmark 0xff", DeviceChange(fwmark: 255)),
        ("fwmark off", DeviceChange(fwmark: 0)),
        ("private-key key", DeviceChange(privateKey: key(0x50))),
        ("private-key empty", DeviceChange(privateKey: .zero)),
        ("fwmark 1 listen-port 2 fwmark 3", DeviceChange(listenPort: 2, fwmark: 3)),
        ("peer \(k1)", DeviceChange(peers: [PeerChange(publicKey: key(1))])),
        ("peer \(k1) remove", DeviceChange(peers: [PeerChange(publicKey: key(1), remove: true)])),
        (
            "peer \(k1) preshared-key key persistent-keepalive 25 endpoint host:9",
            DeviceChange(peers: [
                PeerChange(
                    publicKey: key(1), presharedKey: key(0x50), endpoint: Endpoint("192.0.2.1:9"),
                    persistentKeepalive: 25)
            ])
        ),
        (
            "peer \(k1) preshared-key empty persistent-keepalive off",
            DeviceChange(peers: [PeerChange(publicKey: key(1), presharedKey: .zero, persistentKeepalive: 0)])
        ),
        (
            "listen-port 1 peer \(k1) endpoint [::1]:2 peer \(k2) endpoint host:3 peer \(k1) remove",
            DeviceChange(
                listenPort: 1,
                peers: [
                    PeerChange(publicKey: key(1), endpoint: Endpoint("[::1]:2")),
                    PeerChange(publicKey: key(2), endpoint: Endpoint("192.0.2.1:3")),
                    PeerChange(publicKey: key(1), remove: true),
                ])
        ),
    ])
    func wordsBecomeOneChange(words: String, expected: DeviceChange) throws {
        #expect(try change(words) == expected)
    }

    @Test(arguments: [
        ("10.0.0.0/8,::1", true, ["10.0.0.0/8", "::1/128"]), ("''", true, []),
        ("+10.0.0.0/8,-::1", false, ["10.0.0.0/8", "-::1/128"]),
        ("10.0.0.0/8 allowed-ips +::1", false, ["10.0.0.0/8", "::1/128"]),
        ("+10.0.0.0/8 allowed-ips ::1", true, ["10.0.0.0/8", "::1/128"]),
    ])
    func allowedIPsReplaceUnlessTheyAreSigned(words: String, replaces: Bool, entries: [String]) throws {
        let peer = try #require(try change("peer \(k1) allowed-ips \(words)").peers.first)
        #expect(peer.replaceAllowedIPs == replaces)
        let shown = peer.allowedIPs.map { change in
            switch change {
            case .add(let prefix): "\(prefix)"
            case .remove(let prefix): "-\(prefix)"
            }
        }
        #expect(shown == entries)
    }

    @Test(arguments: [
        ("foo", "foo (word 2 after `set': expected listen-port, fwmark, private-key or peer)"),
        ("remove", "remove (word 2 after `set': expected listen-port, fwmark, private-key or peer)"),
        ("listen-port", "listen-port (word 2 after `set': its value is missing)"),
        (
            "listen-port 70000",
            "listen-port `70000' (word 3 after `set') is not a port: 0 to 65535; the stock tools would take 4464"
        ),
        ("listen-port ''", "listen-port `' (word 3 after `set') is empty"),
        (
            "fwmark 0X10",
            "fwmark `0X10' (word 3 after `set') is neither a number (decimal, or 0x and hexadecimal) nor off"
        ),
        (
            "peer abc",
            "peer `abc' (word 3 after `set') is not a key: 44 characters of base64 are wanted, these are 3"
        ),
        (
            "peer \(k1) listen-port 5",
            "listen-port (word 4 after `set': expected remove, preshared-key, endpoint, persistent-keepalive,"
                + " allowed-ips or peer)"
        ),
        ("peer \(k1) endpoint host", "endpoint `host' (word 5 after `set') has no port: HOST:PORT is wanted"),
        (
            "peer \(k1) endpoint host:70000",
            "endpoint `host:70000' (word 5 after `set') is not a port: 0 to 65535; the stock tools would take 4464"
        ),
        (
            "peer \(k1) allowed-ips 1.2.3.4/33",
            "allowed-ips `1.2.3.4/33' (word 5 after `set') is too long a prefix: the address has 32 bits"
        ),
        (
            "peer \(k1) persistent-keepalive 65536",
            "persistent-keepalive `65536' (word 5 after `set') is out of range: 0 to 65535 seconds"
        ),
        ("private-key none", "private-key `none' (word 3 after `set'): can't read the file: No such file or directory"),
        (
            "private-key blank",
            "private-key `blank' (word 3 after `set'): the file doesn't begin with a key, 44 characters of base64"
        ),
        (
            "private-key bad",
            "private-key `bad' (word 3 after `set'): the file doesn't begin with a key, 44 characters of base64"
        ),
        (
            "private-key led",
            "private-key `led' (word 3 after `set'): something other than white space follows the key in the file"
        ),
        (
            "peer \(k1) preshared-key two",
            "preshared-key `two' (word 5 after `set'): something other than white space follows the key in the file"
        ),
    ])
    func aWrongWordIsNamedAndNothingIsSet(words: String, text: String) {
        let host = host(words)
        #expect(host.run() == .failure)
        #expect(host.errors == "Invalid argument: \(text)\n")
        #expect(host.fakeDevices.changes.isEmpty)
    }

    /// Instead of the name of a file with it, or where no key is wanted.
    @Test(arguments: [
        "private-key \(secret)", "peer \(k1) preshared-key \(secret)", "\(secret)", "fwmark \(secret)",
        "peer \(k1) endpoint \(secret)", "peer \(k1) allowed-ips 1.2.3.4/32,\(secret)", "private-key key \(secret)",
    ])
    func aKeyOnTheCommandLineIsNotShownAgain(words: String) {
        let host = host(words)
        #expect(host.run() == .failure)
        #expect(host.errors.contains("***") && !host.errors.contains(secret.dropLast(2)))
    }

    @Test(arguments: ["bad", "led", "two"])
    func theContentsOfAKeyFileAreNeverShown(file: String) {
        let host = host("private-key \(file)")
        #expect(host.run() == .failure)
        #expect(!host.errors.contains(secret.prefix(8)))
        #expect(!host.errors.contains("AAAA"))
    }

    @Test(arguments: [
        ("listen-port nonsense", "Servname not supported for ai_socktype: `nonsense'\n"),
        ("peer \(k1) endpoint typo:5", "Name or service not known: `typo:5'\n"),
    ])
    func aNameThatCanNotExistFailsAtOnce(words: String, errors: String) {
        let host = host(words)
        #expect(host.run() == .failure)
        #expect(host.errors == errors)
        #expect(host.fakeResolver.waits == 0)
        #expect(host.fakeDevices.changes.isEmpty)
    }

    @Test func everyNameThatCanNotExistIsToldAndNothingIsSet() {
        let host = host("peer \(k1) endpoint typo:5 peer \(k2) endpoint host:5 peer \(k1) endpoint wrong:6")
        #expect(host.run() == .failure)
        #expect(host.errors == "Name or service not known: `typo:5'\nName or service not known: `wrong:6'\n")
        #expect(host.fakeDevices.changes.isEmpty)
    }

    @Test func aNameThatIsSlowIsAskedForAgain() throws {
        let host = host("peer \(k1) endpoint slow:5")
        #expect(host.run() == .success)
        #expect(
            host.errors == """
                Try later: `slow:5'. Trying again in 1.00 seconds...
                Try later: `slow:5'. Trying again in 1.20 seconds...

                """)
        #expect(host.fakeDevices.changes.first?.change.peers.first?.endpoint == Endpoint("192.0.2.2:5"))
    }

    @Test(arguments: [("0", 0), ("1", 1)])
    func theEnvironmentLimitsTheRetries(value: String, waits: Int) {
        let host = host("peer \(k1) endpoint slow:5")
        host.variables["WG_ENDPOINT_RESOLUTION_RETRIES"] = value
        #expect(host.run() == .failure)
        #expect(host.errors.hasSuffix("Try later: `slow:5'\n"))
        #expect(host.fakeResolver.waits == waits)
    }

    @Test func hostBitsAreWarnedOf() {
        let host = host("peer \(k1) allowed-ips 10.1.2.3/8,10.0.0.0/8,fd00::1/64 remove")
        #expect(host.run() == .success)
        #expect(
            host.errors == """
                Warning: AllowedIP has nonzero host part: 10.1.2.3/8 (the device makes 10.0.0.0/8 of it)
                Warning: AllowedIP has nonzero host part: fd00::1/64 (the device makes fd00::/64 of it)

                """)
    }

    @Test func aWrongNumberOfRetriesIsRefused() {
        let host = host("listen-port 5")
        host.variables["WG_ENDPOINT_RESOLUTION_RETRIES"] = "many"
        #expect(host.run() == .failure)
        #expect(
            host.errors == "Unable to parse WG_ENDPOINT_RESOLUTION_RETRIES: `many' is neither a number nor `infinity'\n"
        )
        #expect(host.fakeDevices.changes.isEmpty)
    }

    @Test(
        arguments: [
            (Errno.noSuchDevice, nil, "No such device (there is no `wg0' in this network namespace)"),
            (
                .addressInUse, nil,
                "Address already in use (another socket has the port that `wg0' is to listen on)"
            ),
            (.invalidArgument, "no such thing", "Invalid argument (no such thing; `wg0')"),
        ] as [(Errno, String?, String)])
    func aRefusalIsExplained(errno: Errno, kernelText: String?, text: String) throws {
        let host = host("listen-port 5")
        let name = try InterfaceName("wg0")
        host.fakeDevices.failures[name] = ControlError(.set, name, .kernel, errno, kernelText: kernelText)
        #expect(host.run() == .failure)
        #expect(host.errors == "Unable to modify interface: \(text)\n")
    }
}
