import WGCrypto
import WGLinux
import WGModel
import WGUAPI

@testable import WGEngine
@testable import WGProtocol

/// A control thread's world with one peer, whose keys the fuzzer has: what it makes gets past mac1 and the handshake's
/// AEAD, and finds sessions, cookies and timers behind them.
struct LiveEngine {
    private final class Network: ControlNetwork {
        var sent: [[UInt8]] = []

        func open(port: UInt16, mark: UInt32) throws(Errno) -> UdpSockets { UdpSockets(ipv4: -1, ipv6: -1, port: 1) }
        func setMark(_ mark: UInt32, of sockets: UdpSockets) throws(Errno) {}
        func close(_ sockets: UdpSockets) {}
        func send(_ message: [UInt8], to endpoint: EndpointRecord, over sockets: UdpSockets) -> Bool {
            sent.append(message)
            return true
        }
    }

    private static let own = PrivateKey(bytes: KeyBytes(repeating: 7)).clamped
    private let peer = LocalIdentity(privateKey: PrivateKey(bytes: KeyBytes(repeating: 8)).clamped)
    private let engine = LocalIdentity(privateKey: LiveEngine.own)
    private let network = Network()
    private let shared: SharedState
    private let controller: EngineController
    private var baker: CookieBaker
    private var now: UInt64 = 1_000_000_000

    init?() {
        let shared = SharedState(clock: EngineClock(rate: 1), controlWake: -1, outboundWake: -1, inboundWake: -1)
        guard let shared, let name = try? InterfaceName("fuzz") else { return nil }
        self.shared = shared
        controller = EngineController(
            name: name, shared: shared, network: network, wallClock: { HandshakeTime(seconds: 1, nanoseconds: 0) },
            log: EngineLog(.verbose, name: name) { _ in true })
        baker = CookieBaker(publicKey: peer.publicKey)
        let endpoint = Endpoint(address: .v4(0xc000_0201), port: 9)
        var cursor = SetCursor()
        do {
            for setting in [.privateKey(Self.own), .peer(peer.publicKey), .endpoint(endpoint)] as [UAPISetting] {
                try controller.apply(setting, at: &cursor, now: now)
            }
            try controller.finish(&cursor, now: now)
            try controller.linkChanged(isUp: true, now: now)
        } catch {
            return nil
        }
    }

    /// Each step: a byte that says what happens, one for the sender's address, one for how many bytes are the step's own.
    mutating func run(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while let choice = rest.popFirst(), let address = rest.popFirst(), let count = rest.popFirst() {
            let own = Array(rest.prefix(Int(count)))
            rest = rest.dropFirst(own.count)
            step(choice, own, from: Endpoint(address: .v4(0xc000_0200 | UInt32(address)), port: 9))
            precondition(controller.report().peers.count == 1)
            precondition(network.sent.count <= 4)
            network.sent = []
        }
        controller.shutDown()
    }

    private mutating func step(_ choice: UInt8, _ bytes: [UInt8], from endpoint: Endpoint) {
        switch choice % 8 {
        case 0: receive(bytes, from: endpoint)
        case 1: receive(marked(bytes), from: endpoint)
        case 2: receive(damaged(initiation(bytes), bytes), from: endpoint)
        case 3: answer(bytes, from: endpoint) { $0.response(to: $1) }
        case 4: answer(bytes, from: endpoint) { $0.cookieReply(to: $1) }
        case 5: controller.admission?.noteQueue(1000, capacity: 1000, now: now)
        case 6: pass(UInt64(bytes.count) * 1_000_000_000)
        default: pass(UInt64(bytes.count) * 10_000_000)
        }
    }

    private func receive(_ message: [UInt8], from endpoint: Endpoint) {
        controller.receive(message, from: EndpointRecord(endpoint), now: now)
    }

    private mutating func pass(_ time: UInt64) {
        now += time
        let passed = controller.takePassed()
        controller.runDeadlines(now: now)
        while shared.outboundOrders.pop() != nil {}
        controller.deliverOrders()
        controller.free(passed)
        controller.sealRetired()
    }

    /// Lets the engine speak, and answers what it says.
    private mutating func answer(
        _ bytes: [UInt8], from endpoint: Endpoint, _ make: (inout LiveEngine, [UInt8]) -> [UInt8]?
    ) {
        guard let slot = controller.slotOfKey[peer.publicKey] else { return }
        shared.raise(PeerEvent.needsSession, peer: slot, ring: shared.outboundEvents)
        shared.outboundEvents.drain { controller.take($0, now: now) }
        let sent = network.sent
        for message in sent {
            if let reply = make(&self, message) { receive(damaged(reply, bytes), from: endpoint) }
        }
    }

    private func marked(_ bytes: [UInt8]) -> [UInt8] {
        var message = bytes
        Mac1(recipient: engine.publicKey).append(to: &message)
        return message
    }

    private func initiation(_ bytes: [UInt8]) -> [UInt8] {
        let label = TAI64N(unixSeconds: Int64(now / 1_000_000), nanoseconds: 0)
        return NoiseHandshake.createInitiation(
            local: peer, remote: RemoteIdentity(publicKey: engine.publicKey, local: peer),
            ephemeral: PrivateKey(bytes: KeyBytes(repeating: bytes.first ?? 1)), timestamp: label,
            senderIndex: UInt32(bytes.count))?.message ?? []
    }

    private func response(to message: [UInt8]) -> [UInt8]? {
        guard let received = NoiseHandshake.consumeInitiation(message, local: peer) else { return nil }
        return NoiseHandshake.createResponse(
            to: received, remote: RemoteIdentity(publicKey: engine.publicKey, local: peer), presharedKey: .zero,
            ephemeral: PrivateKey(bytes: KeyBytes(repeating: 5)), senderIndex: 77)?.message
    }

    private mutating func cookieReply(to message: [UInt8]) -> [UInt8]? {
        let source = HandshakeSource(ipv4: 0xc000_0205, port: 9)
        return baker.reply(to: message.span, from: source, now: now) { KeyBytes(repeating: 6) }
    }

    /// The first of the step's bytes says where to change the message, the second what; without a second nothing.
    private func damaged(_ message: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count > 1, !message.isEmpty else { return message }
        var copy = message
        copy[Int(bytes[0]) % copy.count] ^= bytes[1]
        return copy
    }
}
