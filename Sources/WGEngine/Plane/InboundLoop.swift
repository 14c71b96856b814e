internal import CLinux
import Synchronization
import WGCrypto
import WGProtocol

/// From the UDP sockets to the TUN device, run to completion. Thread U, see `PacketThread`.
///
/// One batch:
/// 1. announce a quiescent point, read the clock, load what C has published;
/// 2. receive messages from a socket that is ready, eight at a time, each of one or many datagrams of one sender;
/// 3. handshake messages with the right first MAC, under load only those that `HandshakeGate` lets through, and cookie
///    messages go to C through a ring of their own;
/// 4. find the keypair by the index in the packet, the last one first; too old or unknown: drop;
/// 5. decrypt the packet behind the payload of the one before (`Coalescer`);
/// 6. only then: the replay window, the peer's endpoint, the session's state;
/// 7. a packet that continues the run is checked by that; of any other, the allowed IPs must hold the source;
/// 8. after the last message write the run to the TUN device, and account for what came.
///
/// While workers share the load, they decrypt the messages of a receive where they lie, those packets that pass 4 and
/// that the replay window allows; 5 copies what was genuine. All are taken back before the next receive.
///
/// Nothing here allocates, counts references or throws per packet.
struct InboundLoop: ~Copyable {
    /// Receives, and bytes that they bring, before the run is written and the other direction has its turn.
    private static let receivesPerBatch = 16
    private static let bytesPerBatch = 256 << 10

    private let shared: SharedState
    /// The same, for what happens per packet: no references are counted.
    private let uncounted: Unmanaged<SharedState>
    private let peers: PeerTable
    private let keypairs: KeypairTable
    private let arena: PacketArena
    private var receiver: GroReceiver
    private var coalescer: Coalescer
    private var gate: HandshakeGate
    /// How messages are shared with workers; nil where there are none.
    private var use: WorkerUse?
    /// Whether they are. Does not change within a batch.
    private(set) var isShared = false
    private var message = clinux_udp_message()

    // Of this batch.
    private var now: UInt64 = 0
    private var sockets: UnsafeMutablePointer<UdpSockets>?
    private var routing: UnsafeMutablePointer<RoutingSnapshot>?
    private var macChecker: UnsafeMutablePointer<MacChecker>?
    /// The keypair of the last packet, if it may be received with.
    private var keypair: UnsafeMutablePointer<KeypairRecord>?
    private var keypairIndex: UInt32 = 0

    // What came by one keypair in the current message; peer -1 for nothing.
    private var countedPeer: Int32 = -1
    private var countedIndex: UInt32 = 0
    private var countedBytes: UInt64 = 0
    private var countedData = false

    /// `nil` when there is no memory for buffers.
    ///
    /// - Parameters:
    ///   - tun: non-blocking; stays open longer than the loop runs.
    ///   - joinsUDP: the device takes UDP super-packets.
    ///   - ring: to share the decrypting by, of which the loop is the owner.
    init?(shared: SharedState, tun: Int32, joinsUDP: Bool, ring: WorkerRing? = nil) {
        let size = GroReceiver.bufferSize + 2 * Coalescer.bufferSize + FlowHeader.maximumLength
        guard var arena = PacketArena(size: size) else { return nil }
        self.shared = shared
        uncounted = Unmanaged.passUnretained(shared)
        peers = shared.peers
        keypairs = shared.keypairs
        gate = HandshakeGate(shared.handshakeFilter)
        use = ring.map { WorkerUse($0) }
        receiver = GroReceiver(buffer: arena.take(GroReceiver.bufferSize))
        coalescer = Coalescer(
            tun: tun, joinsUDP: joinsUDP, buffers: arena.take(2 * Coalescer.bufferSize),
            scratch: arena.take(FlowHeader.maximumLength))
        self.arena = arena
    }

    deinit {
        receiver.deallocate()
        arena.deallocate()
    }

    /// Which sockets are worth a receive.
    struct Ready: OptionSet {
        let rawValue: UInt8
        static let ipv4 = Ready(rawValue: 1)
        static let ipv6 = Ready(rawValue: 2)
        static let both: Ready = [.ipv4, .ipv6]
    }

    /// One batch. What there may be more of to receive.
    mutating func runBatch(_ ready: Ready = .both) -> Ready {
        quiesce()
        beginBatch()
        return receiveBatch(ready)
    }

