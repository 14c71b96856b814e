import TestSupport
import Testing
import WGModel

struct StateDiffPropertyTests {
    @Test("what is sent makes of the device what was asked for, and then nothing is left to send", arguments: 0..<10)
    func equalsTheChange(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for round in 0..<200 {
            let state = try random.deviceState()
            let desired = random.deviceChange()
            let sent = StateDiff.change(from: state, to: desired)
            var expected = PlainDevice(state)
            // With a new key, the device's own public key is a new one too, which this model doesn't know.
            if sent.privateKey != nil { expected.ownKey = nil }
            var found = expected
            let before = expected
            expected.apply(desired)
            found.apply(sent)
            for (key, peer) in expected.peers where peer.endpoint == nil {
                expected.peers[key]?.endpoint = before.peers[key]?.endpoint
            }
            try #require(found == expected, "seed \(seed), round \(round)")
            let after = try found.state(using: &random)
            if !Self.takesBack(desired) {
                try #require(
                    StateDiff.change(from: after, to: desired) == DeviceChange(), "seed \(seed), round \(round)")
            }
        }
    }

    /// Whether doing it twice differs from doing it once, whoever does it.
    private static func takesBack(_ change: DeviceChange) -> Bool {
        change.peers.contains { $0.updateOnly || $0.remove } && !change.replacePeers
    }

    @Test("the order in which a device reports things changes nothing but the order", arguments: 0..<10)
    func orderOfTheState(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let state = try random.deviceState()
            let desired = random.deviceChange()
            var shuffled = state
            shuffled.peers.shuffle(using: &random)
            for index in shuffled.peers.indices { shuffled.peers[index].allowedIPs.shuffle(using: &random) }
            let one = Self.sorted(StateDiff.change(from: state, to: desired))
            let other = Self.sorted(StateDiff.change(from: shuffled, to: desired))
            try #require(one == other)
        }
    }

    /// One entry for each peer, all in the order of their keys.
    private static func sorted(_ change: DeviceChange) -> DeviceChange {
        var peers: [PublicKey: PeerChange] = [:]
        for peer in change.peers {
            if peers[peer.publicKey] == nil {
                peers[peer.publicKey] = peer
            } else {
                peers[peer.publicKey]?.allowedIPs += peer.allowedIPs
            }
        }
        var result = change
        result.peers = peers.values.sorted { $0.publicKey.base64 < $1.publicKey.base64 }
        for index in result.peers.indices {
            result.peers[index].allowedIPs.sort { "\($0)" < "\($1)" }
        }
        return result
    }
}
