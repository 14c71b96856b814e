import Testing
import WGModel

@testable import wg

private func show(_ variables: [String: String] = [:], isTerminal: Bool = false) throws -> String {
    let host = WgHost("show", "wg0")
    host.fakeDevices.states = [try sampleState("wg0")]
    host.variables = variables
    host.outputIsTerminal = isTerminal
    #expect(host.run() == .success)
    return host.output
}

/// The line of one peer that begins with a label.
private func line(_ label: String, _ change: (inout PeerState) -> Void) throws -> Substring? {
    let host = WgHost("show", "wg0")
    var peer = PeerState(publicKey: key(1))
    change(&peer)
    host.fakeDevices.states = [DeviceState(name: try InterfaceName("wg0"), peers: [peer])]
    #expect(host.run() == .success)
    return host.output.split(separator: "\n").first { $0.hasPrefix("  \(label): ") }?.dropFirst(label.count + 4)
}

private let now: Int64 = 1_800_000_000

@Suite struct WgPrettyTests {
    @Test func aDeviceIsShownWithItsNewestPeerFirstAndSecretsHidden() throws {
        let expected = """
            interface: wg0
              public key: \(key(0x71, PublicKey.self).base64)
              private key: (hidden)
              listening port: 51820
              fwmark: 0xca6c

            peer: \(key(2, PublicKey.self).base64)
              endpoint: [fe80::1%eth0]:5
              allowed ips: (none)
              latest handshake: 10 seconds ago
              transfer: 7 B received, 0 B sent

            peer: \(key(1, PublicKey.self).base64)
              preshared key: (hidden)
              endpoint: 192.0.2.1:7
              allowed ips: 10.0.0.0/8, fd00::/64
              latest handshake: 16 minutes, 40 seconds ago
              transfer: 1.00 KiB received, 1023 B sent
              persistent keepalive: every 25 seconds

            peer: \(key(3, PublicKey.self).base64)
              allowed ips: 1.2.3.4/32

            """
        #expect(try show() == expected)
    }

    @Test func aBareDeviceHasOneLine() throws {
        let host = WgHost("show", "wg0")
        host.fakeDevices.states = [DeviceState(name: try InterfaceName("wg0"))]
        #expect(host.run() == .success)
        #expect(host.output == "interface: wg0\n")
    }

    @Test func peersWithoutHandshakeKeepTheirOrder() throws {
        let host = WgHost("show", "wg0")
        let peers = (1...20).map { PeerState(publicKey: key($0)) }
        host.fakeDevices.states = [DeviceState(name: try InterfaceName("wg0"), peers: peers)]
        #expect(host.run() == .success)
        let shown = host.output.split(separator: "\n").filter { $0.hasPrefix("peer: ") }.map { $0.dropFirst(6) }
        #expect(shown.map(String.init) == peers.map(\.publicKey.base64))
    }

    @Test(arguments: [("never", false), ("Never", true), ("", true), ("always", true)])
    func onlyTheWordNeverShowsSecrets(value: String, areHidden: Bool) throws {
        let output = try show(["WG_HIDE_KEYS": value])
        #expect(output.contains("private key: (hidden)") == areHidden)
        #expect(output.contains("preshared key: (hidden)") == areHidden)
        #expect(output.contains(key(0x70, PrivateKey.self).base64) == !areHidden)
        #expect(output.contains(key(9, PresharedKey.self).base64) == !areHidden)
    }

    @Test(
        arguments: [
            ([:], false, false), ([:], true, true),
            (["WG_COLOR_MODE": "always"], false, true), (["WG_COLOR_MODE": "never"], true, false),
            (["WG_COLOR_MODE": "auto"], true, true), (["WG_COLOR_MODE": "auto"], false, false),
            (["NO_COLOR": "1"], true, false), (["NO_COLOR": ""], true, true),
            (["NO_COLOR": "1", "WG_COLOR_MODE": "always"], false, true),
        ] as [([String: String], Bool, Bool)])
    func colourFollowsTheEnvironmentThenTheTerminal(
        variables: [String: String], isTerminal: Bool, isColoured: Bool
    ) throws {
        #expect(try show(variables, isTerminal: isTerminal).contains("\u{1b}") == isColoured)
    }

