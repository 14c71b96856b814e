// Before WGNetlink, which brings in libc's own module: its types must be known as CLinux's first.
internal import CLinux
import Synchronization
import WGLinux
import WGModel
import WGNetlink
import WGUAPI

/// Thread C: waits for whatever the engine is told, and lets `EngineController` decide.
///
/// One turn of the loop:
/// 1. see which retired memory is free to go;
/// 2. take the messages of the other two threads;
/// 3. do what is due;
/// 4. free, and begin an epoch for what has been retired;
/// 5. sleep until something comes or the next deadline passes;
/// 6. serve signals, the link's events and UAPI clients.
final class ControlLoop {
    private let shared: SharedState
    private let controller: EngineController
    private let server: UAPIServer
    private let link: LinkWatch
    private let signals: TerminationSignals
    private var set = PollSet()

    /// How long to wait for the other threads to let go of retired memory before looking again, in real nanoseconds.
    private static let reclaimDelay: UInt64 = 10_000_000

    init(
        shared: SharedState, controller: EngineController, server: UAPIServer, link: LinkWatch,
        signals: TerminationSignals
    ) {
        self.shared = shared
        self.controller = controller
        self.server = server
        self.link = link
        self.signals = signals
    }

    /// Why the engine ends.
    enum Ending {
        case signal
        case linkDeleted
        case socketRemoved
    }

    /// Blocks until the engine is to end.
    func run() throws(Errno) -> Ending {
        guard follow(link.look()) else { return .linkDeleted }
        while true {
            turn()
            try sleep()
            if signals.take() { return .signal }
            if set.isReady(link.descriptor), !follow(link.read()) { return .linkDeleted }
            if set.isReady(server.descriptor), !server.serve(self) { return .socketRemoved }
        }
    }

    private func turn() {
        let passed = controller.takePassed()
        let now = shared.clock.now()
        shared.outboundEvents.drain { controller.take($0, now: now) }
        shared.inboundEvents.drain { controller.take($0, now: now) }
        controller.takeHandshakes(now: now)
        // Both are asked: `||` would leave the second one's mark standing.
        let lost = (shared.outboundEvents.takeOverflow(), shared.inboundEvents.takeOverflow())
        if lost.0 || lost.1 { controller.takeEventsOfAllPeers(now: now) }
        controller.runDeadlines(now: now)
        controller.deliverOrders()
        controller.free(passed)
        controller.sealRetired()
    }

    private func sleep() throws(Errno) {
        set.removeAll()
        set.add(shared.controlWake)
        set.add(signals.descriptor)
        set.add(link.descriptor)
        set.add(server.descriptor)
        // A producer that pushes from now on sees that we sleep; one that pushed before is seen by us.
        shared.controlSleeps.store(true, ordering: .sequentiallyConsistent)
        let isIdle =
            shared.outboundEvents.isEmpty && shared.inboundEvents.isEmpty && !controller.mustTakeHandshakes
        defer { shared.controlSleeps.store(false, ordering: .relaxed) }
        // Handshakes and clients leave parts of keys behind.
        clinux_wipe_stack()
        // Routes are published when a client's request ends, or when it lets us wait in its midst.
        try set.wait(nanoseconds: isIdle && !controller.routingIsStale ? delay : 0)
        if !set.isAnyReady { controller.publishRoutingIfStale() }
        if set.isReady(shared.controlWake) { SharedState.clear(shared.controlWake) }
    }

    /// Real nanoseconds until something is due; `nil` when nothing is.
    private var delay: UInt64? {
        var delay = controller.nextDeadline.map { shared.clock.realDelay(until: $0) }
        if let pause = controller.handshakePause { delay = min(delay ?? .max, pause) }
        if controller.awaitsOthers { delay = min(delay ?? .max, Self.reclaimDelay) }
        return delay
    }

    /// False when the link is gone.
    private func follow(_ news: LinkWatch.News) -> Bool {
        guard !news.isGone else { return false }
        if let mtu = news.mtu { shared.mtu.store(mtu, ordering: .relaxed) }
        // A port that is taken leaves the device without sockets, until a client sets another one.
        let now = shared.clock.now()
        do throws(Errno) {
            if let isUp = news.isUp { try controller.linkChanged(isUp: isUp, now: now) }
        } catch {
            controller.log.note(
                .error, "port-unavailable", now: now,
                [("port", "\(controller.listenPort)"), ("reason", "\(error)")])
        }
        return true
    }
}

extension ControlLoop: UAPIDevice {
    func apply(_ setting: UAPISetting, at cursor: inout SetCursor) throws(Errno) {
        try controller.apply(setting, at: &cursor, now: shared.clock.now())
    }

    func finish(_ cursor: inout SetCursor) throws(Errno) { try controller.finish(&cursor, now: shared.clock.now()) }

    func noteRefused(_ error: UAPIError) {
        controller.log.note(
            .error, "request-refused", now: shared.clock.now(),
            [("line", "\(error.line)"), ("reason", "\(error.kind)")])
    }

    func writeReport(to text: inout TextBuffer, _ cursor: inout ReportCursor, limit: Int) {
        controller.writeReport(to: &text, &cursor, limit: limit)
    }
}
