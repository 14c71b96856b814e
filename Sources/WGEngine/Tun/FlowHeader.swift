/// The shape of a TCP or UDP packet that can begin or lengthen a run in `Coalescer`.
struct FlowHeader {
    /// IP header without options or extensions, not a fragment.
    let isIPv4: Bool
    let isTCP: Bool
    /// Of IP and transport header together; not beyond the packet.
    let length: Int

    @inline(__always)
    var transportOffset: Int { isIPv4 ? InnerPacket.ipv4HeaderLength : InnerPacket.ipv6HeaderLength }

    /// The longest `length`: IPv6 and a TCP header full of options.
    static let maximumLength = 100

    /// `nil` for whatever is not plain TCP or UDP.
    ///
    /// - Parameter count: the packet's length, which its IP header confirms.
    @inline(__always)
    init?(_ packet: UnsafeRawPointer, _ count: Int) {
        let transport: UInt8
        let offset: Int
        if packet.byte(0) == 0x45 {
            // Neither "more fragments" nor an offset.
            guard packet.big16(6) & 0x3fff == 0 else { return nil }
            transport = packet.byte(9)
            offset = InnerPacket.ipv4HeaderLength
            isIPv4 = true
        } else {
            guard packet.byte(0) &>> 4 == 6 else { return nil }
            transport = packet.byte(6)
            offset = InnerPacket.ipv6HeaderLength
            isIPv4 = false
        }
        if transport == InnerPacket.tcp {
            guard offset &+ InnerPacket.tcpHeaderLength <= count else { return nil }
            let tcpLength = Int(packet.byte(offset &+ 12) &>> 4) &* 4
            guard tcpLength >= InnerPacket.tcpHeaderLength, offset &+ tcpLength <= count else { return nil }
            isTCP = true
            length = offset &+ tcpLength
        } else {
            guard transport == InnerPacket.udp, offset &+ InnerPacket.udpHeaderLength <= count else { return nil }
            // The length agrees, and there is a checksum.
            guard Int(packet.big16(offset &+ 4)) == count &- offset,
                packet.big16(offset &+ InnerPacket.udpChecksumOffset) != 0
            else { return nil }
            isTCP = false
            length = offset &+ InnerPacket.udpHeaderLength
        }
        if isIPv4, Checksum.fold(Checksum.sum(packet, InnerPacket.ipv4HeaderLength)) != 0xffff { return nil }
    }

    /// Whether a packet is the one after a run of `segments` packets that `head` begins: the same in all that may not
    /// differ, next in what counts up.
    ///
    /// - Parameters:
    ///   - head: the run's first header; it has this shape.
    ///   - packet: another one of this shape.
    ///   - payloadLength: bytes of payload in the run.
    @inline(__always)
    func follows(
        _ head: UnsafeRawPointer, _ packet: UnsafeRawPointer, segments: Int, payloadLength: Int
    ) -> Bool {
        let ip =
            isIPv4
            ? sameIPv4(head, packet, segments: segments)
            : head.raw(0, as: UInt32.self) == packet.raw(0, as: UInt32.self)
                && head.raw(6, as: UInt16.self) == packet.raw(6, as: UInt16.self)
                && head.raw(8, as: UInt128.self) == packet.raw(8, as: UInt128.self)
                && head.raw(24, as: UInt128.self) == packet.raw(24, as: UInt128.self)
        let head = head + transportOffset
        let packet = packet + transportOffset
        guard ip, head.raw(0, as: UInt32.self) == packet.raw(0, as: UInt32.self) else { return false }
        return !isTCP || sameTCP(head, packet, payloadLength: payloadLength)
    }

    /// Type of service with ECN, flags, time to live and addresses are equal. The identification counts up, or means
    /// nothing because the packet may not be fragmented.
    @inline(__always)
    private func sameIPv4(_ head: UnsafeRawPointer, _ packet: UnsafeRawPointer, segments: Int) -> Bool {
        let dontFragment = packet.big16(6) & 0x4000 != 0
        let expected = head.big16(4) &+ UInt16(truncatingIfNeeded: segments)
        return head.raw(0, as: UInt16.self) == packet.raw(0, as: UInt16.self)
            && head.raw(6, as: UInt32.self) == packet.raw(6, as: UInt32.self)
            && head.raw(12, as: UInt64.self) == packet.raw(12, as: UInt64.self)
            && (packet.big16(4) == expected || dontFragment && packet.big16(4) == head.big16(4))
    }

    /// Acknowledgement, window, urgent pointer and options are equal, the sequence number is the next, and of the
    /// flags PSH alone may come on.
    @inline(__always)
    private func sameTCP(_ head: UnsafeRawPointer, _ packet: UnsafeRawPointer, payloadLength: Int) -> Bool {
        guard packet.big32(4) == head.big32(4) &+ UInt32(truncatingIfNeeded: payloadLength),
            head.raw(8, as: UInt32.self) == packet.raw(8, as: UInt32.self),
            head.raw(12, as: UInt8.self) == packet.raw(12, as: UInt8.self),
            packet.byte(13) & ~InnerPacket.TCPFlag.push == head.byte(13),
            head.raw(14, as: UInt16.self) == packet.raw(14, as: UInt16.self),
            head.raw(18, as: UInt16.self) == packet.raw(18, as: UInt16.self)
        else { return false }
        var offset = InnerPacket.tcpHeaderLength
        while offset &+ transportOffset < length {
            if head.raw(offset, as: UInt32.self) != packet.raw(offset, as: UInt32.self) { return false }
            offset &+= 4
        }
        return true
    }
}
