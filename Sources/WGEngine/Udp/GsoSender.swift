internal import CLinux

/// Packets for one peer that go out together: all of one size, but for a last one that is shorter.
struct GsoRun {
    let buffer: UnsafeMutableRawPointer
    /// The peer that they are for; -1 when there are none.
    var peer: Int32 = -1
    /// Bytes.
    var count = 0
    var segments = 0
    var segmentSize = 0
    /// The ECN bits of all.
    var congestion: UInt8 = 0
    var hasShortEnd = false

    /// None yet.
    init(buffer: UnsafeMutableRawPointer) { self.buffer = buffer }
}

/// Collects encrypted packets for one peer and sends them by one `sendmsg`, which the kernel cuts into datagrams
/// (`UDP_SEGMENT`). Thread T.
struct GsoSender {
    /// Bytes of memory to give.
    static let bufferSize = 65_536
    /// As many as the kernel takes in a call (`UDP_MAX_SEGMENTS` of older kernels).
    private static let maximumSegments = 64
    /// The longest UDP payload over IPv6; over IPv4 it would be 20 bytes more.
    private static let maximumBytes = 65_487
    /// Batches to send one by one after the kernel has refused a size for a peer.
    private static let refusalLifetime: UInt32 = 1024
    private static let refusalCount = 64

    /// Where segmentation has failed: a network card without checksums, or a path with a smaller MTU.
    private struct Refusal {
        var peer: Int32
        var size: Int32
        var batchesLeft: UInt32
    }

    /// What waits.
    private(set) var run: GsoRun
    /// Real nanoseconds to wait for a socket whose buffer is full, where nothing else waits meanwhile.
    static let patience: Int64 = 100_000_000
    /// The same where the other direction does. The kernel says that there is room only once half of the buffer is free, so
    /// that on a slow path nearly every such wait is in vain.
    static let shortPatience: Int64 = 2_000_000

    /// 0 once a wait for the socket was in vain: the rest of the batch is not worth another.
    private var patience = Self.patience
    /// Whether something could be sent only once the source address had been left out.
    private(set) var refusedSource = false

    private let refusals: UnsafeMutablePointer<Refusal>

    /// - Parameter buffer: `bufferSize` bytes, for as long as the sender is used.
    init(buffer: UnsafeMutableRawPointer) {
        run = GsoRun(buffer: buffer)
        refusals = .allocate(capacity: Self.refusalCount)
        refusals.initialize(repeating: Refusal(peer: -1, size: 0, batchesLeft: 0), count: Self.refusalCount)
    }

    func deallocate() { refusals.deallocate() }

    /// Forgets the troubles of the last batch.
    mutating func beginBatch(patience: Int64) { self.patience = patience }

    /// Whether a packet of that size can go with the waiting ones.
    @inline(__always)
    func accepts(_ size: Int, peer: Int32, congestion: UInt8) -> Bool {
        if run.segments == 0 { return true }
        return peer == run.peer && congestion == run.congestion && !run.hasShortEnd && size <= run.segmentSize
            && run.segments < Self.maximumSegments && run.count &+ size <= Self.maximumBytes
    }

    /// Where the next packet is to be written.
    @inline(__always)
    var place: UnsafeMutableRawPointer { run.buffer + run.count }

    /// The packet at `place` is complete.
    @inline(__always)
    mutating func append(_ size: Int, peer: Int32, congestion: UInt8) {
        if run.segments == 0 {
            run.segmentSize = size
            run.congestion = congestion
            run.peer = peer
        }
        run.hasShortEnd = size < run.segmentSize
        run.segments &+= 1
        run.count &+= size
    }

    /// Begins anew, in the same buffer or another one of `bufferSize` bytes; what waited is the caller's.
    mutating func beginRun(in buffer: UnsafeMutableRawPointer) { run = GsoRun(buffer: buffer) }

    /// Sends packets, from whatever buffer they are in.
    mutating func send(_ run: GsoRun, to endpoint: EndpointRecord, over sockets: UdpSockets) {
        refusedSource = false
        if run.segments == 1 {
            _ = sendPatiently(run, 0, run.count, segment: 0, endpoint, sockets)
        } else if run.segments > 1 {
            sendRun(run, to: endpoint, over: sockets)
        }
    }

    private mutating func sendRun(_ run: GsoRun, to endpoint: EndpointRecord, over sockets: UdpSockets) {
        let refusal = refusals + Int(run.peer) % Self.refusalCount
        let isRefused = refusal.pointee.peer == run.peer && refusal.pointee.batchesLeft > 0
        if isRefused, run.segmentSize >= Int(refusal.pointee.size) {
            refusal.pointee.batchesLeft &-= 1
            return sendOneByOne(run, to: endpoint, over: sockets)
        }
        let sent = sendPatiently(
            run, 0, run.count, segment: UInt16(truncatingIfNeeded: run.segmentSize), endpoint, sockets)
        guard sent == -Int(EIO) || sent == -Int(EINVAL) || sent == -Int(EMSGSIZE) else { return }
        refusal.pointee = Refusal(
            peer: run.peer, size: Int32(truncatingIfNeeded: run.segmentSize), batchesLeft: Self.refusalLifetime)
        sendOneByOne(run, to: endpoint, over: sockets)
    }

    private mutating func sendOneByOne(_ run: GsoRun, to endpoint: EndpointRecord, over sockets: UdpSockets) {
        var offset = 0
        while offset < run.count {
            let size = min(run.segmentSize, run.count &- offset)
            _ = sendPatiently(run, offset, size, segment: 0, endpoint, sockets)
            offset &+= size
        }
    }

    /// Waits a moment when the socket's buffer is full: the TUN device's queue is the place to drop packets.
    private mutating func sendPatiently(
        _ run: GsoRun, _ offset: Int, _ count: Int, segment: UInt16, _ endpoint: EndpointRecord, _ sockets: UdpSockets
    ) -> Int {
        let sent = sendOnce(run, offset, count, segment: segment, endpoint, sockets)
        guard sent == -Int(EAGAIN), patience > 0 else { return sent }
        var entry = pollfd(fd: endpoint.isIPv4 ? sockets.ipv4 : sockets.ipv6, events: Int16(POLLOUT), revents: 0)
        if clinux_ppoll(&entry, 1, patience) <= 0 { patience = 0 }
        return sendOnce(run, offset, count, segment: segment, endpoint, sockets)
    }

    /// With the peer's source address, or without it if that is why it fails. A size that the path refuses fails either
    /// way.
    private mutating func sendOnce(
        _ run: GsoRun, _ offset: Int, _ count: Int, segment: UInt16, _ endpoint: EndpointRecord, _ sockets: UdpSockets
    ) -> Int {
        let mayHaveSource = endpoint.hasSource && !refusedSource
        let sent = sockets.send(
            run.buffer + offset, count: count, segment: segment, trafficClass: run.congestion, to: endpoint,
            withSource: mayHaveSource)
        guard mayHaveSource, UdpSockets.isRefusal(sent) else { return sent }
        let again = sockets.send(
            run.buffer + offset, count: count, segment: segment, trafficClass: run.congestion, to: endpoint,
            withSource: false)
        refusedSource = again >= 0
        return again
    }
}
