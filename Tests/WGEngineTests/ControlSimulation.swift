import TestSupport
import Testing
import Synchronization
import WGCrypto
import WGLinux
import WGModel

@testable import WGEngine

/// A network in memory: what is sent waits in `sent`.
final class MemoryNetwork: ControlNetwork {
    struct Datagram {
        var bytes: [UInt8]
        var to: Endpoint?
    }

    var sent: [Datagram] = []
    /// Ports that somebody else has.
    var takenPorts: Set<UInt16> = []
    /// So many times each port is refused, as if a thread still slept on its former socket.
    var lingering: [UInt16: Int] = [:]
    var marks: [UInt32] = []
    private(set) var openPorts: [UInt16] = []
    private var nextPort: UInt16 = 40000

    func open(port: UInt16, mark: UInt32) throws(Errno) -> UdpSockets {
        guard !takenPorts.contains(port), !openPorts.contains(port) else { throw .addressInUse }
        if let left = lingering[port], left > 0 {
            lingering[port] = left - 1
            throw .addressInUse
        }
        if port == 0 { nextPort += 1 }
        let chosen = port == 0 ? nextPort : port
        openPorts.append(chosen)
        marks.append(mark)
        return UdpSockets(ipv4: -1, ipv6: -1, port: chosen)
    }

    func setMark(_ mark: UInt32, of sockets: UdpSockets) throws(Errno) { marks.append(mark) }

    func close(_ sockets: UdpSockets) {
        if let index = openPorts.firstIndex(of: sockets.port) { openPorts.remove(at: index) }
    }

    /// Whether the machine still has the addresses that peers were heard at.
    var hasSources = true

    func send(_ message: [UInt8], to endpoint: EndpointRecord, over sockets: UdpSockets) -> Bool {
        sent.append(Datagram(bytes: message, to: endpoint.endpoint))
        return hasSources || !endpoint.hasSource
    }
}

/// A device without packet threads, whose clock the test moves.
final class SimulatedDevice {
    let privateKey = Random.privateKey()
    let network = MemoryNetwork()
    let shared: SharedState
    let controller: EngineController
    /// Where its datagrams seem to come from.
    var address: Endpoint

    /// Nanoseconds; the same for all devices of a test.
    final class Time {
        var now: UInt64 = 1_000_000_000
        func pass(seconds: Double) { now += UInt64(seconds * 1e9) }
    }
    let time: Time

    /// What it has logged.
    final class Journal {
        var lines: [[UInt8]] = []
        var text: [String] { lines.map { String(decoding: $0, as: UTF8.self) } }
    }
    let journal = Journal()

