internal import CLinux

/// Joins received packets of one flow to super-packets and writes them to the TUN device, without moving payload.
///
/// Each packet is decrypted right behind the payload of the one before, so that its header falls on the last bytes of
/// that payload; these are saved first. A packet that belongs there leaves only its payload: the saved bytes go back.
/// Any other is moved to the second buffer, the run is written, and the buffers change places. The inverse of
/// `Segmenter`.
///
/// Inner checksums are not verified: the packet's authentication has proven more. The kernel gets sums to complete,
/// and completes them only where it needs them. Thread U.
struct Coalescer {
    /// Bytes of each of the two buffers: a super-packet, a packet more, and the virtio header.
    static let bufferSize = 3 * 65_536
    /// The longest IP packet written.
    private static let maximumLength = 65_535
    /// As many datagrams as the kernel itself joins or cuts.
    private static let maximumDatagrams = 64

    private let tun: Int32
    private let joinsUDP: Bool
    /// Bytes that the packet being decrypted lies over.
    private let saved: UnsafeMutableRawPointer
    /// Where the run is, or the next will be: the virtio header first.
    private var frame: UnsafeMutableRawPointer
    private var spare: UnsafeMutableRawPointer

    // The run. No packets: no run.
    private var segments = 0
    private var shape: FlowHeader?
    private var headerLength = 0
    private var segmentSize = 0
    private var payloadLength = 0
    private var peer: Int32 = -1
    private var endsWithPush = false
    /// Bytes from the beginning of the packet to the end of the run.
    private var end = 0

    /// Packets that the device has not taken.
    private(set) var lost: UInt64 = 0

    /// - Parameters:
    ///   - buffers: two of `bufferSize`, for as long as the coalescer is used.
    ///   - scratch: `FlowHeader.maximumLength` bytes.
    ///   - joinsUDP: the device takes UDP super-packets.
    init(tun: Int32, joinsUDP: Bool, buffers: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer) {
        self.tun = tun
        self.joinsUDP = joinsUDP
        saved = scratch
        frame = buffers
        spare = buffers + Self.bufferSize
    }

    @inline(__always)
    private var packet: UnsafeMutableRawPointer { frame + VirtioHeader.size }

    /// Where to decrypt the next packet to: there is room for 65 535 bytes. One of `cancel`, `extend` and `begin`
    /// must follow.
    @inline(__always)
    mutating func place() -> UnsafeMutableRawPointer {
        let place = packet + (end &- headerLength)
        saved.copyMemory(from: place, byteCount: headerLength)
        return place
    }

    /// Nothing came of the last place.
    @inline(__always)
    mutating func cancel() {
        (packet + (end &- headerLength)).copyMemory(from: saved, byteCount: headerLength)
    }

    /// Lengthens the run by the packet at the last place, if it is the next of the same flow and from the same peer.
    ///
    /// False leaves the packet where it is, for `begin` or `cancel`.
    /// - Parameter count: decrypted bytes, with padding.
    @inline(__always)
    mutating func extend(_ count: Int, peer: Int32) -> Bool {
        guard segments > 0, peer == self.peer, let shape else { return false }
        let place = UnsafeRawPointer(packet + (end &- headerLength))
        let length = InnerPacket.length(place, count: count)
        guard length > headerLength, let next = FlowHeader(place, length), next.length == headerLength,
            next.isIPv4 == shape.isIPv4, next.isTCP == shape.isTCP
        else { return false }
        let added = length &- headerLength
        guard added <= segmentSize, end &+ added <= Self.maximumLength,
            shape.follows(packet, place, segments: segments, payloadLength: payloadLength)
        else { return false }

        endsWithPush = shape.isTCP && place.byte(shape.transportOffset &+ 13) & InnerPacket.TCPFlag.push != 0
        cancel()
        segments &+= 1
        payloadLength &+= added
        end &+= added
        let isFull = !shape.isTCP && segments == Self.maximumDatagrams
        if added < segmentSize || endsWithPush || isFull { flush() }
        return true
    }

