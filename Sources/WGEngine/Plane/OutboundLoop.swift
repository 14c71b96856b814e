internal import CLinux
import Synchronization
import WGCrypto

/// From the TUN device to the UDP socket, run to completion. Whoever has `OutboundTurn` runs it and is thread T.
///
/// One batch:
/// 1. announce a quiescent point, read the clock, load what C has published;
/// 2. obey C's orders: send or drop what waits for a session;
/// 3. read a packet or super-packet; at EAGAIN the batch ends;
/// 4. find the peer by destination, the last one first; without a peer, or an endpoint: tell the sender;
/// 5. no usable session: keep the packet, and ask C for one;
/// 6. take as many counters as there are segments, at once;
/// 7. cut each segment where it lies (`Segmenter`), pad it, and encrypt it into the send buffer;
/// 8. send when the next packet cannot go along (`GsoSender`), and at the end of the batch; then account for it.
///
/// While workers share the load, 7 copies plain segments into the send buffer, and 8 gives it to the ring instead and
/// goes on in another; what comes back is sent, all of it before the batch ends.
///
/// Nothing here allocates, counts references or throws per packet.
struct OutboundLoop: ~Copyable {
    /// Reads, and bytes that they bring, before the next quiescent point: single packets fill several sends, and
    /// super-packets leave the other direction its turn.
    private static let readsPerBatch = 128
    private static let bytesPerBatch = 512 << 10
    private static let frameSize = VirtioHeader.size + 65_535
    /// Real nanoseconds until a device that fails is tried again.
    static let retryDelay: Int64 = 1_000_000_000

    private let shared: SharedState
    /// The same, for what happens per packet: no references are counted.
    private let uncounted: Unmanaged<SharedState>
    private let peers: PeerTable
    private let tun: Int32
    private let arena: PacketArena
    private let frame: UnsafeMutableRawPointer
    private var segmenter: Segmenter
    private var sender: GsoSender
    private var staged: StagedPackets
    /// What workers have; nil where there are none.
    private var runs: OutboundRuns?
    /// Whether packets are only cut here, and sealed by workers. Does not change within a batch.
    private(set) var isShared = false
    /// Where `UnreachableReply` writes.
    private let reply: UnsafeMutableRawPointer
    private var replies = RateLimit()

    // Of this batch.
    private var now: UInt64 = 0
    private var mtu = 0
    private var sockets: UnsafeMutablePointer<UdpSockets>?
    private var routing: UnsafeMutablePointer<RoutingSnapshot>?
    /// Where what waits in the sender goes.
    private var endpoint: UnsafeMutablePointer<EndpointRecord>?
    /// Whether what waits in the sender holds more than keepalives.
    private var pendingData = false
    private var tunFailed = false

    // The last destination looked up in this batch; peer -2 for none.
    private var cachedPeer: Int32 = -2
    private var cachedIsIPv4 = true
    private var cachedAddress: UInt128 = 0

    /// `nil` when there is no memory for buffers.
    ///
    /// - Parameters:
    ///   - tun: non-blocking; stays open longer than the loop runs.
    ///   - ring: to share the sealing by, of which the loop is the owner.
    init?(shared: SharedState, tun: Int32, ring: WorkerRing? = nil) {
        let frameBytes = Self.frameSize + 64
        let sendBytes = ring == nil ? GsoSender.bufferSize : OutboundRuns.bufferSize
        let others = sendBytes + Segmenter.maximumHeaderLength + UnreachableReply.bufferSize
        guard var arena = PacketArena(size: frameBytes + others) else { return nil }
        guard let staged = StagedPackets() else {
            arena.deallocate()
            return nil
        }
        self.shared = shared
        uncounted = Unmanaged.passUnretained(shared)
        self.tun = tun
        self.staged = staged
        peers = shared.peers
        frame = arena.take(frameBytes)
        let sendBuffer = arena.take(sendBytes)
        runs = ring.map { OutboundRuns(ring: $0, buffers: sendBuffer) }
        // The first slot's: the sender stays in the next one's when the sharing ends.
        sender = GsoSender(buffer: sendBuffer)
        segmenter = Segmenter(scratch: arena.take(Segmenter.maximumHeaderLength))
        reply = arena.take(UnreachableReply.bufferSize)
        self.arena = arena
    }

