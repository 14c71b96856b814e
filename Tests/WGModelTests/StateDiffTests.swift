import TestSupport
import Testing
import WGModel

private func key(_ number: Int) -> PublicKey {
    PublicKey(bytes: KeyBytes { $0 < 8 ? UInt8(number >> (8 * $0) & 255) : 7 })
}

private func prefixes(_ texts: [String]) throws -> [IPPrefix] {
    try texts.map { try #require(IPPrefix($0)) }
}

private func peer(_ number: Int, _ allowedIPs: String...) throws -> PeerState {
    PeerState(publicKey: key(number), allowedIPs: try prefixes(allowedIPs))
}

/// A peer as a configuration file has it.
private func wanted(_ number: Int, _ allowedIPs: String...) throws -> PeerChange {
    PeerChange(
        publicKey: key(number), replaceAllowedIPs: true, allowedIPs: try prefixes(allowedIPs).map { .add($0) })
}

private func state(_ peers: PeerState...) throws -> DeviceState {
    DeviceState(name: try InterfaceName("wg0"), peers: peers)
}

private func file(_ peers: PeerChange...) -> DeviceChange { DeviceChange(replacePeers: true, peers: peers) }

private func add(_ text: String) throws -> AllowedIPChange { .add(try #require(IPPrefix(text))) }
private func remove(_ text: String) throws -> AllowedIPChange { .remove(try #require(IPPrefix(text))) }

struct StateDiffTests {
    @Test func whatIsSoAlreadyIsNotSaid() throws {
        var device = try state(peer(1, "10.0.0.0/8", "fd00::/64"), peer(2))
        device.privateKey = PrivateKey(bytes: KeyBytes(repeating: 0xff)).clamped
        device.listenPort = 7
        device.fwmark = 9
        var desired = try file(wanted(2), wanted(1, "fd00::1/64", "10.9.0.0/8", "10.0.0.0/8"))
        desired.privateKey = PrivateKey(bytes: KeyBytes(repeating: 0xff))
        desired.listenPort = 7
        desired.fwmark = 9
        #expect(StateDiff.change(from: device, to: desired) == DeviceChange())
    }

    @Test func keyPortAndMarkAreSaidWhenTheyDiffer() throws {
        var device = try state()
        device.privateKey = PrivateKey(bytes: KeyBytes(repeating: 0x40))
        device.listenPort = 7
        let key = PrivateKey(bytes: KeyBytes(repeating: 0x48))
        let desired = DeviceChange(privateKey: key, listenPort: 0, fwmark: 1, replacePeers: true)
        #expect(
            StateDiff.change(from: device, to: desired) == DeviceChange(privateKey: key, listenPort: 0, fwmark: 1))
        let none = DeviceChange(privateKey: .zero, listenPort: 7, fwmark: 0)
        #expect(StateDiff.change(from: device, to: none) == DeviceChange(privateKey: .zero))
        device.privateKey = nil
        #expect(StateDiff.change(from: device, to: none) == DeviceChange())
        #expect(StateDiff.change(from: device, to: DeviceChange()) == DeviceChange())
    }

    @Test func peersComeInFullAndGoOneByOne() throws {
        let device = try state(peer(1, "10.1.0.0/16"), peer(2, "10.2.0.0/16"), peer(3))
        var new = try wanted(4, "10.4.0.1/16")
        new.presharedKey = PresharedKey(bytes: KeyBytes(repeating: 5))
        new.endpoint = Endpoint("192.0.2.1:5")
        new.persistentKeepalive = 25
        var sent = new
        sent.allowedIPs = [try add("10.4.0.0/16")]
        #expect(
            StateDiff.change(from: device, to: try file(new, wanted(2, "10.2.0.0/16")))
                == DeviceChange(peers: [
                    sent, PeerChange(publicKey: key(1), remove: true), PeerChange(publicKey: key(3), remove: true),
                ]))
    }

    @Test func noPeersAreOneWord() throws {
        let device = try state(peer(1), peer(2))
        #expect(StateDiff.change(from: device, to: file()) == DeviceChange(replacePeers: true))
        #expect(StateDiff.change(from: try state(), to: file()) == DeviceChange())
        var incomplete = try state()
        incomplete.isComplete = false
        #expect(StateDiff.change(from: incomplete, to: file()) == DeviceChange(replacePeers: true))
        #expect(StateDiff.change(from: incomplete, to: DeviceChange()) == DeviceChange())
    }

    @Test func whatAFileDoesNotHaveIsClearedButTheEndpoint() throws {
        var live = try peer(1, "10.0.0.0/8")
        live.presharedKey = PresharedKey(bytes: KeyBytes(repeating: 5))
        live.endpoint = Endpoint("192.0.2.1:5")
        live.persistentKeepalive = 25
        #expect(
            StateDiff.change(from: try state(live), to: try file(wanted(1, "10.0.0.0/8")))
                == DeviceChange(peers: [
                    PeerChange(publicKey: key(1), presharedKey: .zero, persistentKeepalive: 0)
                ]))
        var other = try wanted(1, "10.0.0.0/8")
        other.presharedKey = live.presharedKey
        other.persistentKeepalive = 25
        other.endpoint = Endpoint("192.0.2.1:6")
        #expect(
            StateDiff.change(from: try state(live), to: file(other))
                == DeviceChange(peers: [PeerChange(publicKey: key(1), endpoint: Endpoint("192.0.2.1:6"))]))
        other.endpoint = live.endpoint
        #expect(StateDiff.change(from: try state(live), to: file(other)) == DeviceChange())
    }

    @Test func aPrefixThatMovesIsOneAddition() throws {
        let device = try state(peer(1, "10.0.0.0/8", "fd00::/64"), peer(2, "10.2.0.0/16"))
        let moved = try StateDiff.change(
            from: device, to: file(wanted(1, "fd00::/64"), wanted(2, "10.2.0.0/16", "10.0.0.0/8")))
        #expect(moved == DeviceChange(peers: [PeerChange(publicKey: key(2), allowedIPs: [try add("10.0.0.0/8")])]))
        let listedTwice = try StateDiff.change(
            from: device, to: file(wanted(1, "10.0.0.0/8", "fd00::/64"), wanted(2, "10.2.0.0/16", "10.3.0.0/8")))
        #expect(listedTwice == moved)
    }

    @Test func additionsComeBeforeRemovals() throws {
        let device = try state(peer(1, "10.1.0.0/16"), peer(2, "10.2.0.0/16"))
        #expect(
            try StateDiff.change(from: device, to: file(wanted(1, "fd00::/64"), wanted(2, "10.0.0.0/8")))
                == DeviceChange(peers: [
                    PeerChange(publicKey: key(1), allowedIPs: [add("fd00::/64")]),
                    PeerChange(publicKey: key(2), allowedIPs: [add("10.0.0.0/8")]),
                    PeerChange(publicKey: key(1), allowedIPs: [remove("10.1.0.0/16")]),
                    PeerChange(publicKey: key(2), allowedIPs: [remove("10.2.0.0/16")]),
                ]))
        #expect(
            try StateDiff.change(from: device, to: file(wanted(1, "10.0.0.0/8"), wanted(2, "10.2.0.0/16")))
                == DeviceChange(peers: [
                    PeerChange(publicKey: key(1), allowedIPs: [add("10.0.0.0/8"), remove("10.1.0.0/16")])
                ]))
    }

    @Test func theSecondSectionOfAPeerReplacesTheFirstsList() throws {
        let device = try state(peer(1, "10.1.0.0/16"))
        var first = try wanted(1, "10.1.0.0/16")
        first.persistentKeepalive = 25
        #expect(
            try StateDiff.change(from: device, to: file(first, wanted(1, "10.2.0.0/16")))
                == DeviceChange(peers: [
                    PeerChange(
                        publicKey: key(1), persistentKeepalive: 25,
                        allowedIPs: [add("10.2.0.0/16"), remove("10.1.0.0/16")])
                ]))
    }

    @Test func incrementalEntriesApplyToWhatAFileStartsWith() throws {
        let device = try state(peer(1, "10.1.0.0/16", "10.2.0.0/16"))
        var change = PeerChange(
            publicKey: key(1), allowedIPs: try [add("10.3.0.0/16"), add("10.1.0.0/16"), remove("10.1.0.0/16")])
        // A file starts with nothing; a change of its own starts with what is there.
        #expect(
            try StateDiff.change(from: device, to: file(change)).peers.map(\.allowedIPs) == [
                [add("10.3.0.0/16"), remove("10.1.0.0/16"), remove("10.2.0.0/16")]
            ])
        #expect(
            try StateDiff.change(from: device, to: DeviceChange(peers: [change])).peers.map(\.allowedIPs) == [
                [add("10.3.0.0/16"), remove("10.1.0.0/16")]
            ])
        change.allowedIPs.append(try add("10.1.0.0/16"))
        #expect(
            try StateDiff.change(from: device, to: DeviceChange(peers: [change])).peers.map(\.allowedIPs) == [
                [add("10.3.0.0/16")]
            ])
    }

    @Test func theDevicesOwnKeyIsNoPeer() throws {
        var device = try state(peer(2, "10.0.0.0/8"))
        device.privateKey = PrivateKey(bytes: KeyBytes(repeating: 0x40))
        device.publicKey = key(1)
        let desired = try file(wanted(1, "10.0.0.0/8"), wanted(2, "10.0.0.0/8"), wanted(1, "10.0.0.0/8"))
        #expect(StateDiff.change(from: device, to: desired) == DeviceChange())
        var renewed = desired
        renewed.privateKey = PrivateKey(bytes: KeyBytes(repeating: 0x48))
        #expect(StateDiff.change(from: device, to: renewed).peers.map(\.publicKey) == [key(1)])
    }

    @Test("one changed peer among 20 000 is a change with one peer, and 130 000 prefixes with one other one entry")
    func large() throws {
        let peers = (0..<20_000).map { number in
            PeerState(publicKey: key(number), allowedIPs: [IPPrefix(host: .v4(UInt32(number)))])
        }
        let device = DeviceState(name: try InterfaceName("wg0"), peers: peers)
        var desired = file()
        desired.peers = peers.reversed().map { peer in
            PeerChange(
                publicKey: peer.publicKey, replaceAllowedIPs: true, allowedIPs: peer.allowedIPs.map { .add($0) })
        }
        #expect(StateDiff.change(from: device, to: desired) == DeviceChange())
        desired.peers[77].persistentKeepalive = 5
        let changed = desired.peers[77].publicKey
        #expect(
            StateDiff.change(from: device, to: desired)
                == DeviceChange(peers: [PeerChange(publicKey: changed, persistentKeepalive: 5)]))

        let list = (0..<130_000).map { IPPrefix(host: .v6(UInt128($0))) }
        let one = PeerState(publicKey: key(1), allowedIPs: list)
        let other = IPPrefix(host: .v6(1 << 64))
        let next = PeerChange(
            publicKey: key(1), replaceAllowedIPs: true, allowedIPs: list.dropFirst().map { .add($0) } + [.add(other)])
        #expect(
            try StateDiff.change(from: state(one), to: file(next))
                == DeviceChange(peers: [PeerChange(publicKey: key(1), allowedIPs: [.add(other), .remove(list[0])])]))
    }
}