    @Test func theColoursAreThoseOfTheStockTool() throws {
        let lines = try show(["WG_COLOR_MODE": "always"]).split(separator: "\n").map {
            $0.split(separator: "\u{1b}[", omittingEmptySubsequences: false).joined(separator: "^")
        }
        let k1 = key(1, PublicKey.self).base64
        let expected = [
            "^0m^32m^1minterface^0m: ^32mwg0^0m",
            "  ^1mpublic key^0m: \(key(0x71, PublicKey.self).base64)",
            "  ^1mfwmark^0m: 0xca6c",
            "^33m^1mpeer^0m: ^33m\(k1)^0m",
            "  ^1mpreshared key^0m: (hidden)",
            "  ^1mallowed ips^0m: 10.0.0.0^36m/^0m8, fd00::^36m/^0m64",
            "  ^1mlatest handshake^0m: 16 ^36mminutes^0m, 40 ^36mseconds^0m ago",
            "  ^1mtransfer^0m: 1.00 ^36mKiB^0m received, 1023 ^36mB^0m sent",
            "  ^1mpersistent keepalive^0m: every 25 ^36mseconds^0m",
        ]
        for line in expected { #expect(lines.contains(line)) }
    }

    @Test(
        arguments: [
            (0, "Now"), (1, "1 second ago"), (59, "59 seconds ago"), (60, "1 minute ago"),
            (61, "1 minute, 1 second ago"),
            (3600, "1 hour ago"), (3601, "1 hour, 1 second ago"), (86_400, "1 day ago"), (604_800, "7 days ago"),
            (31_536_000, "1 year ago"), (63_162_061, "2 years, 1 day, 1 hour, 1 minute, 1 second ago"),
            (-1, "(\(Messages.clockWentBackwards))"),
        ] as [(Int64, String)])
    func anAgeIsSpeltOut(seconds: Int64, text: String) throws {
        let shown = try line("latest handshake") {
            $0.lastHandshake = HandshakeTime(seconds: now - seconds, nanoseconds: 0)
        }
        #expect(shown.map(String.init) == text)
    }

    @Test func theOldestTimeOfAllIsShownToo() throws {
        let shown = try line("latest handshake") { $0.lastHandshake = HandshakeTime(seconds: .min, nanoseconds: 0) }
        #expect(shown != nil)
    }

    @Test(arguments: [
        (UInt16(1), "every 1 second"), (25, "every 25 seconds"), (7200, "every 2 hours"),
        (65535, "every 18 hours, 12 minutes, 15 seconds"),
    ])
    func aKeepaliveIsSpeltOut(seconds: UInt16, text: String) throws {
        #expect(try line("persistent keepalive") { $0.persistentKeepalive = seconds }.map(String.init) == text)
    }

    @Test(arguments: [
        (UInt64(1), "1 B"), (1023, "1023 B"), (1024, "1.00 KiB"), (1536, "1.50 KiB"), (1_048_575, "1024.00 KiB"),
        (1_048_576, "1.00 MiB"), (5_000_000, "4.77 MiB"), (1 << 30, "1.00 GiB"), (1 << 40, "1.00 TiB"),
        (7_000_000_000_000_000, "6366.46 TiB"), (.max, "16777216.00 TiB"), (1029, "1.00 KiB"), (1034, "1.01 KiB"),
        (1152, "1.12 KiB"), (1408, "1.38 KiB"), (9_007_336_693_694_465, "8192.12 TiB"),
    ])
    func bytesHaveTwoDecimalsOfTheLargestUnit(count: UInt64, text: String) throws {
        #expect(try line("transfer") { $0.receivedBytes = count }.map(String.init) == "\(text) received, 0 B sent")
    }
}
