import TestSupport
import Testing
import WGModel

@testable import WGNetlink

/// However a change is split into messages, the device ends up the same.
struct SplitTests {
    @Test("any limit gives the device that the change means", arguments: 0..<8 as Range<UInt64>)
    func anyLimit(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let change = Self.change(using: &random)
        var before = ModelKernel()
        before.apply(Self.change(using: &random))
        var expected = before
        expected.apply(change)
        for limit in [-1, 0, 1] + Array(stride(from: 28, to: 1200, by: 9)) + [
            4096, 32_768, 65_532, 65_536, 70_000, .max,
        ] {
            var kernel = before
            let messages = try Self.messages(change, limit: limit)
            for message in messages {
                let isSound = kernel.apply(message)
                #expect(isSound, "seed \(seed), limit \(limit)")
                // One element and its peer's key at most, where the limit is too small for anything.
                #expect(message.count <= max(limit, 28 + 4 + 4 + 36 + 8 + 36 + 32 + 8 + 4 + 48))
            }
            #expect(kernel == expected, "seed \(seed), limit \(limit)")
            #expect(kernel.longestNest < 65_536)
        }
    }

    @Test("a limit that everything fits in gives one message; a page gives several that fill it")
    func messageCounts() throws {
        let change = Self.uniform(peers: 100, allowedIPs: 10)
        #expect(try Self.messages(change, limit: .max).count == 1)
        let pages = try Self.messages(change, limit: 4096)
        #expect(pages.dropLast().allSatisfy { (4096 - 48)...4096 ~= $0.count })
    }

    @Test("one allowed IP below, at and above what a message can hold of a peer", arguments: -1...1)
    func allowedIPEdge(excess: Int) throws {
        // Headers of 4 bytes for the peers, the peer and the list; 36 for the key, 8 for flags; 28 for an IPv4 prefix and
        // 40 for an IPv6 one: 65 532, the longest that there can be.
        #expect(4 + 4 + 36 + 8 + 4 + 7 * 28 + 1632 * 40 == DeviceChangeEncoder.longestNest)
        let prefixes = (0..<1639 + excess).map { IPPrefix(host: $0 < 7 ? .v4(UInt32($0)) : .v6(UInt128($0))) }
        let peer = PeerChange(
            publicKey: Self.key(1), replaceAllowedIPs: true, allowedIPs: prefixes.map { .add($0) })
        let kernel = try Self.applied(DeviceChange(replacePeers: true, peers: [peer]), messages: excess > 0 ? 2 : 1)
        #expect(kernel.longestNest == DeviceChangeEncoder.longestNest + min(excess, 0) * 40)
        #expect(kernel.peers[Self.key(1)]?.allowedIPs == Set(prefixes))
    }

    @Test("one peer below, at and above what a message can hold", arguments: -1...1)
    func peerEdge(excess: Int) throws {
        // 4 bytes for the header, 36 for the key, 8 for flags; 20 more for an endpoint.
        #expect(4 + 10 * 68 + 1351 * 48 == DeviceChangeEncoder.longestNest)
        let peers = (0..<1361 + excess).map { number in
            PeerChange(
                publicKey: Self.key(number), endpoint: number < 10 ? Endpoint(address: .v4(1), port: 2) : nil,
                replaceAllowedIPs: true)
        }
        let kernel = try Self.applied(DeviceChange(replacePeers: true, peers: peers), messages: excess > 0 ? 2 : 1)
        #expect(kernel.longestNest == DeviceChangeEncoder.longestNest + min(excess, 0) * 48)
        #expect(Set(kernel.peers.keys) == Set(peers.map(\.publicKey)))
    }

    @Test("the device's own attributes take no room from the peers")
    func deviceBesidePeers() throws {
        var change = DeviceChange(privateKey: .zero, listenPort: 1, fwmark: 1, replacePeers: true)
        change.peers = (0..<1365).map { PeerChange(publicKey: Self.key($0), updateOnly: true) }
        _ = try Self.applied(change, messages: 1)
    }

    @Test("a socket that takes less gets less, and everything arrives")
    func smallSocketBuffer() throws {
        var kernel = ModelKernel()
        var refusals = 0
        let transport = ScriptedTransport { request in
            guard request[4] != 0x10 else { return Datagram.wireGuardFamily }
            guard request.count <= 5000 else {
                refusals += 1
                return [Datagram.refusal(90)]
            }
            return kernel.apply(request) ? [Datagram.acknowledgement] : [Datagram.refusal(22)]
        }
        let family = try WireGuardFamily(
            connection: NetlinkConnection(transport), messageLimit: WireGuardFamily.defaultMessageLimit)
        let change = Self.uniform(peers: 20, allowedIPs: 200)
        try family.set(InterfaceName("wg0"), change)
        var expected = ModelKernel()
        expected.apply(change)
        #expect(kernel == expected)
        #expect(refusals == 4)
    }

