/// Cuts what the TUN device hands over into packets to be encrypted, without moving payload.
///
/// A TCP or UDP super-packet is [IP header][transport header][payload]. The header of segment i is written over the
/// end of the payload of segment i-1, so that header and payload lie together. That payload is gone then: the caller
/// encrypts a segment out of the buffer before it asks for the next one.
///
/// Everything in the virtio header and in the packet is checked against the number of bytes read; `hdr_len` is not
/// used at all, because forwarded packets carry wrong ones. Thread T.
struct Segmenter {
    /// Bytes of scratch memory to give.
    static let maximumHeaderLength = 256

    /// The current packet, after `next()`.
    private(set) var packet: UnsafeMutableRawPointer
    private(set) var packetLength = 0
    /// How many packets `next()` gives in all.
    private(set) var count = 0

    /// The first segment's header as it came.
    private let template: UnsafeMutableRawPointer
    private var isWhole = true
    private var isIPv4 = true
    private var isTCP = true
    private var transportOffset = 0
    private var headerLength = 0
    private var segmentSize = 0
    private var remaining = 0
    private var index = 0

    /// - Parameter scratch: `maximumHeaderLength` bytes, for as long as the segmenter is used.
    init(scratch: UnsafeMutableRawPointer) {
        template = scratch
        packet = scratch
    }

    /// Takes what one `read` gave. False when it makes no sense and is to be dropped.
    ///
    /// - Parameters:
    ///   - frame: the virtio header, and the packet behind it.
    ///   - frameLength: bytes read.
    mutating func begin(_ frame: UnsafeMutableRawPointer, _ frameLength: Int) -> Bool {
        let length = frameLength &- VirtioHeader.size
        guard length >= InnerPacket.ipv4HeaderLength else { return false }
        let header = VirtioHeader(base: frame)
        packet = frame + VirtioHeader.size
        packetLength = length
        index = 0
        count = 1
        if header.segmentation == VirtioHeader.Segmentation.none {
            isWhole = true
            return !header.needsChecksum || completeChecksum(header, length)
        }
        isWhole = false
        return header.needsChecksum && parseHeaders(header, length)
    }

    /// Goes on to the next packet; false after the last.
    @inline(__always)
    mutating func next() -> Bool {
        guard index < count else { return false }
        if !isWhole { writeSegment() }
        index &+= 1
        return true
    }

    /// Adds the payload to the sum that the field holds.
    private func completeChecksum(_ header: VirtioHeader, _ length: Int) -> Bool {
        let start = header.checksumStart
        let field = start &+ header.checksumOffset
        guard field &+ 2 <= length else { return false }
        Checksum.store(Checksum.sum(packet + start, length &- start), at: packet + field)
        return true
    }

    private mutating func parseHeaders(_ header: VirtioHeader, _ length: Int) -> Bool {
        let packet = UnsafeRawPointer(packet)
        isIPv4 = packet.byte(0) &>> 4 == 4
        guard isIPv4 || packet.byte(0) &>> 4 == 6 && length >= InnerPacket.ipv6HeaderLength else { return false }

        switch header.segmentation & ~VirtioHeader.Segmentation.ecn {
        case VirtioHeader.Segmentation.tcp4 where isIPv4: isTCP = true
        case VirtioHeader.Segmentation.tcp6 where !isIPv4: isTCP = true
        case VirtioHeader.Segmentation.udp: isTCP = false
        default: return false
        }
        transportOffset = header.checksumStart
        if isIPv4 {
            guard transportOffset == Int(packet.byte(0) & 15) &* 4, transportOffset >= InnerPacket.ipv4HeaderLength
            else { return false }
        } else {
            guard transportOffset >= InnerPacket.ipv6HeaderLength else { return false }
        }
        guard transportOffset &+ InnerPacket.udpHeaderLength <= length else { return false }
        if isTCP {
            guard header.checksumOffset == InnerPacket.tcpChecksumOffset,
                transportOffset &+ InnerPacket.tcpHeaderLength <= length
            else { return false }
            let tcpLength = Int(packet.byte(transportOffset &+ 12) &>> 4) &* 4
            guard tcpLength >= InnerPacket.tcpHeaderLength else { return false }
            headerLength = transportOffset &+ tcpLength
        } else {
            guard header.checksumOffset == InnerPacket.udpChecksumOffset else { return false }
            headerLength = transportOffset &+ InnerPacket.udpHeaderLength
        }
        segmentSize = header.segmentSize
        guard headerLength <= length, headerLength <= Self.maximumHeaderLength, segmentSize > 0 else { return false }

        template.copyMemory(from: packet, byteCount: headerLength)
        remaining = length &- headerLength
        count = max((remaining &+ segmentSize &- 1) / segmentSize, 1)
        return true
    }

    /// Lays the header of segment `index` before its payload.
    private mutating func writeSegment() {
        let payloadLength = min(segmentSize, remaining)
        if index > 0 {
            packet += segmentSize
            packet.copyMemory(from: template, byteCount: headerLength)
        }
        remaining &-= payloadLength
        packetLength = headerLength &+ payloadLength

        if isIPv4 {
            packet.storeBig16(UInt16(truncatingIfNeeded: packetLength), 2)
            let identification = UnsafeRawPointer(template).big16(4) &+ UInt16(truncatingIfNeeded: index)
            packet.storeBig16(identification, 4)
            Checksum.storeIPv4(packet, headerLength: transportOffset)
        } else {
            packet.storeBig16(UInt16(truncatingIfNeeded: packetLength &- InnerPacket.ipv6HeaderLength), 4)
        }
        if isTCP { writeTCP() } else { writeUDP() }
    }

    private func writeTCP() {
        let tcp = packet + transportOffset
        let original = UnsafeRawPointer(template + transportOffset)
        tcp.storeBig32(original.big32(4) &+ UInt32(truncatingIfNeeded: index &* segmentSize), 4)
        var flags = original.byte(13)
        if remaining > 0 { flags &= ~(InnerPacket.TCPFlag.fin | InnerPacket.TCPFlag.push) }
        if index > 0 { flags &= ~InnerPacket.TCPFlag.congestionWindowReduced }
        tcp.storeByte(flags, 13)
        storeTransportChecksum(tcp, InnerPacket.tcpChecksumOffset, InnerPacket.tcp)
    }

    private func writeUDP() {
        let udp = packet + transportOffset
        udp.storeBig16(UInt16(truncatingIfNeeded: packetLength &- transportOffset), 4)
        storeTransportChecksum(udp, InnerPacket.udpChecksumOffset, InnerPacket.udp)
    }

    @inline(__always)
    private func storeTransportChecksum(_ transport: UnsafeMutableRawPointer, _ field: Int, _ number: UInt8) {
        let length = packetLength &- transportOffset
        transport.storeBytes(of: 0, toByteOffset: field, as: UInt16.self)
        let pseudo = Checksum.pseudoHeader(packet, isIPv4: isIPv4, transport: number, length: length)
        Checksum.store(pseudo &+ Checksum.sum(transport, length), at: transport + field)
    }
}