    init(_ time: Time, address: String, isUp: Bool = true) throws {
        self.time = time
        self.address = try #require(Endpoint(address))
        shared = try #require(
            SharedState(clock: EngineClock(rate: 1), controlWake: -1, outboundWake: -1, inboundWake: -1))
        let journal = journal
        controller = EngineController(
            name: try InterfaceName("test"), shared: shared, network: network,
            wallClock: {
                HandshakeTime(seconds: Int64(time.now / 1_000_000_000), nanoseconds: Int64(time.now % 1_000_000_000))
            },
            log: EngineLog(.verbose, name: try InterfaceName("test")) {
                journal.lines.append($0); return true
            })
        try set(DeviceChange(privateKey: privateKey))
        if isUp { try controller.linkChanged(isUp: true, now: time.now) }
    }

    var publicKey: PublicKey { X25519.publicKey(of: privateKey) }
    var state: DeviceState { controller.report() }

    func set(_ change: DeviceChange) throws {
        var cursor = SetCursor()
        defer { try? controller.finish(&cursor, now: time.now) }
        for setting in change.settings { try controller.apply(setting, at: &cursor, now: time.now) }
    }

    func set(_ peer: PeerChange) throws { try set(DeviceChange(peers: [peer])) }

    func record(_ key: PublicKey) -> PeerRecord? { controller.slotOfKey[key].flatMap { controller.peers[$0] } }

    /// One turn of the control thread.
    func turn() {
        let passed = controller.takePassed()
        shared.outboundEvents.drain { controller.take($0, now: time.now) }
        shared.inboundEvents.drain { controller.take($0, now: time.now) }
        controller.takeHandshakes(now: time.now)
        controller.runDeadlines(now: time.now)
        controller.free(passed)
        controller.sealRetired()
    }

    /// Takes a datagram as the inbound loop would hand it over.
    func receive(_ bytes: [UInt8], from endpoint: Endpoint) {
        controller.receive(bytes, from: EndpointRecord(endpoint), now: time.now)
    }

    func takeSent() -> [MemoryNetwork.Datagram] {
        defer { network.sent = [] }
        return network.sent
    }

    /// The orders that the outbound loop would find.
    func takeOrders() -> [OutboundRing.Order] {
        var orders: [OutboundRing.Order] = []
        while let (order, _) = shared.outboundOrders.pop() { orders.append(order) }
        return orders
    }

    /// As a packet thread does it.
    func raise(_ bits: UInt32, _ key: PublicKey) {
        guard let slot = controller.slotOfKey[key] else { return }
        shared.raise(bits, peer: slot, ring: shared.outboundEvents)
        turn()
    }

    /// As the inbound loop does it at the first packet on the keypair with this index.
    func confirm(_ index: UInt32) {
        guard let record = shared.keypairs.find(index) else { return }
        record.pointee.isConfirmed.store(true, ordering: .releasing)
        shared.raise(PeerEvent.nextConfirmed, peer: record.pointee.peer, ring: shared.inboundEvents)
        turn()
    }

    func isWatched(_ slot: Int32) -> Bool { shared.peers[slot].pointee.isWatched.load(ordering: .relaxed) }

    func isActive(_ slot: Int32) -> Bool { shared.peers[slot].pointee.isActive.load(ordering: .acquiring) }

    /// Where the outbound loop would send.
    func publishedEndpoint(of key: PublicKey) -> Endpoint? {
        guard let slot = controller.slotOfKey[key] else { return nil }
        return shared.peers[slot].pointee.endpoint.load(ordering: .acquiring)?.pointee.endpoint
    }

    /// The keypair that the outbound loop would use.
    func sending(_ key: PublicKey) -> UnsafeMutablePointer<KeypairRecord>? {
        controller.slotOfKey[key].flatMap { shared.peers[$0].pointee.sendKeypair.load(ordering: .acquiring) }
    }
}

/// Two devices that know each other.
struct SimulatedPair {
    let time = SimulatedDevice.Time()
    let a: SimulatedDevice
    let b: SimulatedDevice

    init(presharedKeys: (PresharedKey, PresharedKey) = (.zero, .zero)) throws {
        a = try SimulatedDevice(time, address: "192.0.2.1:1000")
        b = try SimulatedDevice(time, address: "192.0.2.2:2000")
        try a.set(PeerChange(publicKey: b.publicKey, presharedKey: presharedKeys.0, endpoint: b.address))
        try b.set(PeerChange(publicKey: a.publicKey, presharedKey: presharedKeys.1, endpoint: a.address))
    }

    /// Carries what has been sent, and what is sent in answer, until nobody says anything any more.
    func deliver() {
        while true {
            let fromA = a.takeSent()
            let fromB = b.takeSent()
            if fromA.isEmpty, fromB.isEmpty { return }
            for datagram in fromA { b.receive(datagram.bytes, from: a.address) }
            for datagram in fromB { a.receive(datagram.bytes, from: b.address) }
        }
    }

    /// A handshake from `a`, confirmed by its first packet.
    func establish() {
        a.raise(PeerEvent.needsSession, b.publicKey)
        deliver()
        confirm()
    }

    /// The first packet of `a` on its current keypair arrives.
    func confirm() {
        if let keypair = a.sending(b.publicKey) { b.confirm(keypair.pointee.remoteIndex) }
    }
}
