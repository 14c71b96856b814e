/// The two bits by which routers tell of congestion (ECN, RFC 3168), between a packet and the datagram that carries it
/// (RFC 6040): sent, the datagram gets those of the packet; received, the packet gets what a router has made of them.
/// The six bits beside them (DSCP) stay inside: what kind of traffic a tunnel carries is nobody's business.
enum CongestionField {
    /// ECT(0): the packet's sender understands marks.
    static let ect0: UInt8 = 2
    /// ECT(1): likewise; some routers mark by it.
    static let ect1: UInt8 = 1
    /// CE: a router is congested.
    static let congested: UInt8 = 3

    /// A packet's two bits; 0 for what is no IP packet. The caller has checked that the first two bytes are there.
    @inline(__always)
    static func read(_ packet: UnsafeRawPointer) -> UInt8 {
        switch packet.byte(0) &>> 4 {
        case 4: packet.byte(1) & 3
        case 6: packet.byte(1) &>> 4 & 3
        default: 0
        }
    }

    /// Whether a datagram's bits can mean anything for the packets in it: the others leave every packet as it is.
    @inline(__always)
    static func matters(_ outer: UInt8) -> Bool { outer == congested || outer == ect1 }

    /// Carries a datagram's bits over to the packet that it held (RFC 6040 4.2). False when the packet is to be dropped:
    /// a router wanted to mark it, and its sender does not understand marks.
    ///
    /// - Parameter outer: bits that matter.
    @inline(never)
    static func combine(_ packet: UnsafeMutableRawPointer, _ count: Int, outer: UInt8) -> Bool {
        guard count >= InnerPacket.ipv4HeaderLength else { return true }
        let inner = read(packet)
        if inner == 0 { return outer != congested }
        if inner == congested || inner == outer { return true }
        // ECT(1) outside says something new only of ECT(0) inside, and "congested" of both.
        write(packet, outer)
        return true
    }

    private static func write(_ packet: UnsafeMutableRawPointer, _ bits: UInt8) {
        let before = UnsafeRawPointer(packet).big16(0)
        guard before &>> 12 == 4 else { return packet.storeBig16(before & ~0x30 | UInt16(bits) &<< 4, 0) }
        let after = before & ~3 | UInt16(bits)
        packet.storeBig16(after, 0)
        // RFC 1624: a checksum that was wrong stays wrong.
        let checksum = UnsafeRawPointer(packet).big16(10)
        let sum = UInt64(~checksum) &+ UInt64(~before) &+ UInt64(after)
        packet.storeBig16(~Checksum.fold(sum), 10)
    }
}
