import Glibc
import Synchronization
import Testing
import WGCrypto
import WGLinux
import WGModel
import WGProtocol

@testable import WGEngine

/// One engine's data plane with the control thread's part played by the test: a socket pair for the TUN device, real
/// UDP sockets on the loopback, one peer in slot 1 with 10.0.0.0/8 and ::/0.
final class PlaneHarness {
    static let peer: Int32 = 1

    let shared: SharedState
    let sockets: UdpSockets
    /// Where the test writes and reads what the kernel would.
    let tun: Int32
    private let engineTun: Int32
    private let wakes: [Int32]
    private let arena = KeypairArena()
    private var plane: DataPlane?

    init() throws {
        var pair: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0, &pair) == 0)
        (tun, engineTun) = (pair[0], pair[1])
        try #require(fcntl(engineTun, F_SETFL, O_NONBLOCK) == 0)
        for descriptor in pair {
            var size: Int32 = 4 << 20
            setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &size, 4)
        }
        wakes = try (0..<3).map { _ in
            let wake = try EventFD()
            return dup(wake.rawValue)
        }
        shared = try #require(
            SharedState(clock: .system, controlWake: wakes[0], outboundWake: wakes[1], inboundWake: wakes[2]))
        sockets = try UdpPort.open(port: 0, mark: 0)
        acceptAnything(sockets)
        publish(sockets, in: shared.sockets)
        let routes = [try #require(IPPrefix("10.0.0.0/8")): Self.peer, try #require(IPPrefix("::/0")): Self.peer]
        shared.routing.store(RoutingSnapshot.make(routes), ordering: .releasing)
        shared.peers[Self.peer].pointee.isActive.store(true, ordering: .releasing)
    }

    /// Lets messages to the owner of this key through to the control thread.
    func setKey(_ key: PublicKey) { publish(MacChecker(publicKey: key), in: shared.macChecker) }

    deinit {
        if let plane = plane.take() { plane.stop() }
        UdpPort.close(sockets)
        for descriptor in wakes + [tun, engineTun] { close(descriptor) }
        if let routing = shared.routing.load(ordering: .relaxed) { RoutingSnapshot.free(routing) }
        shared.sockets.load(ordering: .relaxed)?.deallocate()
        shared.macChecker.load(ordering: .relaxed)?.deallocate()
        slot.pointee.endpoint.load(ordering: .relaxed)?.deallocate()
    }

    var slot: UnsafeMutablePointer<PeerSlot> { shared.peers[Self.peer] }

    func start(_ policy: OutboundTurn.Policy = defaultPolicy) throws {
        plane = try DataPlane.start(shared: shared, tun: engineTun, joinsUDP: true, policy: policy)
    }

    /// Makes the peer reachable at a loopback port, from a source address if any.
    func setEndpoint(port: UInt16, source: [UInt8]? = nil) throws {
        var record = EndpointRecord.none
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        withUnsafeMutableBytes(of: &record.address) { destination in
            withUnsafeBytes(of: address) { destination.copyMemory(from: $0) }
        }
        record.addressLength = 16
        if let source {
            record.hasSource = true
            withUnsafeMutableBytes(of: &record.source) { $0.copyBytes(from: source) }
        }
        publish(record, in: slot.pointee.endpoint)
    }

    /// Gives the peer a session. Both directions have keys of their own.
    @discardableResult
    func addKeypair(
        localIndex: UInt32, remoteIndex: UInt32, isInitiator: Bool, age: UInt64 = 0, isPublishedForSending: Bool = true
    ) throws -> UnsafeMutablePointer<KeypairRecord> {
        let record = try #require(arena.allocate())
        record.initialize(
            to: KeypairRecord(
                sendKey: InlineArray(repeating: isInitiator ? 1 : 2),
                receiveKey: InlineArray(repeating: isInitiator ? 2 : 1), localIndex: localIndex,
                remoteIndex: remoteIndex, peer: Self.peer, isInitiator: isInitiator,
                birth: shared.clock.now() &- age))
        shared.keypairs.publish(record)
        if isPublishedForSending { slot.pointee.sendKeypair.store(record, ordering: .releasing) }
        return record
    }

    func order(_ order: OutboundRing.Order) {
        _ = shared.outboundOrders.push(order, peer: Self.peer)
        SharedState.signal(shared.outboundWake)
    }

    /// The application sends: a complete packet, or a frame with its own virtio header.
    func send(_ packet: [UInt8]) { sendFrame([UInt8](repeating: 0, count: 10) + packet) }

    func sendFrame(_ frame: [UInt8]) {
        let count = write(tun, frame, frame.count)
        precondition(count == frame.count)
    }

    /// Bytes of frames that T has not read yet.
    var unreadFrames: Int32 {
        var count: Int32 = 0
        _ = ioctl(tun, UInt(TIOCOUTQ), &count)
        return count
    }

    /// The packets that the application gets, until there are `count`, or nothing comes for so long.
    func receive(_ count: Int, within seconds: Double = patience) -> [[UInt8]] {
        var packets: [[UInt8]] = []
        var buffer = [UInt8](repeating: 0, count: 70_000)
        while packets.count < count, awaitReadable(tun, within: seconds) {
            let length = read(tun, &buffer, buffer.count)
            guard length > 0 else { break }
            packets += segments(of: Array(buffer[..<length])) ?? []
        }
        return packets
    }

    /// The next message for the control thread; nil when none comes.
    func nextMessage() -> ControlMessage? {
        _ = eventually {
            self.shared.inboundEvents.drain { self.pending.append($0.pointee) }
            self.shared.handshakes.drain { self.pending.append($0.pointee) }
            self.shared.outboundEvents.drain { self.pending.append($0.pointee) }
            return !self.pending.isEmpty
        }
        return pending.isEmpty ? nil : pending.removeFirst()
    }
    private var pending: [ControlMessage] = []

    /// Waits until C's event bits of the peer hold these.
    func awaitRaised(_ bits: UInt32) -> Bool {
        eventually { self.slot.pointee.raised.load(ordering: .acquiring) & bits == bits }
    }

    private func publish<Value>(_ value: Value, in place: borrowing Atomic<UnsafeMutablePointer<Value>?>) {
        let pointer = UnsafeMutablePointer<Value>.allocate(capacity: 1)
        pointer.initialize(to: value)
        place.exchange(pointer, ordering: .acquiringAndReleasing)?.deallocate()
    }
}