    private static func key(_ number: Int) -> PublicKey {
        PublicKey(bytes: KeyBytes { $0 < 4 ? UInt8(number >> (8 * $0) & 255) : 9 })
    }

    /// What the kernel then has, after exactly so many messages.
    private static func applied(_ change: DeviceChange, messages count: Int) throws -> ModelKernel {
        let messages = try messages(change, limit: WireGuardFamily.defaultMessageLimit)
        #expect(messages.count == count)
        var kernel = ModelKernel()
        for message in messages {
            let isSound = kernel.apply(message)
            #expect(isSound)
        }
        #expect(kernel.longestNest < 65_536)
        return kernel
    }

    @Test("an attribute that passes 65 535 bytes makes the message unsendable")
    func overlongAttribute() {
        for excess in [0, 1] {
            var message = MessageBuilder(type: 1, flags: 1, sequence: 1)
            message.nest(1) { nest in
                nest.put(2, [UInt8](repeating: 0, count: 65_516 + 4 * excess))
                nest.put(3, UInt32(1))
            }
            #expect((message.finished() == nil) == (excess == 1))
            var single = MessageBuilder(type: 1, flags: 1, sequence: 1)
            single.put(1, [UInt8](repeating: 0, count: 65_531 + excess))
            #expect((single.finished() == nil) == (excess == 1))
        }
    }

    @Test("a request that can't be sent is an error before the socket sees it")
    func unsendable() {
        let transport = ScriptedTransport([])
        var message = MessageBuilder(type: 1, flags: 1, sequence: 1)
        message.put(1, [UInt8](repeating: 0, count: 70_000))
        let error = #expect(throws: NetlinkError.self) {
            try NetlinkConnection(transport).exchange(.setDevice, message, sequence: 1)
        }
        #expect(error?.reason == .requestTooLong)
        #expect(transport.requests.isEmpty)
    }

    static func messages(_ change: DeviceChange, limit: Int) throws -> [[UInt8]] {
        var encoder = DeviceChangeEncoder(family: 0x1c, name: try InterfaceName("wg0"), change: change, limit: limit)
        var messages: [[UInt8]] = []
        while let message = encoder.next(sequence: UInt32(messages.count)) {
            messages.append(try #require(message.finished()))
        }
        return messages
    }

    private static func uniform(peers: Int, allowedIPs: Int) -> DeviceChange {
        let peers = (0..<peers).map { peer in
            PeerChange(
                publicKey: PublicKey(bytes: KeyBytes { UInt8(truncatingIfNeeded: peer + 1 + $0) }),
                replaceAllowedIPs: true,
                allowedIPs: (0..<allowedIPs).map {
                    .add(IPPrefix(host: .v6(UInt128(peer) << 64 | UInt128($0))))
                })
        }
        return DeviceChange(replacePeers: true, peers: peers)
    }

    /// Few keys and few prefixes, so that peers come again and prefixes move.
    private static func change(using random: inout SeededGenerator) -> DeviceChange {
        let peers = (0..<Int.random(in: 0...12, using: &random)).map { _ in
            var peer = PeerChange(publicKey: PublicKey(bytes: KeyBytes(repeating: .random(in: 1...5, using: &random))))
            peer.remove = Int.random(in: 0..<8, using: &random) == 0
            peer.updateOnly = Int.random(in: 0..<4, using: &random) == 0
            peer.replaceAllowedIPs = Bool.random(using: &random)
            if Bool.random(using: &random) { peer.persistentKeepalive = .random(in: 0...100, using: &random) }
            if Bool.random(using: &random) { peer.presharedKey = PresharedKey(bytes: KeyBytes(repeating: 3)) }
            if Bool.random(using: &random) {
                peer.endpoint = Endpoint(address: address(using: &random), port: .random(in: 1...9, using: &random))
            }
            peer.allowedIPs = (0..<Int.random(in: 0...30, using: &random)).map { _ in
                let prefix = IPPrefix(host: address(using: &random))
                return Int.random(in: 0..<5, using: &random) == 0 ? .remove(prefix) : .add(prefix)
            }
            return peer
        }
        return DeviceChange(
            privateKey: Bool.random(using: &random) ? PrivateKey(bytes: KeyBytes(repeating: 8)) : nil,
            listenPort: Bool.random(using: &random) ? .random(in: 0...9, using: &random) : nil,
            fwmark: Bool.random(using: &random) ? .random(in: 0...9, using: &random) : nil,
            replacePeers: Bool.random(using: &random), peers: peers)
    }

    private static func address(using random: inout SeededGenerator) -> IPAddress {
        let number = UInt32.random(in: 0..<40, using: &random)
        return Bool.random(using: &random) ? .v4(number) : .v6(UInt128(number))
    }
}
