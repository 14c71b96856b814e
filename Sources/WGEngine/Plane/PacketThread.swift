internal import CLinux
import Synchronization
import WGLinux

/// Thread U, which runs the inbound loop, and in turn with it the outbound loop unless that has a thread of its own:
/// see `OutboundTurn`.
struct PacketThread: ~Copyable {
    /// Descriptors.
    private static let waitedFor = 5

    private let shared: SharedState
    private let turn: OutboundTurn
    private var inbound: InboundLoop
    private var meter: LoadMeter
    private var busyPoll: BusyPoll
    private var busyWindows = 0

    init(shared: SharedState, turn: OutboundTurn, inbound: consuming InboundLoop) {
        self.shared = shared
        self.turn = turn
        self.inbound = inbound
        meter = LoadMeter(window: turn.policy.window)
        busyPoll = BusyPoll(limit: turn.policy.busyPoll)
    }

    /// Runs until `SharedState.isStopping`.
    mutating func run() {
        var ready: InboundLoop.Ready = []
        while !shared.isStopping.load(ordering: .acquiring) {
            if ready.isEmpty { inbound.quiesce() } else { ready = inbound.runBatch(ready) }
            let hasOutbound = !turn.isApart.load(ordering: .acquiring)
            let isIdle = hasOutbound ? turn.loop.pointee.runBatch(patience: GsoSender.shortPatience) : true
            watchLoad(hasOutbound)
            if !isIdle {
                // Nobody has looked.
                ready = .both
            } else if ready.isEmpty {
                ready = sleep()
            }
        }
        shared.epoch.sleep(.inbound)
    }

    /// Gives the outbound loop away when both are too much.
    private mutating func watchLoad(_ hasOutbound: Bool) {
        guard let load = meter.read() else { return }
        // Workers come after a thread for each direction.
        inbound.judge(load: hasOutbound ? 0 : load)
        guard hasOutbound else {
            turn.inboundLoad.store(inbound.isShared ? .max / 2 : load, ordering: .relaxed)
            return
        }
        busyWindows = load > turn.policy.apartAbove ? busyWindows + 1 : 0
        guard busyWindows >= turn.policy.windows else { return }
        busyWindows = 0
        turn.inboundLoad.store(load, ordering: .relaxed)
        shared.epoch.sleep(.outbound)
        turn.isApart.store(true, ordering: .releasing)
        SharedState.signal(turn.wake.rawValue)
    }

    /// Waits for whatever is this thread's to do. The sockets that can be read.
    private mutating func sleep() -> InboundLoop.Ready {
        let hasOutbound = !turn.isApart.load(ordering: .acquiring)
        let tun = hasOutbound ? turn.loop.pointee.descriptor : -1
        let sockets = inbound.descriptors
        shared.epoch.sleep(.inbound)
        if hasOutbound { shared.epoch.sleep(.outbound) }
        var entries = (
            pollfd(fd: shared.inboundWake, events: Int16(POLLIN), revents: 0),
            pollfd(fd: hasOutbound ? shared.outboundWake : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: tun, events: Int16(POLLIN), revents: 0),
            pollfd(fd: sockets.ipv4, events: Int16(POLLIN), revents: 0),
            pollfd(fd: sockets.ipv6, events: Int16(POLLIN), revents: 0)
        )
        // Apart, the load is to be known; a device that fails is to be tried again.
        let limit = !hasOutbound ? OutboundThread.idleLimit : tun < 0 ? OutboundLoop.retryDelay : -1
        return withUnsafeMutablePointer(to: &entries) { pointer in
            let array = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: pollfd.self)
            let begin = clinux_boottime_ns()
            let time = hasOutbound ? busyPoll.begin(now: begin) : 0
            if !looksAbout(array, for: time, since: begin) { _ = clinux_ppoll(array, Self.waitedFor, limit) }
            busyPoll.end(
                pause: clinux_boottime_ns() &- begin, fromDevice: array[2].revents != 0,
                fromNetwork: array[3].revents | array[4].revents != 0)
            if array[0].revents != 0 { SharedState.clear(shared.inboundWake) }
            if array[1].revents != 0 { SharedState.clear(shared.outboundWake) }
            var ready: InboundLoop.Ready = []
            if array[3].revents != 0 { ready.insert(.ipv4) }
            if array[4].revents != 0 { ready.insert(.ipv6) }
            return ready
        }
    }

    /// Stays awake for this much time, but whoever else wants the processor has it. Whether something is ready.
    private mutating func looksAbout(
        _ entries: UnsafeMutablePointer<pollfd>, for time: UInt64, since begin: UInt64
    ) -> Bool {
        guard time > 0 else { return false }
        if clinux_ppoll(entries, Self.waitedFor, 0) > 0 { return true }
        let before = clinux_thread_cpu_ns()
        let preemptions = clinux_thread_preemptions()
        var isReady = false
        var now = begin
        while !isReady, now &- begin < time {
            let last = now
            clinux_give_way()
            isReady = clinux_ppoll(entries, Self.waitedFor, 0) > 0
            now = clinux_boottime_ns()
            // Without a preemption it was the host of a virtual machine that took the time.
            if now &- last > BusyPoll.crowdedAbove, clinux_thread_preemptions() != preemptions {
                busyPoll.keptWaiting(now &- last, now: now)
                break
            }
        }
        meter.leaveOut(clinux_thread_cpu_ns() &- before)
        return isReady
    }
}