/// What an engine is started with.
let defaultPolicy = forcedWorkers > 0 ? OutboundTurn.Policy.always(workers: forcedWorkers) : OutboundTurn.Policy()

/// Seconds to wait for what has to come: the limit is only for broken tests, however busy the machine is.
let patience = 30.0

/// Asks again until it holds.
func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<Int(patience * 1000) {
        if condition() { return true }
        usleep(1000)
    }
    return condition()
}

/// The other end of a session, played by the test: a plain UDP socket on the loopback.
final class WireHarness {
    let descriptor: Int32
    let port: UInt16

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let handle = descriptor
        port = try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                try #require(bind(handle, generic, size) == 0)
                try #require(getsockname(handle, generic, &size) == 0)
            }
            return UInt16(bigEndian: pointer.pointee.sin_port)
        }
    }

    deinit { close(descriptor) }

    func send(_ datagram: [UInt8], to port: UInt16) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = sendto(
                    descriptor, datagram, datagram.count, 0, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// The next datagram; nil when none comes for so long.
    func receive(within seconds: Double = patience) -> [UInt8]? {
        guard awaitReadable(descriptor, within: seconds) else { return nil }
        var buffer = [UInt8](repeating: 0, count: 70_000)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count >= 0 ? Array(buffer[..<count]) : nil
    }

    /// A transport message as the initiator of `PlaneHarness` would seal it.
    static func seal(_ packet: [UInt8], index: UInt32, counter: UInt64, key: UInt8 = 1) -> [UInt8] {
        seal(packet, index: index, counter: counter, key: [UInt8](repeating: key, count: 32))
    }

    static func seal(_ packet: [UInt8], index: UInt32, counter: UInt64, key: [UInt8]) -> [UInt8] {
        var message: [UInt8] = [4, 0, 0, 0]
        message += (0..<4).map { UInt8(truncatingIfNeeded: index >> UInt32(8 * $0)) }
        message += (0..<8).map { UInt8(truncatingIfNeeded: counter >> UInt64(8 * $0)) }
        let padded = packet + [UInt8](repeating: 0, count: (16 - packet.count % 16) % 16)
        var sealed = [UInt8](repeating: 0, count: padded.count + 16)
        TransportCipher.seal(
            key: key, counter: counter, source: padded, count: padded.count,
            destination: &sealed)
        return message + sealed
    }

    /// The inverse; nil for what is not genuine.
    static func open(_ message: [UInt8], key: UInt8) -> [UInt8]? {
        open(message, key: [UInt8](repeating: key, count: 32))
    }

    static func open(_ message: [UInt8], key: [UInt8]) -> [UInt8]? {
        guard message.count >= 32, message[0] == 4 else { return nil }
        let counter = message[8..<16].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        var opened = [UInt8](repeating: 0, count: message.count - 16)
        let isGenuine = TransportCipher.open(
            key: key, counter: counter, source: Array(message[16...]),
            count: message.count - 16, destination: &opened)
        return isGenuine ? Array(opened.dropLast(16)) : nil
    }
}
