import Synchronization
import WGLinux

/// The two data-plane threads, T (`OutboundLoop`) and U (`InboundLoop`). Made and stopped by the controller.
struct DataPlane: ~Copyable {
    private let shared: SharedState
    private let outbound: Thread
    private let inbound: Thread

    /// Starts both threads. The device must stay open until `stop` has returned.
    static func start(shared: SharedState, tun: borrowing TunDevice) throws(Errno) -> DataPlane {
        try start(shared: shared, tun: tun.rawValue, joinsUDP: tun.acceptsUdpSuperPackets)
    }

    /// - Parameters:
    ///   - tun: a non-blocking descriptor whose packets carry a `VirtioHeader`.
    ///   - joinsUDP: it takes UDP super-packets.
    static func start(shared: SharedState, tun: Int32, joinsUDP: Bool) throws(Errno) -> DataPlane {
        // Memory is reserved before there is a thread, so that its lack is an error to report.
        guard let outboundLoop = OutboundLoop(shared: shared, tun: tun),
            let inboundLoop = InboundLoop(shared: shared, tun: tun, joinsUDP: joinsUDP)
        else { throw .noMemory }
        let outboundBox = LoopBox(outboundLoop)
        let inboundBox = LoopBox(inboundLoop)
        let outbound = try Thread(name: "wg-outbound") { outboundBox.run { $0.run() } }
        do {
            let inbound = try Thread(name: "wg-inbound") { inboundBox.run { $0.run() } }
            return DataPlane(shared: shared, outbound: outbound, inbound: inbound)
        } catch {
            shared.isStopping.store(true, ordering: .releasing)
            SharedState.signal(shared.outboundWake)
            outbound.join()
            throw error
        }
    }

    private init(shared: SharedState, outbound: consuming Thread, inbound: consuming Thread) {
        self.shared = shared
        self.outbound = outbound
        self.inbound = inbound
    }

    /// Ends both threads and waits for them. `SharedState` can be freed after that.
    consuming func stop() {
        shared.isStopping.store(true, ordering: .releasing)
        SharedState.signal(shared.outboundWake)
        SharedState.signal(shared.inboundWake)
        outbound.join()
        inbound.join()
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
