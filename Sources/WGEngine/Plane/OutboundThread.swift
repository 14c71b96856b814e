internal import CLinux
import Synchronization
import WGLinux

/// The thread that runs the outbound loop while its turn is apart from the inbound loop, and otherwise waits.
struct OutboundThread: ~Copyable, Sendable {
    /// Real nanoseconds after which a thread without traffic looks at its load.
    static let idleLimit: Int64 = 100_000_000

    private let shared: SharedState
    private let turn: OutboundTurn

    init(shared: SharedState, turn: OutboundTurn) {
        self.shared = shared
        self.turn = turn
    }

    /// Runs until `SharedState.isStopping`.
    func run() {
        var meter = LoadMeter(window: turn.policy.window)
        while !shared.isStopping.load(ordering: .acquiring) {
            guard turn.isApart.load(ordering: .acquiring) else {
                awaitTurn()
                _ = meter.read()
                continue
            }
            if turn.loop.pointee.runBatch() { sleep() }
            guard let load = meter.read() else { continue }
            turn.loop.pointee.judge(load: load)
            // What workers do would be too much for the packet thread.
            guard !turn.loop.pointee.isShared,
                load + turn.inboundLoad.load(ordering: .relaxed) < turn.policy.togetherBelow
            else { continue }
            shared.epoch.sleep(.outbound)
            turn.isApart.store(false, ordering: .releasing)
            SharedState.signal(shared.inboundWake)
        }
    }

    private func awaitTurn() {
        var entry = pollfd(fd: turn.wake.rawValue, events: Int16(POLLIN), revents: 0)
        _ = clinux_ppoll(&entry, 1, -1)
        SharedState.clear(turn.wake.rawValue)
    }

    private func sleep() {
        shared.epoch.sleep(.outbound)
        var entries = (
            pollfd(fd: shared.outboundWake, events: Int16(POLLIN), revents: 0),
            pollfd(fd: turn.loop.pointee.descriptor, events: Int16(POLLIN), revents: 0)
        )
        withUnsafeMutablePointer(to: &entries) { pointer in
            let array = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: pollfd.self)
            _ = clinux_ppoll(array, 2, Self.idleLimit)
            if array[0].revents != 0 { SharedState.clear(shared.outboundWake) }
        }
    }
}
