// Fields of packets, which lie at any alignment and have the most significant byte first. The caller has checked that
// they are there.

extension UnsafeRawPointer {
    @inline(__always)
    func byte(_ offset: Int) -> UInt8 { load(fromByteOffset: offset, as: UInt8.self) }

    @inline(__always)
    func big16(_ offset: Int) -> UInt16 { UInt16(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self)) }

    @inline(__always)
    func big32(_ offset: Int) -> UInt32 { UInt32(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }

    @inline(__always)
    func big128(_ offset: Int) -> UInt128 {
        UInt128(UInt64(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))) &<< 64
            | UInt128(UInt64(bigEndian: loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)))
    }

    /// The bytes as they lie, for comparing.
    @inline(__always)
    func raw<Word: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: Word.Type) -> Word {
        loadUnaligned(fromByteOffset: offset, as: type)
    }
}

extension UnsafeMutableRawPointer {
    @inline(__always)
    func storeBig16(_ value: UInt16, _ offset: Int) {
        storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
    }

    @inline(__always)
    func storeBig32(_ value: UInt32, _ offset: Int) {
        storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self)
    }

    @inline(__always)
    func storeByte(_ value: UInt8, _ offset: Int) { storeBytes(of: value, toByteOffset: offset, as: UInt8.self) }
}

/// What the data plane knows of the packets inside: offsets and numbers of IPv4 (RFC 791), IPv6 (RFC 8200), TCP
/// (RFC 9293) and UDP (RFC 768).
enum InnerPacket {
    static let tcp: UInt8 = 6
    static let udp: UInt8 = 17
    static let ipv4HeaderLength = 20
    static let ipv6HeaderLength = 40
    static let tcpHeaderLength = 20
    static let udpHeaderLength = 8
    static let tcpChecksumOffset = 16
    static let udpChecksumOffset = 6

    enum TCPFlag {
        static let fin: UInt8 = 0x01
        static let push: UInt8 = 0x08
        static let acknowledge: UInt8 = 0x10
        static let congestionWindowReduced: UInt8 = 0x80
    }

    /// The length that the IP header claims, which excludes WireGuard's padding; -1 when the bytes are no IP packet.
    @inline(__always)
    static func length(_ packet: UnsafeRawPointer, count: Int) -> Int {
        guard count >= ipv4HeaderLength else { return -1 }
        var length = 0
        switch packet.byte(0) &>> 4 {
        case 4:
            length = Int(packet.big16(2))
            guard length >= ipv4HeaderLength else { return -1 }
        case 6:
            guard count >= ipv6HeaderLength else { return -1 }
            length = Int(packet.big16(4)) &+ ipv6HeaderLength
        default: return -1
        }
        return length <= count ? length : -1
    }
}