    deinit {
        sender.deallocate()
        runs?.deallocate()
        staged.deallocate()
        arena.deallocate()
    }

    /// One batch. True when nothing is left to do.
    ///
    /// - Parameter patience: real nanoseconds to wait for a socket whose buffer is full.
    mutating func runBatch(patience: Int64 = GsoSender.patience) -> Bool {
        beginBatch(patience)
        obeyOrders()
        let isIdle = readBatch()
        flush()
        if isShared { takeBackAll() }
        return isIdle
    }

    /// Between batches: what the thread has had of a processor in a window, in thousandths.
    mutating func judge(load: Int) {
        runs?.use.judge(load)
        isShared = runs?.use.isShared ?? false
    }

    /// What to wait for when nothing is left to do; -1 while the device fails, which is to be tried again after
    /// `retryDelay`.
    var descriptor: Int32 { tunFailed ? -1 : tun }

    private mutating func beginBatch(_ patience: Int64) {
        shared.epoch.quiesce(.outbound)
        now = shared.clock.now()
        mtu = shared.mtu.load(ordering: .relaxed)
        sockets = shared.sockets.load(ordering: .acquiring)
        routing = shared.routing.load(ordering: .acquiring)
        cachedPeer = -2
        sender.beginBatch(patience: patience)
    }

    /// True when nothing is left to read.
    private mutating func readBatch() -> Bool {
        var bytes = 0
        for _ in 0..<Self.readsPerBatch where bytes < Self.bytesPerBatch {
            let count = clinux_read(tun, frame, Self.frameSize)
            if count > 0 {
                tunFailed = false
                bytes &+= count
                forward(count)
            } else if count != -Int(EINTR) {
                // A device that is being deleted reports an error at every poll.
                tunFailed = count != -Int(EAGAIN)
                return true
            }
        }
        return false
    }

    // MARK: - Orders

    private mutating func obeyOrders() {
        while let (order, peer) = shared.outboundOrders.pop() {
            guard peer >= 0, Int(peer) < PeerTable.capacity else { continue }
            switch order {
            case .discard: staged.discard(peer)
            case .flush: sendStaged(peer)
            case .flushOrKeepalive:
                if staged.count(peer) > 0 { sendStaged(peer) } else { sendKeepalive(peer) }
            }
        }
    }

    private mutating func sendStaged(_ peer: Int32) {
        var count = staged.count(peer)
        while count > 0, let keypair = usableKeypair(peer) {
            let length = staged.takeOldest(peer, into: frame)
            guard length > 0 else { return }
            encrypt(length, keypair, peer)
            count &-= 1
        }
    }

    private mutating func sendKeepalive(_ peer: Int32) {
        guard let keypair = usableKeypair(peer) else { return }
        if isShared { collect(for: keypair) }
        guard prepareEndpoint(peer, size: TransportMessage.overhead, congestion: 0) else { return }
        let counter = keypair.pointee.sendCounter.wrappingAdd(1, ordering: .relaxed).oldValue
        seal(frame, 0, keypair, counter)
        sender.append(TransportMessage.overhead, peer: peer, congestion: 0)
    }

    // MARK: - Packets

    /// Sends or keeps the frame just read.
    @inline(never)
    private mutating func forward(_ count: Int) {
        let peer = findPeer(count &- VirtioHeader.size)
        guard peer >= 0, peers[peer].pointee.isActive.load(ordering: .acquiring),
            peers[peer].pointee.endpoint.load(ordering: .relaxed) != nil
        else { return refuse(count &- VirtioHeader.size) }
        guard sockets != nil else { return }
        guard let keypair = usableKeypair(peer) else {
            staged.append(frame, count, peer: peer)
            raise(PeerEvent.needsSession, peer: peer)
            return
        }
        encrypt(count, keypair, peer)
    }

    /// Tells the sender of the packet just read that it goes nowhere.
    @inline(never)
    private mutating func refuse(_ count: Int) {
        guard count > 0, replies.isOpen(now: now) else { return }
        let length = UnreachableReply.write(to: frame + VirtioHeader.size, count, mtu: mtu, reply)
        guard length > 0 else { return }
        replies.take(now: now)
        _ = clinux_write(tun, reply, length)
    }

