import CLinux
import Glibc

/// Sends prepared datagrams at an even rate from a raw socket, so that their sources may be anybody's.
struct Flood: ~Copyable {
    private static let batchSize = 64
    private static let sources: UInt32 = 65_000

    /// IPv4 and UDP header, then the payload.
    private var packets: [UnsafeMutableRawBufferPointer]
    private let hasManySources: Bool
    private let descriptor: Int32
    private let target: UnsafeMutablePointer<sockaddr_in>
    private let headers: UnsafeMutablePointer<mmsghdr>
    private let vectors: UnsafeMutablePointer<iovec>
    private var next = 0
    private var source: UInt32 = 0

    init(_ datagrams: [Datagram], to address: UInt32, port: UInt16, hasManySources: Bool) {
        self.hasManySources = hasManySources
        packets = datagrams.map { Self.packet($0, to: address, port: port) }
        descriptor = socket(AF_INET, Int32(SOCK_RAW.rawValue), Int32(IPPROTO_RAW))
        guard descriptor >= 0 else { fail("a raw socket takes CAP_NET_RAW") }
        target = .allocate(capacity: 1)
        target.initialize(to: sockaddr_in())
        target.pointee.sin_family = sa_family_t(AF_INET)
        target.pointee.sin_addr.s_addr = address.bigEndian
        headers = .allocate(capacity: Self.batchSize)
        headers.initialize(repeating: mmsghdr(), count: Self.batchSize)
        vectors = .allocate(capacity: Self.batchSize)
        vectors.initialize(repeating: iovec(), count: Self.batchSize)
        for index in 0..<Self.batchSize {
            headers[index].msg_hdr.msg_name = UnsafeMutableRawPointer(target)
            headers[index].msg_hdr.msg_namelen = socklen_t(MemoryLayout<sockaddr_in>.size)
            headers[index].msg_hdr.msg_iov = vectors + index
            headers[index].msg_hdr.msg_iovlen = 1
        }
    }

    deinit {
        close(descriptor)
        for packet in packets { packet.deallocate() }
        target.deallocate()
        headers.deallocate()
        vectors.deallocate()
    }

    /// The number of datagrams sent.
    mutating func run(rate: Int, seconds: Double) -> Int {
        let start = Self.now()
        let end = start + seconds
        var sent = 0
        while true {
            let now = Self.now()
            guard now < end else { return sent }
            // What a pause has left behind is made up for, but not at once.
            let due = min(Int((now - start) * Double(rate)) - sent, rate / 100 + 1)
            var left = due
            while left > 0 {
                let count = sendBatch(min(left, Self.batchSize))
                sent += count
                left -= max(count, 1)
            }
            usleep(500)
        }
    }

    private mutating func sendBatch(_ count: Int) -> Int {
        for index in 0..<count {
            let packet = packets[next]
            next = next + 1 == packets.count ? 0 : next + 1
            if hasManySources {
                source = (source + 1) % Self.sources
                packet.storeBytes(of: (0x0a42_0000 + source).bigEndian, toByteOffset: 12, as: UInt32.self)
            }
            vectors[index] = iovec(iov_base: packet.baseAddress, iov_len: packet.count)
        }
        return Int(max(sendmmsg(descriptor, headers, UInt32(count), 0), 0))
    }

    /// The kernel fills in the length, the identification and the header's checksum; UDP needs none over IPv4.
    private static func packet(
        _ datagram: Datagram, to address: UInt32, port: UInt16
    ) -> UnsafeMutableRawBufferPointer {
        func big(_ value: UInt32, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * (count - 1 - $0))) }
        }
        let header: [UInt8] =
            [0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0] + big(datagram.address, 4) + big(address, 4)
            + big(UInt32(datagram.port), 2) + big(UInt32(port), 2) + big(UInt32(8 + datagram.payload.count), 2) + [
                0, 0,
            ]
        let packet = UnsafeMutableRawBufferPointer.allocate(byteCount: 28 + datagram.payload.count, alignment: 8)
        packet.copyBytes(from: header + datagram.payload)
        return packet
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
