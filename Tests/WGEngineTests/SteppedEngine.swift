import Glibc
import Synchronization
import TestSupport
import Testing
import WGCrypto
import WGLinux
import WGModel

@testable import WGEngine

/// Workers for each direction of every engine of these tests: none, unless the variable says so (`run-sanitizers.sh`).
let forcedWorkers = getenv("WIREGUARD_TEST_WORKERS").flatMap { Int(String(cString: $0)) } ?? 0

/// The time of all engines of a test.
final class Hand {
    let place = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
    init() { place.initialize(to: 1_000_000_000_000) }
    deinit { place.deallocate() }
    var now: UInt64 {
        get { place.pointee }
        set { place.pointee = newValue }
    }
}

/// A whole engine in the test's own thread: the controller and both packet loops, one batch at a time, with the clock in
/// the test's hand. Its sockets are real ones on the loopback; a socket pair is its TUN device.
final class SteppedEngine {
    let hand: Hand
    let privateKey: PrivateKey
    let shared: SharedState
    let controller: EngineController
    private let tun: Int32
    private let engineTun: Int32
    private var outbound: OutboundLoop
    private var inbound: InboundLoop
    private var workers: Workers?
    /// What the application has been given.
    private(set) var delivered: [[UInt8]] = []
    /// Called for each of these at once, before the control thread has its turn: an application that answers.
    var answer: (([UInt8]) -> [UInt8]?)?

    /// - Parameter workers: threads that seal and open everything, for each direction.
    init(_ hand: Hand, privateKey: PrivateKey = Random.privateKey(), workers count: Int = forcedWorkers) throws {
        self.hand = hand
        self.privateKey = privateKey
        var pair: [Int32] = [0, 0]
        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        try #require(socketpair(AF_UNIX, kind, 0, &pair) == 0)
        (tun, engineTun) = (pair[0], pair[1])
        for descriptor in pair {
            var size: Int32 = 1 << 20
            setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, 4)
        }
        let shared = try #require(
            SharedState(
                clock: EngineClock(reading: UnsafePointer(hand.place)), controlWake: -1, outboundWake: -1,
                inboundWake: -1))
        self.workers = try Workers.start(.always(workers: count))
        guard var outbound = OutboundLoop(shared: shared, tun: engineTun, ring: workers?.outbound),
            var inbound = InboundLoop(shared: shared, tun: engineTun, joinsUDP: true, ring: workers?.inbound)
        else { throw Errno.noMemory }
        outbound.judge(load: 1000)
        inbound.judge(load: 1000)
        self.outbound = outbound
        self.inbound = inbound
        self.shared = shared
        controller = EngineController(
            name: try InterfaceName("test"), shared: shared, network: KernelNetwork(filter: -1),
            wallClock: {
                HandshakeTime(seconds: Int64(hand.now / 1_000_000_000), nanoseconds: Int64(hand.now % 1_000_000_000))
            }, log: EngineLog(.silent, name: try InterfaceName("test")) { _ in true })
        try set(DeviceChange(privateKey: privateKey))
        try controller.linkChanged(isUp: true, now: hand.now)
        // Each datagram is waited for, so the kernel must not drop any: what is to be refused is refused by the loop.
        if let sockets = shared.sockets.load(ordering: .relaxed)?.pointee { acceptAnything(sockets) }
    }

    deinit {
        workers?.end()
        controller.shutDown()
        close(tun)
        close(engineTun)
    }

    var publicKey: PublicKey { X25519.publicKey(of: privateKey) }
    var port: UInt16 { controller.listenPort }

    /// Its one peer.
    var peer: PeerRecord? { controller.peers.values.first }
    var slot: UnsafeMutablePointer<PeerSlot>? { peer.map { shared.peers[$0.slot] } }
    /// The keypair that it sends with.
    var keypair: UnsafeMutablePointer<KeypairRecord>? { slot?.pointee.sendKeypair.load(ordering: .acquiring) }
    var sentBytes: UInt64 { slot?.pointee.sentBytes.load(ordering: .relaxed) ?? 0 }
    var receivedBytes: UInt64 { slot?.pointee.receivedBytes.load(ordering: .relaxed) ?? 0 }

    /// Everything goes to this peer, at a port of the loopback.
    func setPeer(_ key: PublicKey, port: UInt16, presharedKey: PresharedKey? = nil, keepalive: UInt16? = nil) throws {
        let text: String = "127.0.0.1:\(port)"
        let endpoint: Endpoint = try #require(Endpoint(text))
        let everything = [try #require(IPPrefix("0.0.0.0/0")), try #require(IPPrefix("::/0"))]
        let peer = PeerChange(
            publicKey: key, presharedKey: presharedKey, endpoint: endpoint,
            persistentKeepalive: keepalive, replaceAllowedIPs: true, allowedIPs: everything.map { .add($0) })
        try set(DeviceChange(peers: [peer]))
    }

    func set(_ change: DeviceChange) throws {
        var cursor = SetCursor()
        for setting in change.settings { try controller.apply(setting, at: &cursor, now: hand.now) }
        try controller.finish(&cursor, now: hand.now)
    }

    /// The application sends.
    func send(_ packet: [UInt8]) {
        let frame = [UInt8](repeating: 0, count: VirtioHeader.size) + packet
        let count = write(tun, frame, frame.count)
        precondition(count == frame.count, "the TUN device's queue is full")
    }

    /// Lets the control thread and the outbound loop do all that there is to do.
    func settle() {
        for _ in 0..<3 {
            runControl()
            _ = outbound.runBatch()
            shared.epoch.sleep(.outbound)
        }
        runControl()
        takeDelivered()
    }

    /// One turn of the control thread.
    private func runControl() {
        let passed = controller.takePassed()
        shared.outboundEvents.drain { controller.take($0, now: hand.now) }
        shared.inboundEvents.drain { controller.take($0, now: hand.now) }
        controller.takeHandshakes(now: hand.now)
        controller.runDeadlines(now: hand.now)
        controller.deliverOrders()
        controller.free(passed)
        controller.sealRetired()
    }

    /// Takes a datagram that has been sent to its port.
    func receive() {
        let sockets = shared.sockets.load(ordering: .relaxed)?.pointee
        guard let descriptor = sockets?.ipv4, awaitReadable(descriptor) else { return }
        _ = inbound.runBatch()
        shared.epoch.sleep(.inbound)
        // An answer is at the TUN device before the control thread hears of anything.
        takeDelivered()
        settle()
    }

    private func takeDelivered() {
        var buffer = [UInt8](repeating: 0, count: 70_000)
        while true {
            let count = read(tun, &buffer, buffer.count)
            guard count > 0 else { return }
            for packet in segments(of: Array(buffer[..<count])) ?? [] {
                delivered.append(packet)
                guard let answer = answer?(packet) else { continue }
                send(answer)
                _ = outbound.runBatch()
            }
        }
    }
}

/// Waits until there is something to read.
@discardableResult
func awaitReadable(_ descriptor: Int32, within seconds: Double = patience) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, Int32(seconds * 1000)) > 0
}

/// Takes away what drops impossible datagrams before anybody reads them.
func acceptAnything(_ sockets: UdpSockets) {
    var nothing: Int32 = 0
    for descriptor in [sockets.ipv4, sockets.ipv6] {
        setsockopt(descriptor, SOL_SOCKET, SO_DETACH_FILTER, &nothing, 4)
    }
}
