import TestSupport
import Testing
import WGModel
import WGUAPI

private let key1 = String(repeating: "11", count: 32)
private let zero = String(repeating: "00", count: 32)

private func parse(_ text: String) throws -> UAPIReply? {
    var parser = UAPIReplyParser(name: try InterfaceName("wg0"), now: now, scopes: { $0 == "eth0" ? 3 : nil })
    parser.append(Array(text.utf8)[...])
    return try parser.next()
}

@Suite struct UAPIReplyTests {
    @Test func randomStatesSurviveTheWireInPiecesOfAnySize() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let name = try InterfaceName("wg0")
        for _ in 0..<300 {
            let state = random.state(named: name)
            let bytes = UAPIEncoder.getReply(state)
            var parser = UAPIReplyParser(name: name, now: now)
            var reply: UAPIReply?
            let piece = Int.random(in: 1...80, using: &random)
            for start in stride(from: 0, to: bytes.count, by: piece) {
                #expect(reply == nil)
                parser.append(bytes[start..<min(start + piece, bytes.count)])
                reply = try parser.next()
            }
            #expect(reply == UAPIReply(errno: 0, device: state), "seed \(seed)")
        }
    }

    @Test func anAnswerCutOffAtAnyByteIsNotAnAnswer() throws {
        var random = SeededGenerator(seed: 3)
        let name = try InterfaceName("wg0")
        let bytes = UAPIEncoder.getReply(random.state(named: name))
        for length in 0..<bytes.count {
            var parser = UAPIReplyParser(name: name, now: now)
            parser.append(bytes[..<length])
            #expect(try parser.next() == nil)
        }
    }

    @Test(arguments: [
        ("errno=-98\n\n", Int32(98)), ("errno=98\n\n", 98), ("errno=0\n\n", 0), ("errno=-2147483648\n\n", .max),
    ])
    func theSignOfAnErrorDoesNotMatter(text: String, errno: Int32) throws {
        #expect(try parse(text)?.errno == errno)
    }

    @Test func boringtunsDialectIsUnderstood() throws {
        let reply = try parse(
            """
            own_public_key=\(key1)
            listen_port=51820
            daita_enabled=1
            public_key=\(zero)
            persistent_keepalive_interval=0
            endpoint=1.2.3.4:5
            last_handshake_time_sec=100
            last_handshake_time_nsec=7
            public_key=\(key1)
            last_handshake_time_sec=1700000000
            errno=0


            """)
        let device = try #require(reply).device
        #expect(device.publicKey == publicKey(0x11))
        #expect(device.privateKey == nil)
        #expect(
            device.peers.map(\.lastHandshake) == [
                HandshakeTime(seconds: now.seconds - 100, nanoseconds: 0),
                HandshakeTime(seconds: 1_700_000_000, nanoseconds: 0),
            ])
    }

    @Test func unknownKeysAndPeerKeysWithoutAPeerArePassedOver() throws {
        let reply = try parse("colour=blue\nallowed_ip=nonsense\nrx_bytes=x\nprivate_key=\(zero)\nerrno=0\n\n")
        #expect(reply == UAPIReply(errno: 0, device: DeviceState(name: try InterfaceName("wg0"))))
    }

    @Test func deviceKeysAfterAPeerArePassedOver() throws {
        let reply = try parse("listen_port=7\npublic_key=\(key1)\nlisten_port=x\nfwmark=1\nprivate_key=\nerrno=0\n\n")
        let device = try #require(reply).device
        #expect(device.listenPort == 7)
        #expect(device.fwmark == 0)
        #expect(device.privateKey == nil)
    }

    @Test func aZeroPresharedKeyIsNone() throws {
        let reply = try parse("public_key=\(key1)\npreshared_key=\(zero)\nendpoint=[fe80::1%eth0]:7\nerrno=0\n\n")
        let peer = try #require(reply?.device.peers.first)
        #expect(peer.presharedKey == nil)
        #expect(peer.endpoint?.scopeID == 3)
    }

    @Test(arguments: [
        ("listen_port\n", UAPIReplyError.missingEquals),
        ("\n", .missingErrno),
        ("listen_port=1\n\n", .missingErrno),
        ("listen_port=65536\n", .invalidValue(key: "listen_port")),
        ("fwmark=-1\n", .invalidValue(key: "fwmark")),
        ("private_key=12\n", .invalidValue(key: "private_key")),
        ("own_public_key=12\n", .invalidValue(key: "own_public_key")),
        ("public_key=\n", .invalidValue(key: "public_key")),
        ("public_key=\(key1)\nrx_bytes=18446744073709551616\n", .invalidValue(key: "rx_bytes")),
        ("public_key=\(key1)\nallowed_ip=1.2.3.4/64\n", .invalidValue(key: "allowed_ip")),
        ("public_key=\(key1)\nendpoint=[fe80::1%eth9]:7\n", .invalidValue(key: "endpoint")),
        (
            "public_key=\(key1)\nlast_handshake_time_sec=9223372036854775808\n",
            .invalidValue(key: "last_handshake_time_sec")
        ),
        ("errno=no\n", .invalidValue(key: "errno")),
        (String(repeating: "a", count: 1025), .lineTooLong),
        (String(repeating: "a", count: 1025) + "\n", .lineTooLong),
    ])
    func anUnreadableAnswerIsRefused(text: String, error: UAPIReplyError) {
        #expect(throws: error) { try parse(text) }
    }

    @Test func aFailureHasTheSignThatTheStockToolWants() {
        #expect(UAPIEncoder.failure(.set, errno: 98) == Array("errno=-98\n\n".utf8))
        #expect(UAPIEncoder.failure(.get, errno: -98) == Array("errno=98\n\n".utf8))
        let refused = UAPIError(.unknownKey, operation: .set, line: 2)
        #expect(UAPIEncoder.reply(to: refused) == Array("errno=-22\n\n".utf8))
    }

    @Test func aSetRequestHasTheOrderOfTheStockTool() throws {
        let change = DeviceChange(
            privateKey: .zero, listenPort: 1, fwmark: 0, replacePeers: true,
            peers: [
                PeerChange(publicKey: publicKey(0x11), remove: true, persistentKeepalive: 5),
                PeerChange(
                    publicKey: publicKey(0x11), updateOnly: true, presharedKey: .zero,
                    endpoint: Endpoint("[::1]:2"), persistentKeepalive: 3, replaceAllowedIPs: true,
                    allowedIPs: [.add(try prefix("10.0.0.0/8")), .remove(try prefix("::/0"))]),
            ])
        let expected = """
            set=1
            private_key=\(zero)
            listen_port=1
            fwmark=0
            replace_peers=true
            public_key=\(key1)
            remove=true
            public_key=\(key1)
            update_only=true
            preshared_key=\(zero)
            endpoint=[::1]:2
            persistent_keepalive_interval=3
            replace_allowed_ips=true
            allowed_ip=10.0.0.0/8
            allowed_ip=-::/0


            """
        #expect(String(decoding: UAPIEncoder.setRequest(change), as: UTF8.self) == expected)
    }
}
