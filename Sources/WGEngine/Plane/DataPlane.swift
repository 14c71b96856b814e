import Synchronization
import WGLinux

/// The two data-plane threads: U (`PacketThread`), and one that is T (`OutboundThread`) under load, when U is not; and
/// their workers, which sleep while those two can do with a processor each. Made and stopped by the controller.
struct DataPlane: ~Copyable {
    private let shared: SharedState
    private let turn: OutboundTurn
    private let outbound: Thread
    private let packets: Thread
    private var workers: Workers?

    /// Starts all threads. The device must stay open until `stop` has returned.
    static func start(
        shared: SharedState, tun: borrowing TunDevice, policy: OutboundTurn.Policy
    ) throws(Errno) -> DataPlane {
        try start(shared: shared, tun: tun.rawValue, joinsUDP: tun.acceptsUdpSuperPackets, policy: policy)
    }

    /// - Parameters:
    ///   - tun: a non-blocking descriptor whose packets carry a `VirtioHeader`.
    ///   - joinsUDP: it takes UDP super-packets.
    static func start(
        shared: SharedState, tun: Int32, joinsUDP: Bool, policy: OutboundTurn.Policy = OutboundTurn.Policy()
    ) throws(Errno) -> DataPlane {
        var workers = try Workers.start(policy.ring)
        do {
            return try start(shared: shared, tun: tun, joinsUDP: joinsUDP, policy: policy, &workers)
        } catch {
            workers?.end()
            throw error
        }
    }

    private static func start(
        shared: SharedState, tun: Int32, joinsUDP: Bool, policy: OutboundTurn.Policy, _ workers: inout Workers?
    ) throws(Errno) -> DataPlane {
        // Memory is reserved before there is a thread, so that its lack is an error to report.
        guard let outboundLoop = OutboundLoop(shared: shared, tun: tun, ring: workers?.outbound),
            let inboundLoop = InboundLoop(shared: shared, tun: tun, joinsUDP: joinsUDP, ring: workers?.inbound)
        else { throw .noMemory }
        let turn = try OutboundTurn(outboundLoop, policy: policy)
        let box = LoopBox(PacketThread(shared: shared, turn: turn, inbound: inboundLoop))
        let outbound = try Thread(name: "wg-outbound") { OutboundThread(shared: shared, turn: turn).run() }
        do {
            let packets = try Thread(name: "wg-packets") { box.run { $0.run() } }
            return DataPlane(
                shared: shared, turn: turn, outbound: outbound, packets: packets, workers: workers.take())
        } catch {
            shared.isStopping.store(true, ordering: .releasing)
            SharedState.signal(turn.wake.rawValue)
            outbound.join()
            throw error
        }
    }

    private init(
        shared: SharedState, turn: OutboundTurn, outbound: consuming Thread, packets: consuming Thread,
        workers: consuming Workers?
    ) {
        self.shared = shared
        self.turn = turn
        self.outbound = outbound
        self.packets = packets
        self.workers = workers
    }

    /// Ends all threads and waits for them. `SharedState` can be freed after that.
    consuming func stop() {
        shared.isStopping.store(true, ordering: .releasing)
        for descriptor in [shared.outboundWake, shared.inboundWake, turn.wake.rawValue] {
            SharedState.signal(descriptor)
        }
        outbound.join()
        packets.join()
        shared.epoch.sleep(.outbound)
        // Nothing is with them: both rings are empty whenever their owners end a batch.
        workers?.end()
    }
}

/// Carries a loop to its thread.
///
/// `@unchecked Sendable`: the maker gives it to one thread and does not touch it again.
private final class LoopBox<Loop: ~Copyable>: @unchecked Sendable {
    private var loop: Loop?

    init(_ loop: consuming Loop) { self.loop = consume loop }

    /// Takes the loop out, so that it runs as a local value of the thread and ends with it.
    func run(_ body: (inout Loop) -> Void) {
        guard var loop = loop.take() else { return }
        body(&loop)
    }
}
