import Testing
import WireGuardControl

@Suite struct DeviceReadingTests {
    private static let wg0 = try? InterfaceName("wg0")
    private static let key = PublicKey(bytes: KeyBytes(repeating: 1))
    private static let other = PublicKey(bytes: KeyBytes(repeating: 2))

    private func reading(_ state: DeviceState?, at seconds: Int64 = 1000) throws -> DeviceReading {
        try DeviceReading(
            name: #require(Self.wg0), state: state, time: HandshakeTime(seconds: seconds, nanoseconds: 0))
    }

    private func device(_ peers: PeerState..., port: UInt16 = 1, isComplete: Bool = true) throws -> DeviceState {
        try DeviceState(name: #require(Self.wg0), listenPort: port, peers: peers, isComplete: isComplete)
    }

    private func kinds(_ old: DeviceState?, _ new: DeviceState?, at times: (Int64, Int64) = (1000, 1001)) throws
        -> [DeviceEvent.Kind]
    {
        try reading(new, at: times.1).events(since: reading(old, at: times.0)).map(\.kind)
    }

    private func handshake(_ seconds: Int64, _ nanoseconds: Int64 = 0) -> HandshakeTime {
        HandshakeTime(seconds: seconds, nanoseconds: nanoseconds)
    }

    @Test func nothingHappensToWhatIsTheSame() throws {
        let peer = PeerState(publicKey: Self.key, lastHandshake: handshake(900), receivedBytes: 5)
        #expect(try kinds(device(peer), device(peer)) == [])
        #expect(try kinds(nil, nil) == [])
        #expect(try reading(nil).events(since: nil) == [])
    }

    @Test func devicesAppearAndVanish() throws {
        let state = try device(PeerState(publicKey: Self.key))
        #expect(try reading(state).events(since: nil).map(\.kind) == [.appeared(state)])
        #expect(try kinds(nil, state) == [.appeared(state)])
        #expect(try kinds(state, nil) == [.vanished])
        #expect(try reading(state).events(since: nil).map(\.device) == [#require(Self.wg0)])
    }

    @Test func theInterfaceChanges() throws {
        let new = try device(port: 2)
        #expect(try kinds(device(port: 1), new) == [.interfaceChanged(new)])
        var keyed = new
        keyed.privateKey = PrivateKey(bytes: KeyBytes(repeating: 3))
        #expect(try kinds(new, keyed) == [.interfaceChanged(keyed)])
        var marked = new
        marked.fwmark = 1
        #expect(try kinds(new, marked) == [.interfaceChanged(marked)])
    }

    @Test func peersComeGoAndChangePlaces() throws {
        let (a, b) = (PeerState(publicKey: Self.key), PeerState(publicKey: Self.other))
        #expect(try kinds(device(a), device(a, b)) == [.peerAdded(b)])
        #expect(try kinds(device(a, b), device(b)) == [.peerRemoved(a)])
        #expect(try kinds(device(a, b), device(b, a)) == [])
    }

    @Test func whatAnIncompleteReadingLacksIsNotGone() throws {
        let (a, b) = (PeerState(publicKey: Self.key), PeerState(publicKey: Self.other))
        #expect(try kinds(device(a, b), device(a, isComplete: false)) == [])
        #expect(try kinds(device(a, isComplete: false), device(a, b)) == [])
    }

    @Test func aPeersConfigurationChanges() throws {
        let prefixes = ["10.0.0.1/32", "10.0.0.2/32"].compactMap { IPPrefix($0) }
        let old = PeerState(publicKey: Self.key, allowedIPs: prefixes)
        #expect(
            try kinds(device(old), device(PeerState(publicKey: Self.key, allowedIPs: prefixes.reversed()))) == [])
        let fewer = PeerState(publicKey: Self.key, allowedIPs: [prefixes[0]])
        #expect(try kinds(device(old), device(fewer)) == [.peerChanged(fewer)])
        var kept = old
        kept.persistentKeepalive = 25
        #expect(try kinds(device(old), device(kept)) == [.peerChanged(kept)])
        var secret = old
        secret.presharedKey = PresharedKey(bytes: KeyBytes(repeating: 4))
        #expect(try kinds(device(old), device(secret)) == [.peerChanged(secret)])
    }

    @Test func aPeerRoams() throws {
        let endpoint = Endpoint("192.0.2.1:5")
        let peer = PeerState(publicKey: Self.key, endpoint: endpoint)
        #expect(
            try kinds(device(PeerState(publicKey: Self.key)), device(peer)) == [.endpointChanged(Self.key, endpoint)])
    }

    @Test func bytesAreCountedFromTheReadingBefore() throws {
        let old = PeerState(publicKey: Self.key, receivedBytes: 100, sentBytes: 50)
        var new = old
        new.receivedBytes = 110
        #expect(try kinds(device(old), device(new)) == [.transferred(Self.key, received: 10, sent: 0)])
        // Removed and added again in between.
        new.receivedBytes = 7
        new.sentBytes = 0
        #expect(try kinds(device(old), device(new)) == [.transferred(Self.key, received: 7, sent: 0)])
    }

    @Test(
        arguments: [
            (nil, 1000, true), (1000, 1120, true), (1000, 995, true), (1000, 1001, false), (1000, 1000, false),
        ] as [(Int64?, Int64, Bool)])
    func aHandshakeHasAnotherTimeThanTheOneBefore(before: Int64?, after: Int64, isEvent: Bool) throws {
        let old = PeerState(publicKey: Self.key, lastHandshake: before.map { handshake($0) })
        let new = PeerState(publicKey: Self.key, lastHandshake: handshake(after, 5))
        #expect(
            try kinds(device(old), device(new)) == (isEvent ? [.handshakeCompleted(Self.key, handshake(after, 5))] : [])
        )
    }

    @Test func aPeerGoesStaleOnce() throws {
        let peer = PeerState(publicKey: Self.key, lastHandshake: handshake(1000))
        let state = try device(peer)
        #expect(try kinds(state, state, at: (1179, 1180)) == [])
        #expect(try kinds(state, state, at: (1180, 1181)) == [.wentStale(Self.key)])
        #expect(try kinds(state, state, at: (1181, 1182)) == [])
    }

    @Test func eventsShowNoSecrets() throws {
        let secret = PrivateKey(bytes: KeyBytes(repeating: 3))
        let shared = PresharedKey(bytes: KeyBytes(repeating: 4))
        var state = try device(PeerState(publicKey: Self.key, presharedKey: shared))
        state.privateKey = secret
        var text = ""
        dump(DeviceEvent(device: state.name, kind: .appeared(state)), to: &text)
        text += "\(DeviceEvent.Kind.interfaceChanged(state)) \(DeviceEvent.Kind.peerAdded(state.peers[0]))"
        #expect(!text.contains(secret.base64) && !text.contains(shared.base64))
        #expect(!text.contains("3, 3") && !text.contains("4, 4"))
    }
}