    /// Whose allowed IPs hold the destination; -1 for nobody's.
    @inline(__always)
    private mutating func findPeer(_ length: Int) -> Int32 {
        let packet = UnsafeRawPointer(frame + VirtioHeader.size)
        guard length >= InnerPacket.ipv4HeaderLength, let routing else { return -1 }
        let isIPv4 = packet.byte(0) &>> 4 == 4
        guard isIPv4 || packet.byte(0) &>> 4 == 6 && length >= InnerPacket.ipv6HeaderLength else { return -1 }
        let address = isIPv4 ? UInt128(packet.big32(16)) : packet.big128(24)
        if cachedPeer != -2, cachedIsIPv4 == isIPv4, cachedAddress == address { return cachedPeer }
        cachedPeer =
            isIPv4
            ? routing.pointee.ipv4.find(UInt32(truncatingIfNeeded: address)) : routing.pointee.ipv6.find(address)
        cachedIsIPv4 = isIPv4
        cachedAddress = address
        return cachedPeer
    }

    /// The keypair to send with; `nil` when there is none, or it is too old or too much used.
    @inline(__always)
    private func usableKeypair(_ peer: Int32) -> UnsafeMutablePointer<KeypairRecord>? {
        // In this order: a keypair that is next no more has become the one to send with before.
        let next = peers[peer].pointee.nextKeypair.load(ordering: .acquiring)
        let current = peers[peer].pointee.sendKeypair.load(ordering: .acquiring)
        let isConfirmed = next?.pointee.isConfirmed.load(ordering: .acquiring) ?? false
        guard let keypair = isConfirmed ? next : current,
            now &- keypair.pointee.birth < SessionLimits.rejectAfterTime || now < keypair.pointee.birth,
            keypair.pointee.sendCounter.load(ordering: .relaxed) < SessionLimits.lastBatchStart
        else { return nil }
        return keypair
    }

    /// Cuts the frame, encrypts the packets and hands them to the sender.
    @inline(never)
    private mutating func encrypt(_ count: Int, _ keypair: UnsafeMutablePointer<KeypairRecord>, _ peer: Int32) {
        guard segmenter.begin(frame, count) else { return }
        if isShared { collect(for: keypair) }
        let congestion = CongestionField.read(frame + VirtioHeader.size)
        // Relaxed: the counter guards nothing but its own uniqueness.
        var counter = keypair.pointee.sendCounter.wrappingAdd(UInt64(segmenter.count), ordering: .relaxed).oldValue
        while segmenter.next() {
            let length = TransportMessage.paddedLength(segmenter.packetLength, mtu: mtu)
            guard prepareEndpoint(peer, size: length &+ TransportMessage.overhead, congestion: congestion) else {
                return
            }
            encryptSegment(length, keypair, counter)
            sender.append(length &+ TransportMessage.overhead, peer: peer, congestion: congestion)
            pendingData = true
            counter &+= 1
        }
        // A session may have been born after the batch began.
        let birth = keypair.pointee.birth
        if counter > SessionLimits.rekeyAfterMessages
            || keypair.pointee.isInitiator && now > birth && now &- birth >= SessionLimits.rekeyAfterTime
        {
            raiseRekey(keypair)
        }
    }

    private func raiseRekey(_ keypair: UnsafeMutablePointer<KeypairRecord>) {
        guard !keypair.pointee.rekeyRaised.exchange(true, ordering: .relaxed) else { return }
        raise(PeerEvent.needsRekey, peer: keypair.pointee.peer)
    }

    /// Sends what waits if a packet of that size cannot go with it. False when the peer has no endpoint.
    @inline(__always)
    private mutating func prepareEndpoint(_ peer: Int32, size: Int, congestion: UInt8) -> Bool {
        if sender.accepts(size, peer: peer, congestion: congestion), sender.run.count > 0 { return true }
        flush()
        endpoint = peers[peer].pointee.endpoint.load(ordering: .acquiring)
        return endpoint != nil && sockets != nil && size <= GsoSender.bufferSize
    }

