/// What the sender of a packet is told that can't go into the tunnel, as the kernel module does: "host unreachable"
/// (RFC 792 type 3 code 1), "address unreachable" (RFC 4443 type 1 code 3). Thread T.
///
/// It comes from the address that can't be reached: of our own addresses none would be let in from the device.
enum UnreachableReply {
    /// Bytes of memory to give: the virtio header, and as much as an IPv6 network carries anywhere (RFC 4443 3.1).
    static let bufferSize = VirtioHeader.size + 1280
    /// RFC 1812 4.3.2.3.
    private static let maximumIPv4Length = 576
    private static let maximumIPv6Length = 1280
    private static let icmpHeaderLength = 8
    private static let icmp: UInt8 = 1
    private static let icmp6: UInt8 = 58
    private static let hopLimit: UInt8 = 64

    /// Writes the reply with its virtio header. The length, or 0 for a packet that is not answered: errors, fragments
    /// but the first, whatever is from or for more or less than one host (RFC 1122 3.2.2, RFC 4443 2.4).
    ///
    /// - Parameters:
    ///   - packet: as the TUN device gave it, without the virtio header.
    ///   - buffer: `bufferSize` bytes.
    @inline(never)
    static func write(to packet: UnsafeRawPointer, _ count: Int, mtu: Int, _ buffer: UnsafeMutableRawPointer) -> Int {
        guard count >= InnerPacket.ipv4HeaderLength else { return 0 }
        VirtioHeader(base: buffer).clear()
        let reply = buffer + VirtioHeader.size
        let length: Int
        switch packet.byte(0) &>> 4 {
        case 4: length = writeIPv4(packet, count, min(maximumIPv4Length, mtu), reply)
        case 6: length = writeIPv6(packet, count, min(maximumIPv6Length, mtu), reply)
        default: length = 0
        }
        return length > 0 ? VirtioHeader.size &+ length : 0
    }

    // MARK: - IPv4

    private static func writeIPv4(
        _ packet: UnsafeRawPointer, _ count: Int, _ limit: Int, _ reply: UnsafeMutableRawPointer
    ) -> Int {
        let headers = InnerPacket.ipv4HeaderLength &+ icmpHeaderLength
        guard isOneHost(packet.big32(12)), isOneHost(packet.big32(16)), packet.big16(6) & 0x1fff == 0,
            !isIPv4Error(packet, count), limit > headers
        else { return 0 }
        let quoted = min(count, limit &- headers)
        reply.storeBig16(0x4500, 0)
        reply.storeBig16(UInt16(truncatingIfNeeded: headers &+ quoted), 2)
        reply.storeBig32(0, 4)
        reply.storeByte(hopLimit, 8)
        reply.storeByte(icmp, 9)
        reply.storeBig32(packet.big32(16), 12)
        reply.storeBig32(packet.big32(12), 16)
        Checksum.storeIPv4(reply, headerLength: InnerPacket.ipv4HeaderLength)
        let message = reply + InnerPacket.ipv4HeaderLength
        message.storeBig32(0x0301_0000, 0)
        message.storeBig32(0, 4)
        (message + icmpHeaderLength).copyMemory(from: packet, byteCount: quoted)
        let sum = Checksum.sum(message, icmpHeaderLength &+ quoted)
        message.storeBytes(of: ~Checksum.fold(sum), toByteOffset: 2, as: UInt16.self)
        return headers &+ quoted
    }

    /// Neither unspecified nor loopback, multicast, reserved or broadcast.
    private static func isOneHost(_ address: UInt32) -> Bool {
        let first = address &>> 24
        return first != 0 && first != 127 && first < 224
    }

    /// Whether it is ICMP other than a question or an answer.
    private static func isIPv4Error(_ packet: UnsafeRawPointer, _ count: Int) -> Bool {
        guard packet.byte(9) == icmp else { return false }
        let header = Int(packet.byte(0) & 15) &* 4
        guard header < count else { return true }
        switch packet.byte(header) {
        case 0, 8, 9, 10, 13...18: return false
        default: return true
        }
    }

    // MARK: - IPv6

    private static func writeIPv6(
        _ packet: UnsafeRawPointer, _ count: Int, _ limit: Int, _ reply: UnsafeMutableRawPointer
    ) -> Int {
        let headers = InnerPacket.ipv6HeaderLength &+ icmpHeaderLength
        guard count >= InnerPacket.ipv6HeaderLength, isOneHost(packet.big128(8)), isOneHost(packet.big128(24)),
            !isIPv6Error(packet, count), limit > headers
        else { return 0 }
        let quoted = min(count, limit &- headers)
        reply.storeBig32(0x6000_0000, 0)
        reply.storeBig16(UInt16(truncatingIfNeeded: icmpHeaderLength &+ quoted), 4)
        reply.storeByte(icmp6, 6)
        reply.storeByte(hopLimit, 7)
        (reply + 8).copyMemory(from: packet + 24, byteCount: 16)
        (reply + 24).copyMemory(from: packet + 8, byteCount: 16)
        let message = reply + InnerPacket.ipv6HeaderLength
        message.storeBig32(0x0103_0000, 0)
        message.storeBig32(0, 4)
        (message + icmpHeaderLength).copyMemory(from: packet, byteCount: quoted)
        let length = icmpHeaderLength &+ quoted
        let pseudo = Checksum.pseudoHeader(reply, isIPv4: false, transport: icmp6, length: length)
        message.storeBytes(
            of: ~Checksum.fold(pseudo &+ Checksum.sum(message, length)), toByteOffset: 2, as: UInt16.self)
        return headers &+ quoted
    }

    /// Neither unspecified nor loopback nor multicast.
    private static func isOneHost(_ address: UInt128) -> Bool { address > 1 && address &>> 120 != 0xff }

    /// Whether it is an ICMPv6 error, or a redirect, or can't be told: behind headers that go on for too long, or in
    /// another fragment.
    private static func isIPv6Error(_ packet: UnsafeRawPointer, _ count: Int) -> Bool {
        var next = packet.byte(6)
        var offset = InnerPacket.ipv6HeaderLength
        for _ in 0..<8 {
            switch next {
            case 0, 43, 60:
                guard offset &+ 8 <= count else { return true }
                next = packet.byte(offset)
                offset &+= (Int(packet.byte(offset &+ 1)) &+ 1) &* 8
            case 44:
                guard offset &+ 8 <= count, packet.big16(offset &+ 2) & 0xfff8 == 0 else { return true }
                next = packet.byte(offset)
                offset &+= 8
            case icmp6:
                guard offset < count else { return true }
                return packet.byte(offset) < 128 || packet.byte(offset) == 137
            default: return false
            }
        }
        return true
    }
}

/// How often something may be done: a burst, then at intervals. One thread's.
struct RateLimit {
    /// As much as may be done at once after a while of nothing.
    private static let burst: UInt64 = 50
    /// Nanoseconds for each time more.
    private static let interval: UInt64 = 10_000_000

    /// When all that has been done is made good.
    private var settled: UInt64 = 0

    /// Whether it may be done now.
    @inline(__always)
    func isOpen(now: UInt64) -> Bool { settled <= now || settled &- now < Self.burst &* Self.interval }

    /// It is done now.
    @inline(__always)
    mutating func take(now: UInt64) { settled = max(settled, now) &+ Self.interval }
}
