import Glibc
import Testing
import WGCrypto
import WGModel
import WGProtocol

@testable import WGEngine

/// One of many peers of an engine: the initiator's side of a session, by hand. All of them are behind one socket.
private struct FarPeer {
    let number: Int
    let identity = LocalIdentity(privateKey: Random.privateKey())
    var keys: TransportKeys?

    init(_ number: Int) { self.number = number }

    /// Its one address: 10.1.0.0 and those that follow.
    var address: UInt32 { 0x0a01_0000 + UInt32(number) }
    private var addressBytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: address >> UInt32(24 - 8 * $0)) } }

    /// From it (offset 12) or to it (offset 16).
    func packet(addressAt offset: Int) -> [UInt8] {
        var packet = numbered(number)
        for (index, byte) in addressBytes.enumerated() { packet[offset + index] = byte }
        // No UDP checksum, which holds the addresses, too.
        for index in 26..<28 { packet[index] = 0 }
        PacketFactory.fixIPv4Checksum(&packet)
        return packet
    }

    func sealed(_ packet: [UInt8]) throws -> [UInt8] {
        let keys = try #require(keys)
        return WireHarness.seal(packet, index: keys.remoteIndex, counter: 0, key: bytes(of: keys.sendKey))
    }

    func opened(_ message: [UInt8]) throws -> [UInt8]? {
        WireHarness.open(message, key: bytes(of: try #require(keys).receiveKey))
    }

    private func bytes(of key: KeyBytes) -> [UInt8] { key.indices.map { key[$0] } }
}

@Suite struct ManyPeersTests {
    @Test func `1000 peers have sessions at a time, and each gets what is for it and nothing else`() throws {
        let hand = Hand()
        let engine = try SteppedEngine(hand)
        let wire = try WireHarness()
        var peers = (0..<1000).map { FarPeer($0) }
        try engine.set(
            DeviceChange(
                peers: peers.map { peer in
                    let address = IPPrefix(host: .v4(peer.address))
                    return PeerChange(publicKey: peer.identity.publicKey, allowedIPs: [.add(address)])
                }))

        for number in peers.indices {
            peers[number].keys = try establish(peers[number], with: engine, over: wire, now: hand.now)
        }
        #expect(engine.controller.peers.count == 1000)

        for peer in peers {
            wire.send(try peer.sealed(peer.packet(addressAt: 12)), to: engine.port)
            engine.receive()
        }
        let isEachDelivered = engine.delivered == peers.map { $0.packet(addressAt: 12) }
        #expect(isEachDelivered)

        for peer in peers.reversed() {
            engine.send(peer.packet(addressAt: 16))
            engine.settle()
            let message = try #require(wire.receive())
            #expect(try peer.opened(message)?.starts(with: peer.packet(addressAt: 16)) == true)
        }
    }

    private func establish(
        _ peer: FarPeer, with engine: SteppedEngine, over wire: WireHarness, now: UInt64
    ) throws -> TransportKeys {
        let remote = RemoteIdentity(publicKey: engine.publicKey, local: peer.identity)
        let made = try #require(
            NoiseHandshake.createInitiation(
                local: peer.identity, remote: remote, ephemeral: Random.privateKey(),
                timestamp: TAI64N(unixSeconds: 1, nanoseconds: 0), senderIndex: UInt32(peer.number)))
        wire.send(made.message, to: engine.port)
        engine.receive()
        let response = try #require(wire.receive())
        return try #require(
            NoiseHandshake.consumeResponse(response, state: made.state, local: peer.identity, presharedKey: .zero))
    }
}