    /// Between batches: what the thread has had of a processor in a window, in thousandths.
    mutating func judge(load: Int) {
        use?.judge(load)
        isShared = use?.isShared ?? false
    }

    /// The top of a batch, also of one that has nothing to receive.
    mutating func quiesce() {
        shared.epoch.quiesce(.inbound)
        sockets = shared.sockets.load(ordering: .acquiring)
    }

    /// What to wait for; C signals `inboundWake` after it has changed the sockets. -1 for a family that is not there.
    var descriptors: (ipv4: Int32, ipv6: Int32) { (sockets?.pointee.ipv4 ?? -1, sockets?.pointee.ipv6 ?? -1) }

    private mutating func beginBatch() {
        now = shared.clock.now()
        routing = shared.routing.load(ordering: .acquiring)
        macChecker = shared.macChecker.load(ordering: .acquiring)
        keypair = nil
        keypairIndex = 0
    }

    private mutating func receiveBatch(_ ready: Ready) -> Ready {
        guard let sockets else { return [] }
        var more: Ready = []
        if ready.contains(.ipv4), receive(sockets.pointee.ipv4) { more.insert(.ipv4) }
        if ready.contains(.ipv6), receive(sockets.pointee.ipv6) { more.insert(.ipv6) }
        return more
    }

    /// Where the kernel has joined nothing, a run gathers the datagrams of many receives. True when there may be more.
    private mutating func receive(_ descriptor: Int32) -> Bool {
        guard descriptor >= 0 else { return false }
        var mayHaveMore = true
        var bytes = 0
        for _ in 0..<Self.receivesPerBatch where mayHaveMore && bytes < Self.bytesPerBatch {
            let count = receiver.receive(descriptor)
            if isShared { give(count) }
            for index in 0..<count where receiver.message(index, &message) {
                takeMessage()
                bytes &+= message.count
            }
            mayHaveMore = count == GroReceiver.batchSize
        }
        coalescer.flush()
        return mayHaveMore
    }

    // MARK: - Packets

    /// All datagrams of one message.
    @inline(never)
    private mutating func takeMessage() {
        guard let bytes = message.bytes else { return }
        if isShared, takeBack(bytes) { return }
        let segment = max(message.segment, 1)
        var offset = 0
        while offset < message.count {
            takeDatagram(bytes + offset, min(segment, message.count &- offset))
            offset &+= segment
        }
        account()
    }