    /// The padding lies over the next segment's payload, which must survive it.
    @inline(__always)
    private func encryptSegment(_ length: Int, _ keypair: UnsafeMutablePointer<KeypairRecord>, _ counter: UInt64) {
        let end = segmenter.packet + segmenter.packetLength
        let padding = length &- segmenter.packetLength
        guard padding > 0 else { return seal(segmenter.packet, length, keypair, counter) }
        let covered = end.loadUnaligned(as: UInt128.self)
        end.storeBytes(of: 0, as: UInt128.self)
        seal(segmenter.packet, length, keypair, counter)
        end.storeBytes(of: covered, as: UInt128.self)
    }

    /// Writes one transport message to the sender's place; shared, its text is still to be sealed.
    @inline(__always)
    private func seal(
        _ packet: UnsafeRawPointer, _ length: Int, _ keypair: UnsafeMutablePointer<KeypairRecord>, _ counter: UInt64
    ) {
        let message = sender.place
        message.storeBytes(of: TransportMessage.type.littleEndian, as: UInt32.self)
        message.storeBytes(of: keypair.pointee.remoteIndex.littleEndian, toByteOffset: 4, as: UInt32.self)
        message.storeBytes(of: counter.littleEndian, toByteOffset: 8, as: UInt64.self)
        if isShared {
            return (message + TransportMessage.headerSize).copyMemory(from: packet, byteCount: length)
        }
        // The send key is the record's first field.
        TransportCipher.seal(
            key: UnsafeRawPointer(keypair), counter: counter, source: packet, count: length,
            destination: message + TransportMessage.headerSize)
    }

    /// What waits goes out, or to the workers.
    @inline(never)
    private mutating func flush() {
        guard sender.run.peer >= 0 else { return }
        let run = OutboundRun(messages: sender.run, endpoint: endpoint, holdsData: pendingData)
        pendingData = false
        if isShared { return give(run) }
        sender.beginRun(in: run.messages.buffer)
        transmit(run)
    }

    /// Sends a run, and writes down that it was sent.
    private mutating func transmit(_ run: OutboundRun) {
        let peer = run.messages.peer
        if let endpoint = run.endpoint, let sockets {
            sender.send(run.messages, to: endpoint.pointee, over: sockets.pointee)
            if sender.refusedSource { raise(PeerEvent.sourceRefused, peer: peer) }
        }
        let slot = peers[peer]
        slot.pointee.sentBytes.wrappingAdd(UInt64(run.messages.count), ordering: .relaxed)
        slot.pointee.lastAuthenticatedSent.store(now, ordering: .relaxed)
        slot.pointee.firstUnrepliedDataReceived.store(0, ordering: .relaxed)
        guard run.holdsData else { return }
        slot.pointee.lastDataSent.store(now, ordering: .relaxed)
        if slot.pointee.firstUnansweredDataSent.load(ordering: .relaxed) == 0 {
            slot.pointee.firstUnansweredDataSent.store(now, ordering: .relaxed)
        }
        uncounted._withUnsafeGuaranteedRef { $0.raiseActivity(peer: peer, ring: $0.outboundEvents) }
    }

    // MARK: - With workers

    /// What is collected has one key.
    @inline(never)
    private mutating func collect(for keypair: UnsafeMutablePointer<KeypairRecord>) {
        guard runs?.accepts(keypair) == false else { return }
        flush()
        runs?.begin(keypair)
    }

    /// Gives a run to the workers, and sends what has come back.
    @inline(never)
    private mutating func give(_ run: OutboundRun) {
        guard let runs else { return }
        runs.submit(run)
        while runs.isOldestDue { transmit(runs.takeOldest()) }
        sender.beginRun(in: runs.nextBuffer)
    }

    /// Nothing is with the workers after that.
    @inline(never)
    private mutating func takeBackAll() {
        guard let runs else { return }
        while !runs.isEmpty { transmit(runs.takeOldest()) }
    }

    @inline(__always)
    private func raise(_ bits: UInt32, peer: Int32) {
        uncounted._withUnsafeGuaranteedRef { $0.raise(bits, peer: peer, ring: $0.outboundEvents) }
    }
}
