import Synchronization
import Testing
import WGCrypto
import WGLinux
import WGModel

@testable import WGEngine

@Suite struct ControlConfigurationTests {
    private let device: SimulatedDevice
    private let key = PublicKey(bytes: Random.keyBytes())
    private let other = PublicKey(bytes: Random.keyBytes())

    init() throws { device = try SimulatedDevice(SimulatedDevice.Time(), address: "192.0.2.1:1") }

    private func prefix(_ text: String) throws -> IPPrefix { try #require(IPPrefix(text)) }

    private func allowed(_ key: PublicKey) -> [String]? {
        device.state.peers.first { $0.publicKey == key }?.allowedIPs.map(\.description)
    }

    /// What the packet loops would find.
    private func route(_ address: String) -> PublicKey? {
        guard let routing = device.shared.routing.load(ordering: .acquiring) else { return nil }
        let slot: Int32 =
            switch IPAddress(address) {
            case .v4(let value): routing.pointee.ipv4.find(value)
            case .v6(let value): routing.pointee.ipv6.find(value)
            case nil: -1
            }
        return device.controller.peers[slot]?.publicKey
    }

    @Test func `what is set is reported`() throws {
        let endpoint = try #require(Endpoint("[fe80::1%2]:7"))
        let preshared = Random.presharedKey()
        try device.set(
            DeviceChange(
                listenPort: 5000, fwmark: 7,
                peers: [
                    PeerChange(
                        publicKey: key, presharedKey: preshared, endpoint: endpoint, persistentKeepalive: 25,
                        allowedIPs: [.add(try prefix("10.1.2.3/8")), .add(try prefix("fd00::/64"))])
                ]))
        let expected = DeviceState(
            name: try InterfaceName("test"), privateKey: device.privateKey, publicKey: device.publicKey,
            listenPort: 5000, fwmark: 7,
            peers: [
                PeerState(
                    publicKey: key, presharedKey: preshared, endpoint: endpoint, sentBytes: 148,
                    persistentKeepalive: 25, allowedIPs: [try prefix("10.0.0.0/8"), try prefix("fd00::/64")])
            ])
        #expect(device.state == expected)
    }

    @Test func `peers are reported in the order in which they were added, freed slots or not`() throws {
        let keys = (0..<20).map { _ in PublicKey(bytes: Random.keyBytes()) }
        for key in keys { try device.set(PeerChange(publicKey: key)) }
        for key in keys.prefix(5) { try device.set(PeerChange(publicKey: key, remove: true)) }
        device.turn()
        device.turn()
        for key in keys.prefix(5) { try device.set(PeerChange(publicKey: key)) }
        #expect(device.state.peers.map(\.publicKey) == Array(keys.dropFirst(5) + keys.prefix(5)))
        #expect(Set(device.controller.peers.keys) == Set(0..<20))
    }

    @Test func `the device's own key is no peer`() throws {
        try device.set(PeerChange(publicKey: device.publicKey))
        #expect(device.state.peers.isEmpty)
    }

    @Test func `a new private key removes the peer that is now the device itself`() throws {
        let new = Random.privateKey()
        try device.set(PeerChange(publicKey: X25519.publicKey(of: new)))
        try device.set(PeerChange(publicKey: key))
        try device.set(DeviceChange(privateKey: new))
        #expect(device.state.peers.map(\.publicKey) == [key])
    }

    @Test func `private keys are clamped, and the zero key is none`() throws {
        let raw = PrivateKey(bytes: KeyBytes(repeating: 0xff))
        try device.set(DeviceChange(privateKey: raw))
        #expect(device.state.privateKey == raw.clamped)
        try device.set(DeviceChange(privateKey: .zero))
        #expect(device.state.privateKey == nil && device.state.publicKey == nil)
    }

    @Test func `only updating or removing an unknown peer does nothing`() throws {
        try device.set(PeerChange(publicKey: key, updateOnly: true, persistentKeepalive: 1))
        try device.set(PeerChange(publicKey: key, remove: true))
        #expect(device.state.peers.isEmpty)
        try device.set(PeerChange(publicKey: key))
        try device.set(PeerChange(publicKey: key, updateOnly: true, persistentKeepalive: 1))
        #expect(device.state.peers.map(\.persistentKeepalive) == [1])
    }

    @Test func `replacing the peers leaves only the new ones`() throws {
        try device.set(PeerChange(publicKey: key, allowedIPs: [.add(try prefix("10.0.0.0/8"))]))
        try device.set(DeviceChange(replacePeers: true, peers: [PeerChange(publicKey: other)]))
        #expect(device.state.peers.map(\.publicKey) == [other])
        #expect(route("10.1.1.1") == nil)
    }

    @Test func `an allowed IP belongs to whoever got it last`() throws {
        try device.set(PeerChange(publicKey: key, allowedIPs: [.add(try prefix("10.0.0.0/8"))]))
        try device.set(PeerChange(publicKey: other, allowedIPs: [.add(try prefix("10.9.9.9/8"))]))
        #expect(allowed(key) == [] && allowed(other) == ["10.0.0.0/8"])
        #expect(route("10.1.1.1") == other)
    }

    @Test func `allowed IPs are removed from their owner only`() throws {
        try device.set(PeerChange(publicKey: key, allowedIPs: [.add(try prefix("10.0.0.0/8"))]))
        try device.set(PeerChange(publicKey: other, allowedIPs: [.remove(try prefix("10.0.0.0/8"))]))
        #expect(route("10.1.1.1") == key)
        try device.set(PeerChange(publicKey: key, allowedIPs: [.remove(try prefix("10.0.0.0/8"))]))
        #expect(allowed(key) == [] && route("10.1.1.1") == nil)
    }

    @Test func `replacing the allowed IPs forgets the former ones, and the longest prefix wins`() throws {
        try device.set(PeerChange(publicKey: key, allowedIPs: [.add(try prefix("192.168.0.0/16"))]))
        try device.set(
            PeerChange(
                publicKey: key, replaceAllowedIPs: true,
                allowedIPs: [.add(try prefix("::/0")), .add(try prefix("10.0.0.0/8"))]))
        try device.set(PeerChange(publicKey: other, allowedIPs: [.add(try prefix("10.1.0.0/16"))]))
        #expect(allowed(key) == ["::/0", "10.0.0.0/8"])
        #expect(route("10.1.1.1") == other && route("10.2.1.1") == key && route("2001:db8::1") == key)
        #expect(route("192.168.1.1") == nil)
    }

    @Test func `the zero preshared key is none`() throws {
        try device.set(PeerChange(publicKey: key, presharedKey: Random.presharedKey()))
        #expect(device.state.peers[0].presharedKey != nil)
        try device.set(PeerChange(publicKey: key, presharedKey: .zero))
        #expect(device.state.peers[0].presharedKey == nil)
    }

    @Test func `a port that is taken is refused, and the one in use stays`() throws {
        try device.set(DeviceChange(listenPort: 5000))
        device.network.takenPorts = [6000]
        #expect(throws: Errno.addressInUse) { try device.set(DeviceChange(listenPort: 6000)) }
        #expect(device.state.listenPort == 5000 && device.network.openPorts.contains(5000))
    }

    @Test func `the port before is waited for, and no other`() throws {
        try device.set(DeviceChange(listenPort: 5000))
        try device.set(DeviceChange(listenPort: 5001))
        device.network.lingering = [5000: 3, 6000: 3]
        #expect(throws: Errno.addressInUse) { try device.set(DeviceChange(listenPort: 6000)) }
        try device.set(DeviceChange(listenPort: 5000))
        #expect(device.state.listenPort == 5000 && device.network.lingering[5000] == 0)
    }

    @Test func `setting the port in use again opens nothing`() throws {
        try device.set(DeviceChange(listenPort: 5000))
        device.network.takenPorts = [5000]
        try device.set(DeviceChange(listenPort: 5000))
        #expect(device.state.listenPort == 5000)
    }

    @Test func `former sockets are closed once the loops have let go of them`() throws {
        try device.set(DeviceChange(listenPort: 5000))
        try device.set(DeviceChange(listenPort: 5001))
        device.turn()
        device.turn()
        #expect(device.network.openPorts == [5001])
    }

    @Test func `a loop in the middle of a batch keeps what it may still see`() throws {
        try device.set(DeviceChange(listenPort: 5000))
        device.turn()
        device.turn()
        device.shared.epoch.quiesce(.outbound)
        try device.set(DeviceChange(listenPort: 5001))
        for _ in 0..<3 { device.turn() }
        #expect(device.network.openPorts == [5000, 5001] && device.controller.awaitsOthers)
        device.shared.epoch.quiesce(.outbound)
        device.turn()
        #expect(device.network.openPorts == [5001] && !device.controller.awaitsOthers)
    }

    @Test func `sockets are open while the link is up, on the same port each time`() throws {
        let device = try SimulatedDevice(SimulatedDevice.Time(), address: "192.0.2.1:1", isUp: false)
        try device.set(DeviceChange(listenPort: 5000))
        #expect(device.network.openPorts.isEmpty && device.state.listenPort == 5000)
        for _ in 0..<2 {
            try device.controller.linkChanged(isUp: true, now: device.time.now)
            #expect(device.network.openPorts == [5000])
            try device.controller.linkChanged(isUp: false, now: device.time.now)
            device.turn()
            device.turn()
            #expect(device.network.openPorts.isEmpty)
        }
    }

    @Test func `a port that was just given up can be had again at once`() throws {
        for port in [5000, 5001, 5000, 5001] as [UInt16] {
            try device.set(DeviceChange(listenPort: port))
            #expect(device.state.listenPort == port && device.network.openPorts.contains(port))
        }
        try device.controller.linkChanged(isUp: false, now: device.time.now)
        try device.controller.linkChanged(isUp: true, now: device.time.now)
        #expect(device.network.openPorts == [5001])
    }

    @Test func `a port that is taken is refused while the link is down, too`() throws {
        let device = try SimulatedDevice(SimulatedDevice.Time(), address: "192.0.2.1:1", isUp: false)
        device.network.takenPorts = [6000]
        #expect(throws: Errno.addressInUse) { try device.set(DeviceChange(listenPort: 6000)) }
        #expect(device.state.listenPort == 0)
    }

    @Test func `a port that was taken when the link came up is tried again when it is set again`() throws {
        let device = try SimulatedDevice(SimulatedDevice.Time(), address: "192.0.2.1:1", isUp: false)
        try device.set(DeviceChange(listenPort: 6000))
        device.network.takenPorts = [6000]
        #expect(throws: Errno.addressInUse) { try device.controller.linkChanged(isUp: true, now: device.time.now) }
        #expect(throws: Errno.addressInUse) { try device.set(DeviceChange(listenPort: 6000)) }
        device.network.takenPorts = []
        try device.set(DeviceChange(listenPort: 6000))
        #expect(device.network.openPorts == [6000])
    }

    @Test func `a port that was taken when the link came up is tried again by itself, and keepalives begin then`()
        throws
    {
        let device = try SimulatedDevice(SimulatedDevice.Time(), address: "192.0.2.1:1", isUp: false)
        try device.set(DeviceChange(listenPort: 6000))
        let other = Random.privateKey()
        try device.set(
            PeerChange(
                publicKey: X25519.publicKey(of: other), endpoint: Endpoint("192.0.2.2:2"), persistentKeepalive: 25))
        device.network.takenPorts = [6000]
        #expect(throws: Errno.addressInUse) { try device.controller.linkChanged(isUp: true, now: device.time.now) }
        device.time.pass(seconds: 6)
        device.turn()
        #expect(device.network.openPorts.isEmpty)
        device.network.takenPorts = []
        device.time.pass(seconds: 6)
        device.turn()
        #expect(device.network.openPorts == [6000] && device.state.listenPort == 6000)
        _ = device.takeSent()
        device.time.pass(seconds: 6)
        device.turn()
        #expect(device.takeSent().count == 1)
        // It is had, and not asked for any more.
        device.time.pass(seconds: 600)
        device.turn()
        #expect(device.network.openPorts == [6000])
    }

    @Test func `a port that is taken is not asked for once the link is down`() throws {
        let device = try SimulatedDevice(SimulatedDevice.Time(), address: "192.0.2.1:1", isUp: false)
        try device.set(DeviceChange(listenPort: 6000))
        device.network.takenPorts = [6000]
        #expect(throws: Errno.addressInUse) { try device.controller.linkChanged(isUp: true, now: device.time.now) }
        try device.controller.linkChanged(isUp: false, now: device.time.now)
        #expect(device.controller.nextDeadline == nil)
    }

    @Test func `the mark is set on the sockets, and on those that follow`() throws {
        try device.set(DeviceChange(fwmark: 9))
        #expect(device.network.marks.last == 9)
        try device.set(DeviceChange(listenPort: 5000))
        #expect(device.network.marks == [0, 9, 9])
    }

    @Test func `a peer that goes takes its session with it`() throws {
        let pair = try SimulatedPair()
        pair.establish()
        let index = try #require(pair.a.sending(pair.b.publicKey)).pointee.localIndex
        let slot = try #require(pair.a.controller.slotOfKey[pair.b.publicKey])
        try pair.a.set(PeerChange(publicKey: pair.b.publicKey, remove: true))
        #expect(pair.a.shared.keypairs.find(index) == nil)
        #expect(!pair.a.isActive(slot))
        #expect(pair.a.takeOrders().last == .discard)
        pair.a.turn()
        pair.a.turn()
        #expect(pair.a.controller.indexes.count == 0)
        try pair.a.set(PeerChange(publicKey: key))
        #expect(pair.a.state.peers[0].sentBytes == 0)
    }

    @Test func `a new private key ends all sessions`() throws {
        let pair = try SimulatedPair()
        pair.establish()
        try pair.a.set(DeviceChange(privateKey: pair.a.privateKey))
        #expect(pair.a.sending(pair.b.publicKey) != nil)
        try pair.a.set(DeviceChange(privateKey: Random.privateKey()))
        #expect(pair.a.sending(pair.b.publicKey) == nil)
    }

    @Test func `a link that goes down forgets its sessions`() throws {
        let pair = try SimulatedPair()
        pair.establish()
        try pair.a.controller.linkChanged(isUp: false, now: pair.time.now)
        #expect(pair.a.sending(pair.b.publicKey) == nil)
        pair.b.raise(PeerEvent.needsSession, pair.a.publicKey)
        pair.deliver()
        #expect(pair.a.takeSent().isEmpty)
    }

    @Test func `nothing is left after the end`() throws {
        let pair = try SimulatedPair()
        pair.establish()
        pair.a.controller.shutDown()
        #expect(pair.a.network.openPorts.isEmpty && pair.a.controller.indexes.count == 0)
        let published = (
            pair.a.shared.sockets.load(ordering: .acquiring), pair.a.shared.routing.load(ordering: .acquiring)
        )
        #expect(published.0 == nil && published.1 == nil)
    }
}
