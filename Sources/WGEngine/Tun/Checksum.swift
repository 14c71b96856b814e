/// The Internet checksum (RFC 1071) over raw memory. Sums are of 16-bit words as they lie in memory: the result is
/// right in either byte order as long as it is stored the same way.
enum Checksum {
    /// The sum of `count` bytes, to be added to others and folded. Each range but the last has an even length.
    @inline(__always)
    static func sum(_ bytes: UnsafeRawPointer, _ count: Int) -> UInt64 {
        var low = SIMD4<UInt64>(repeating: 0)
        var high = SIMD4<UInt64>(repeating: 0)
        let mask = SIMD4<UInt64>(repeating: 0xffff_ffff)
        var offset = 0
        // No carry is lost: 32-bit parts of at most 64 KB in 64-bit sums.
        while offset &+ 32 <= count {
            let words = bytes.loadUnaligned(fromByteOffset: offset, as: SIMD4<UInt64>.self)
            low &+= words & mask
            high &+= words &>> 32
            offset &+= 32
        }
        let lanes = low &+ high
        var total = lanes[0] &+ lanes[1] &+ lanes[2] &+ lanes[3]
        while offset &+ 4 <= count {
            total &+= UInt64(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            offset &+= 4
        }
        if offset &+ 2 <= count {
            total &+= UInt64(bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
            offset &+= 2
        }
        if offset < count { total &+= UInt64(UInt16(bytes.byte(offset)).littleEndian) }
        return total
    }

    /// The sum in 16 bits, carries added in: what a checksum field holds for a packet that is to be completed.
    @inline(__always)
    static func fold(_ sum: UInt64) -> UInt16 {
        var folded = (sum & 0xffff_ffff) &+ (sum &>> 32)
        folded = (folded & 0xffff_ffff) &+ (folded &>> 32)
        folded = (folded & 0xffff) &+ (folded &>> 16)
        folded = (folded & 0xffff) &+ (folded &>> 16)
        folded = (folded & 0xffff) &+ (folded &>> 16)
        return UInt16(truncatingIfNeeded: folded)
    }

    /// The sum of the pseudo header of TCP and UDP (RFC 9293 3.1, RFC 8200 8.1).
    ///
    /// - Parameter length: of transport header and payload.
    @inline(__always)
    static func pseudoHeader(_ packet: UnsafeRawPointer, isIPv4: Bool, transport: UInt8, length: Int) -> UInt64 {
        let addresses = isIPv4 ? sum(packet + 12, 8) : sum(packet + 8, 32)
        return addresses &+ UInt64(UInt16(transport).bigEndian)
            &+ UInt64(UInt16(truncatingIfNeeded: length).bigEndian)
    }

    /// Writes the checksum of an IPv4 header of `length` bytes.
    @inline(__always)
    static func storeIPv4(_ packet: UnsafeMutableRawPointer, headerLength length: Int) {
        packet.storeBytes(of: 0, toByteOffset: 10, as: UInt16.self)
        packet.storeBytes(of: ~fold(sum(packet, length)), toByteOffset: 10, as: UInt16.self)
    }

    /// Writes a transport checksum at `place`: the complement of the sum, and never 0, which means "none" in UDP.
    @inline(__always)
    static func store(_ sum: UInt64, at place: UnsafeMutableRawPointer) {
        let value = ~fold(sum)
        place.storeBytes(of: value == 0 ? 0xffff : value, as: UInt16.self)
    }
}
