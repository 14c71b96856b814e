internal import CLinux

/// Collects encrypted packets for one peer and sends them by one `sendmsg`, which the kernel cuts into datagrams
/// (`UDP_SEGMENT`): all of one size, but for a last one that is shorter. Thread T.
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

    /// The peer that the waiting packets are for; -1 when none waits.
    private(set) var peer: Int32 = -1
    /// Bytes waiting.
    private(set) var count = 0
    private var segments = 0
    private var segmentSize = 0
    /// The ECN bits of all that waits.
    private var congestion: UInt8 = 0
    private var hasShortEnd = false
    /// False once a wait for the socket was in vain: the rest of the batch is not worth another.
    private var mayWait = true
    /// Whether something could be sent only once the source address had been left out.
    private(set) var refusedSource = false

    private let buffer: UnsafeMutableRawPointer
    private let refusals: UnsafeMutablePointer<Refusal>

    /// - Parameter buffer: `bufferSize` bytes, for as long as the sender is used.
    init(buffer: UnsafeMutableRawPointer) {
        self.buffer = buffer
        refusals = .allocate(capacity: Self.refusalCount)
        refusals.initialize(repeating: Refusal(peer: -1, size: 0, batchesLeft: 0), count: Self.refusalCount)
    }

    func deallocate() { refusals.deallocate() }

    /// Forgets the troubles of the last batch.
    mutating func beginBatch() { mayWait = true }

    /// Whether a packet of that size can go with the waiting ones.
    @inline(__always)
    func accepts(_ size: Int, peer: Int32, congestion: UInt8) -> Bool {
        if segments == 0 { return true }
        return peer == self.peer && congestion == self.congestion && !hasShortEnd && size <= segmentSize
            && segments < Self.maximumSegments && count &+ size <= Self.maximumBytes
    }

    /// Where the next packet is to be written.
    @inline(__always)
    var place: UnsafeMutableRawPointer { buffer + count }

    /// The packet at `place` is complete.
    @inline(__always)
    mutating func append(_ size: Int, peer: Int32, congestion: UInt8) {
        if segments == 0 {
            segmentSize = size
            self.congestion = congestion
            self.peer = peer
        }
        hasShortEnd = size < segmentSize
        segments &+= 1
        count &+= size
    }

    /// Sends what waits.
    mutating func flush(to endpoint: EndpointRecord, over sockets: UdpSockets) {
        refusedSource = false
        if segments == 1 {
            _ = sendPatiently(buffer, count, segment: 0, endpoint, sockets)
        } else if segments > 1 {
            sendRun(to: endpoint, over: sockets)
        }
        discard()
    }

    /// Forgets what waits.
    mutating func discard() {
        segments = 0
        count = 0
        peer = -1
        hasShortEnd = false
    }

    private mutating func sendRun(to endpoint: EndpointRecord, over sockets: UdpSockets) {
        let refusal = refusals + Int(peer) % Self.refusalCount
        if refusal.pointee.peer == peer, refusal.pointee.batchesLeft > 0, segmentSize >= Int(refusal.pointee.size) {
            refusal.pointee.batchesLeft &-= 1
            return sendOneByOne(to: endpoint, over: sockets)
        }
        let sent = sendPatiently(
            buffer, count, segment: UInt16(truncatingIfNeeded: segmentSize), endpoint, sockets)
        guard sent == -Int(EIO) || sent == -Int(EINVAL) || sent == -Int(EMSGSIZE) else { return }
        refusal.pointee = Refusal(
            peer: peer, size: Int32(truncatingIfNeeded: segmentSize), batchesLeft: Self.refusalLifetime)
        sendOneByOne(to: endpoint, over: sockets)
    }

    private mutating func sendOneByOne(to endpoint: EndpointRecord, over sockets: UdpSockets) {
        var offset = 0
        while offset < count {
            let size = min(segmentSize, count &- offset)
            _ = sendPatiently(buffer + offset, size, segment: 0, endpoint, sockets)
            offset &+= size
        }
    }

    /// Waits a moment when the socket's buffer is full: the TUN device's queue is the place to drop packets.
    private mutating func sendPatiently(
        _ bytes: UnsafeRawPointer, _ count: Int, segment: UInt16, _ endpoint: EndpointRecord, _ sockets: UdpSockets
    ) -> Int {
        let sent = sendOnce(bytes, count, segment: segment, endpoint, sockets)
        guard sent == -Int(EAGAIN), mayWait else { return sent }
        var entry = pollfd(fd: endpoint.isIPv4 ? sockets.ipv4 : sockets.ipv6, events: Int16(POLLOUT), revents: 0)
        mayWait = clinux_ppoll(&entry, 1, 100_000_000) > 0
        return sendOnce(bytes, count, segment: segment, endpoint, sockets)
    }

    /// With the peer's source address, or without it if that is why it fails. A size that the path refuses fails either
    /// way.
    private mutating func sendOnce(
        _ bytes: UnsafeRawPointer, _ count: Int, segment: UInt16, _ endpoint: EndpointRecord, _ sockets: UdpSockets
    ) -> Int {
        let mayHaveSource = endpoint.hasSource && !refusedSource
        let sent = sockets.send(
            bytes, count: count, segment: segment, trafficClass: congestion, to: endpoint, withSource: mayHaveSource)
        guard mayHaveSource, UdpSockets.isRefusal(sent) else { return sent }
        let again = sockets.send(
            bytes, count: count, segment: segment, trafficClass: congestion, to: endpoint, withSource: false)
        refusedSource = again >= 0
        return again
    }
}