    /// Writes the run, and begins a new one with the packet at the last place, whose source the caller has checked.
    ///
    /// - Parameter length: as `InnerPacket.length` says.
    @inline(__always)
    mutating func begin(_ length: Int, peer: Int32) {
        if segments > 0 {
            let place = packet + (end &- headerLength)
            (spare + VirtioHeader.size).copyMemory(from: place, byteCount: length)
            cancel()
            flush()
            swap(&frame, &spare)
        }
        self.peer = peer
        shape = FlowHeader(packet, length)
        segments = 1
        end = length
        // The next packet's header must not fall on this one's.
        guard let shape, 2 &* shape.length <= length, shape.isTCP || joinsUDP,
            !shape.isTCP
                || UnsafeRawPointer(packet).byte(shape.transportOffset &+ 13) == InnerPacket.TCPFlag.acknowledge
        else { return flush() }
        headerLength = shape.length
        payloadLength = length &- headerLength
        segmentSize = payloadLength
    }

    /// Writes the run, if there is one.
    @inline(never)
    mutating func flush() {
        guard segments > 0 else { return }
        if let shape {
            segments == 1 ? completeOne(shape) : completeRun(shape)
        } else {
            VirtioHeader(base: frame).clear()
        }
        if clinux_write(tun, frame, VirtioHeader.size &+ end) < 0 { lost &+= UInt64(segments) }
        segments = 0
        headerLength = 0
        end = 0
        endsWithPush = false
        shape = nil
    }

    /// One packet, sent on as it came but for the checksum, which the kernel need not verify.
    private func completeOne(_ shape: FlowHeader) {
        storePseudoHeader(shape)
        VirtioHeader(base: frame).set(
            needsChecksum: true, segmentation: VirtioHeader.Segmentation.none, headerLength: shape.length,
            segmentSize: 0, checksumStart: shape.transportOffset, checksumOffset: checksumOffset(shape))
    }

    private func completeRun(_ shape: FlowHeader) {
        if shape.isIPv4 {
            packet.storeBig16(UInt16(truncatingIfNeeded: end), 2)
            Checksum.storeIPv4(packet, headerLength: InnerPacket.ipv4HeaderLength)
        } else {
            packet.storeBig16(UInt16(truncatingIfNeeded: end &- InnerPacket.ipv6HeaderLength), 4)
        }
        let transport = packet + shape.transportOffset
        var segmentation = VirtioHeader.Segmentation.udp
        if shape.isTCP {
            segmentation = shape.isIPv4 ? VirtioHeader.Segmentation.tcp4 : VirtioHeader.Segmentation.tcp6
            if endsWithPush {
                transport.storeByte(UnsafeRawPointer(transport).byte(13) | InnerPacket.TCPFlag.push, 13)
            }
        } else {
            transport.storeBig16(UInt16(truncatingIfNeeded: end &- shape.transportOffset), 4)
        }
        storePseudoHeader(shape)
        VirtioHeader(base: frame).set(
            needsChecksum: true, segmentation: segmentation, headerLength: shape.length, segmentSize: segmentSize,
            checksumStart: shape.transportOffset, checksumOffset: checksumOffset(shape))
    }

    @inline(__always)
    private func checksumOffset(_ shape: FlowHeader) -> Int {
        shape.isTCP ? InnerPacket.tcpChecksumOffset : InnerPacket.udpChecksumOffset
    }

    @inline(__always)
    private func storePseudoHeader(_ shape: FlowHeader) {
        let sum = Checksum.pseudoHeader(
            packet, isIPv4: shape.isIPv4, transport: shape.isTCP ? InnerPacket.tcp : InnerPacket.udp,
            length: end &- shape.transportOffset)
        packet.storeBytes(
            of: Checksum.fold(sum), toByteOffset: shape.transportOffset &+ checksumOffset(shape), as: UInt16.self)
    }
}
