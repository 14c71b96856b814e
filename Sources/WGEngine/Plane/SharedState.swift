internal import CLinux
import Synchronization
import WGProtocol

/// Everything that the engine's three threads share. Made by the controller before T and U start, and freed by it
/// after both have ended. Each thread holds one reference for its life; what it points to is raw memory.
///
/// Who writes what: C publishes routing, sockets, endpoints and keypairs; T and U write time stamps and counters in
/// the slots and push to their own ring. See `PeerSlot` and `QuiescentEpoch` for the ordering.
///
/// `@unchecked Sendable`: every stored property is a `let`, and each pointee states its own rule.
final class SharedState: @unchecked Sendable {
    let clock: EngineClock
    let peers: PeerTable
    let keypairs: KeypairTable
    let epoch = QuiescentEpoch()
    /// From T.
    let outboundEvents = ControlRing()
    /// From U.
    let inboundEvents = ControlRing()
    /// From U: handshake and cookie messages, apart from its other news, so that a flood of them pushes nothing else
    /// out. A tenth of a second's worth of 40 000 a second.
    let handshakes = ControlRing(capacity: 4096)
    /// Whether there is load: C looks after `handshakes` by itself every few milliseconds, so that U need not wake it, and
    /// U lets through only what passes its gate.
    let collectsHandshakes = Atomic<Bool>(false)
    /// What U's gate remembers, and the kernel's program that looks into it.
    let handshakeFilter: HandshakeFilter
    /// How many initiations U and the kernel have dropped under load since C last asked.
    let shedHandshakes = Atomic<UInt64>(0)
    /// To T.
    let outboundOrders = OutboundRing()

    /// The allowed IPs; nil while there are none.
    let routing = Atomic<UnsafeMutablePointer<RoutingSnapshot>?>(nil)
    /// The UDP sockets; nil while the device has none.
    let sockets = Atomic<UnsafeMutablePointer<UdpSockets>?>(nil)
    /// What handshake messages to this device are told by; nil while it has no private key.
    let macChecker = Atomic<UnsafeMutablePointer<MacChecker>?>(nil)
    /// Bytes: the TUN device's MTU, kept current by C.
    let mtu = Atomic<Int>(1420)
    /// Whether T and U are to end.
    let isStopping = Atomic<Bool>(false)
    /// Whether C is about to block, so that a producer has to write to `controlWake`.
    let controlSleeps = Atomic<Bool>(false)

    /// Event descriptors, owned by the controller: written to wake C, T and U.
    let controlWake: Int32
    let outboundWake: Int32
    let inboundWake: Int32

    private let peerMemory: UnsafeMutableRawPointer
    private let keypairMemory: UnsafeMutableRawPointer
    private static let peerBytes = MemoryLayout<PeerSlot>.stride * PeerTable.capacity
    private static let keypairBytes = MemoryLayout<KeypairTable.Entry>.stride * KeypairTable.capacity

    /// `nil` when there is no address space for the tables.
    ///
    /// - Parameter filtersInKernel: whether the kernel is to drop known sources' initiations under load, if it will.
    init?(
        clock: EngineClock, controlWake: Int32, outboundWake: Int32, inboundWake: Int32, filtersInKernel: Bool = false
    ) {
        guard let peerMemory = clinux_reserve(Self.peerBytes) else { return nil }
        guard let keypairMemory = clinux_reserve(Self.keypairBytes) else { return nil }
        guard let handshakeFilter = HandshakeFilter(asksKernel: filtersInKernel) else { return nil }
        self.handshakeFilter = handshakeFilter
        self.clock = clock
        self.controlWake = controlWake
        self.outboundWake = outboundWake
        self.inboundWake = inboundWake
        self.peerMemory = peerMemory
        self.keypairMemory = keypairMemory
        // Zeroed pages are valid slots and entries: nil pointers, false flags, zero counters.
        peers = PeerTable(slots: peerMemory.bindMemory(to: PeerSlot.self, capacity: PeerTable.capacity))
        keypairs = KeypairTable(
            entries: keypairMemory.bindMemory(to: KeypairTable.Entry.self, capacity: KeypairTable.capacity))
    }

    deinit {
        _ = clinux_unmap(peerMemory, Self.peerBytes)
        _ = clinux_unmap(keypairMemory, Self.keypairBytes)
        epoch.deallocate()
        outboundEvents.deallocate()
        inboundEvents.deallocate()
        handshakes.deallocate()
        outboundOrders.deallocate()
        handshakeFilter.deallocate()
    }

    /// T or U: raises event bits of a peer and tells C once.
    @inline(__always)
    func raise(_ bits: UInt32, peer: Int32, ring: ControlRing) {
        let before = peers[peer].pointee.raised.bitwiseOr(bits, ordering: .acquiringAndReleasing).oldValue
        guard before == 0 else { return }
        _ = ring.push { message in
            message.pointee.kind = .peerEvents
            message.pointee.peer = peer
        }
        wakeControl()
    }

    /// T or U, after writing down the time: data went out or came in. C hears of it unless it watches the peer anyway.
    @inline(__always)
    func raiseActivity(peer: Int32, ring: ControlRing) {
        let slot = peers[peer]
        guard !slot.pointee.isWatched.load(ordering: .relaxed),
            !slot.pointee.isWatched.exchange(true, ordering: .relaxed)
        else { return }
        raise(PeerEvent.activity, peer: peer, ring: ring)
    }

    /// Wakes C if it sleeps. The load is sequentially consistent, after the push: either C's last look at the ring
    /// sees the entry, or we see that it sleeps.
    @inline(__always)
    func wakeControl() {
        if controlSleeps.load(ordering: .sequentiallyConsistent) { Self.signal(controlWake) }
    }

    /// Wakes C for a handshake message, unless it comes for them anyway. The same argument as for `wakeControl`: C's last
    /// look at the ring comes after it has said that it does not.
    @inline(__always)
    func wakeControlForHandshake() {
        if !collectsHandshakes.load(ordering: .sequentiallyConsistent) { wakeControl() }
    }

    /// Makes an event descriptor readable.
    static func signal(_ descriptor: Int32) {
        var one: UInt64 = 1
        _ = clinux_write(descriptor, &one, 8)
    }

    /// Makes an event descriptor unreadable until it is signalled again.
    @inline(__always)
    static func clear(_ descriptor: Int32) {
        var count: UInt64 = 0
        _ = clinux_read(descriptor, &count, 8)
    }
}
