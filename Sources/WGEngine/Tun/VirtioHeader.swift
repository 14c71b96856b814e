/// The ten bytes before every packet on a TUN device opened with `IFF_VNET_HDR` (`linux/virtio_net.h`), in the
/// machine's byte order. A view of memory that the caller owns.
struct VirtioHeader {
    static let size = 10

    enum Segmentation {
        static let none: UInt8 = 0
        static let tcp4: UInt8 = 1
        static let tcp6: UInt8 = 4
        /// UDP datagrams of equal size (Linux 6.2).
        static let udp: UInt8 = 5
        /// Added to a TCP type when CWR is set.
        static let ecn: UInt8 = 0x80
    }

    /// The checksum field holds the sum of the pseudo header; the rest is to be added.
    static let needsChecksum: UInt8 = 1

    let base: UnsafeMutableRawPointer

    @inline(__always) var needsChecksum: Bool { UnsafeRawPointer(base).byte(0) & Self.needsChecksum != 0 }
    @inline(__always) var segmentation: UInt8 { UnsafeRawPointer(base).byte(1) }
    /// Bytes of payload in each segment.
    @inline(__always) var segmentSize: Int { Int(base.loadUnaligned(fromByteOffset: 4, as: UInt16.self)) }
    /// Where the checksum begins: the transport header's offset.
    @inline(__always) var checksumStart: Int { Int(base.loadUnaligned(fromByteOffset: 6, as: UInt16.self)) }
    /// Where the checksum goes, from `checksumStart`.
    @inline(__always) var checksumOffset: Int { Int(base.loadUnaligned(fromByteOffset: 8, as: UInt16.self)) }

    /// Says that the packet is complete as it is.
    @inline(__always)
    func clear() {
        base.storeBytes(of: 0, as: UInt64.self)
        base.storeBytes(of: 0, toByteOffset: 8, as: UInt16.self)
    }

    @inline(__always)
    func set(
        needsChecksum: Bool, segmentation: UInt8, headerLength: Int, segmentSize: Int, checksumStart: Int,
        checksumOffset: Int
    ) {
        base.storeByte(needsChecksum ? Self.needsChecksum : 0, 0)
        base.storeByte(segmentation, 1)
        base.storeBytes(of: UInt16(truncatingIfNeeded: headerLength), toByteOffset: 2, as: UInt16.self)
        base.storeBytes(of: UInt16(truncatingIfNeeded: segmentSize), toByteOffset: 4, as: UInt16.self)
        base.storeBytes(of: UInt16(truncatingIfNeeded: checksumStart), toByteOffset: 6, as: UInt16.self)
        base.storeBytes(of: UInt16(truncatingIfNeeded: checksumOffset), toByteOffset: 8, as: UInt16.self)
    }
}