    @inline(__always)
    private mutating func takeDatagram(_ bytes: UnsafeRawPointer, _ count: Int) {
        guard count >= 4 else { return }
        if UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)) == TransportMessage.type {
            if count >= TransportMessage.overhead { takeTransport(bytes, count) }
        } else {
            takeHandshake(bytes, count)
        }
    }

    /// Types 1 to 3 in their sizes (whitepaper 5.4.2 to 5.4.7) are for C; anything else is nobody's. The first MAC is
    /// checked here, for 300 ns: what doesn't know our key never gets into the ring, nor wakes C.
    @inline(never)
    private mutating func takeHandshake(_ bytes: UnsafeRawPointer, _ count: Int) {
        let isUnderLoad = uncounted._withUnsafeGuaranteedRef { $0.collectsHandshakes.load(ordering: .relaxed) }
        if isUnderLoad { gate.age(now) }
        switch (UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)), count) {
        case (1, 148): guard isWorthTaking(bytes, isUnderLoad) else { return }
        case (2, 92): guard HandshakeGate.hasMac1(bytes, count, macChecker) else { return }
        case (3, 64): break
        default: return
        }
        let sender = EndpointRecord(received: message.path)
        uncounted._withUnsafeGuaranteedRef { shared in
            let isIn = shared.handshakes.push { entry in
                entry.pointee.kind = .handshake
                entry.pointee.peer = -1
                entry.pointee.endpoint = sender
                entry.pointee.payloadLength = UInt32(truncatingIfNeeded: count)
                withUnsafeMutableBytes(of: &entry.pointee.payload) { payload in
                    payload.baseAddress?.copyMemory(from: bytes, byteCount: count)
                }
            }
            if isIn { shared.wakeControlForHandshake() }
        }
    }

    /// Whether C is to see an initiation.
    private mutating func isWorthTaking(_ bytes: UnsafeRawPointer, _ isUnderLoad: Bool) -> Bool {
        guard isUnderLoad, !HandshakeGate.hasMac2(bytes) else {
            return HandshakeGate.hasMac1(bytes, 148, macChecker)
        }
        let isIPv4 = message.path.remote_length == UInt32(MemoryLayout<sockaddr_in>.size)
        let source = gate.hash(message.path.remote, isIPv4: isIPv4)
        let macChecker = macChecker
        let shed = gate.shed(source, now: now) { HandshakeGate.hasMac1(bytes, 148, macChecker) }
        guard shed > 0 else { return true }
        uncounted._withUnsafeGuaranteedRef { _ = $0.shedHandshakes.wrappingAdd(shed, ordering: .relaxed) }
        return false
    }

    @inline(never)
    private mutating func takeTransport(_ bytes: UnsafeRawPointer, _ count: Int) {
        let index = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        let counter = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        if index != keypairIndex || keypair == nil { findKeypair(index) }
        // What the window refuses is not worth decrypting; what it would take, it notes only once it is genuine.
        guard let keypair, counter < SessionLimits.rejectAfterMessages, keypair.pointee.replay.allows(counter) else {
            return
        }

        let place = coalescer.place()
        // The receive key is the record's second field.
        let isGenuine = TransportCipher.open(
            key: UnsafeRawPointer(keypair) + MemoryLayout<InlineArray<32, UInt8>>.size, counter: counter,
            source: bytes + TransportMessage.headerSize, count: count &- TransportMessage.headerSize,
            destination: place)
        guard isGenuine, keypair.pointee.replay.accept(counter) else { return coalescer.cancel() }
        takeGenuine(place, count, keypair)
    }

    /// A packet decrypted to the coalescer's place, of a message of `count` bytes.
    @inline(__always)
    private mutating func takeGenuine(
        _ place: UnsafeMutableRawPointer, _ count: Int, _ keypair: UnsafeMutablePointer<KeypairRecord>
    ) {
        let peer = keypair.pointee.peer
        if peer != countedPeer || keypair.pointee.localIndex != countedIndex { beginCounting(keypair) }
        countedBytes &+= UInt64(count)
        let length = count &- TransportMessage.overhead
        guard length > 0 else { return coalescer.cancel() }
        countedData = true
        if CongestionField.matters(message.congestion),
            !CongestionField.combine(place, length, outer: message.congestion)
        {
            return coalescer.cancel()
        }
        if !coalescer.extend(length, peer: peer) { takePacket(place, length, peer) }
    }

    /// A packet that does not continue the run: its source must be the peer's.
    @inline(never)
    private mutating func takePacket(_ packet: UnsafeRawPointer, _ count: Int, _ peer: Int32) {
        let length = InnerPacket.length(packet, count: count)
        guard length >= 0, let routing else { return coalescer.cancel() }
        let owner =
            packet.byte(0) &>> 4 == 4
            ? routing.pointee.ipv4.find(packet.big32(12)) : routing.pointee.ipv6.find(packet.big128(8))
        guard owner == peer else { return coalescer.cancel() }
        coalescer.begin(length, peer: peer)
    }

    /// Looks the keypair up; none when it is unknown or over its time.
    @inline(never)
    private mutating func findKeypair(_ index: UInt32) {
        keypairIndex = index
        keypair = nil
        guard let found = keypairs.find(index),
            now &- found.pointee.birth < SessionLimits.rejectAfterTime || now < found.pointee.birth,
            peers[found.pointee.peer].pointee.isActive.load(ordering: .acquiring)
        else { return }
        keypair = found
    }

    // MARK: - With workers

    /// Gives the workers what they can decrypt of the messages just received.
    @inline(never)
    private mutating func give(_ count: Int) {
        guard let ring = use?.ring else { return }
        for index in 0..<count where receiver.message(index, &message) {
            guard let index = WorkerJob.keypairIndex(of: message) else { continue }
            if index != keypairIndex || keypair == nil { findKeypair(index) }
            guard let keypair,
                let job = WorkerJob(opening: message, with: keypair, least: ring.policy.leastMessages)
            else { continue }
            ring.submit(job)
        }
    }

    /// All datagrams of a message that workers have; false when they don't. What they were not to decrypt is taken here.
    @inline(never)
    private mutating func takeBack(_ bytes: UnsafeMutableRawPointer) -> Bool {
        guard let ring = use?.ring, ring.count > 0, ring.oldest.pointee.bytes == bytes else { return false }
        let genuine = ring.finishOldest()
        let job = ring.oldest.pointee
        ring.takeOldest()
        var offset = 0
        var bit: UInt64 = 1
        while offset < job.count {
            let size = min(job.segment, job.count &- offset)
            if job.wanted & bit == 0 {
                takeDatagram(bytes + offset, size)
            } else if genuine & bit != 0 {
                takeOpened(bytes + offset, size, job.keypair)
            }
            offset &+= job.segment
            // 0 after the last bit: the rest is wanted by nobody.
            bit &<<= 1
        }
        account()
        return true
    }

    /// A genuine packet that lies decrypted behind its header.
    @inline(__always)
    private mutating func takeOpened(
        _ bytes: UnsafeRawPointer, _ count: Int, _ keypair: UnsafeMutablePointer<KeypairRecord>
    ) {
        let counter = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        guard keypair.pointee.replay.accept(counter) else { return }
        let place = coalescer.place()
        place.copyMemory(from: bytes + TransportMessage.headerSize, byteCount: count &- TransportMessage.overhead)
        takeGenuine(place, count, keypair)
    }

    // MARK: - After authentication

    /// The first genuine packet by a keypair in this message: where it came from, and what it means for the session.
    @inline(never)
    private mutating func beginCounting(_ keypair: UnsafeMutablePointer<KeypairRecord>) {
        account()
        let peer = keypair.pointee.peer
        countedPeer = peer
        countedIndex = keypair.pointee.localIndex
        if !keypair.pointee.isConfirmed.load(ordering: .relaxed) {
            // Before the packet reaches the TUN device, and T its answer.
            keypair.pointee.isConfirmed.store(true, ordering: .releasing)
            raise(PeerEvent.nextConfirmed, peer: peer)
        }
        if keypair.pointee.isInitiator, now > keypair.pointee.birth,
            now &- keypair.pointee.birth >= SessionLimits.rekeyBeforeRejection,
            !keypair.pointee.rekeyRaised.exchange(true, ordering: .relaxed)
        {
            raise(PeerEvent.needsRekey, peer: peer)
        }
        followRoaming(peer)
    }

    /// Tells C when the peer is heard from elsewhere than where it is sent to.
    private func followRoaming(_ peer: Int32) {
        let sender = EndpointRecord(received: message.path)
        if let known = peers[peer].pointee.endpoint.load(ordering: .acquiring), known.pointee.isSame(as: sender) {
            return
        }
        tellControl { entry in
            entry.pointee.kind = .roamed
            entry.pointee.peer = peer
            entry.pointee.endpoint = sender
            entry.pointee.payloadLength = 0
        }
    }

    /// Writes down what came from the counted peer.
    @inline(never)
    private mutating func account() {
        guard countedPeer >= 0 else { return }
        let slot = peers[countedPeer]
        slot.pointee.receivedBytes.wrappingAdd(countedBytes, ordering: .relaxed)
        slot.pointee.lastAuthenticatedReceived.store(now, ordering: .relaxed)
        slot.pointee.firstUnansweredDataSent.store(0, ordering: .relaxed)
        if countedData {
            slot.pointee.lastDataReceived.store(now, ordering: .relaxed)
            if slot.pointee.firstUnrepliedDataReceived.load(ordering: .relaxed) == 0 {
                slot.pointee.firstUnrepliedDataReceived.store(now, ordering: .relaxed)
            }
            uncounted._withUnsafeGuaranteedRef { $0.raiseActivity(peer: countedPeer, ring: $0.inboundEvents) }
        }
        countedPeer = -1
        countedBytes = 0
        countedData = false
    }

    @inline(__always)
    private func raise(_ bits: UInt32, peer: Int32) {
        uncounted._withUnsafeGuaranteedRef { $0.raise(bits, peer: peer, ring: $0.inboundEvents) }
    }

    /// Fills an entry of the ring to C; it is lost when the ring is full.
    @inline(__always)
    private func tellControl(_ fill: (UnsafeMutablePointer<ControlMessage>) -> Void) {
        uncounted._withUnsafeGuaranteedRef { shared in
            if shared.inboundEvents.push(fill) { shared.wakeControl() }
        }
    }
}
