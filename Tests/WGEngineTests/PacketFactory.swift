@testable import WGEngine

/// Builds packets and checks them the slow way, byte by byte, with none of the engine's code.
enum PacketFactory {
    /// What a super-packet, or a packet, is to be.
    struct Shape {
        var isIPv4 = true
        var isTCP = true
        var payloadLength = 1000
        var segmentSize = 300
        var optionWords = 3
        var flags: UInt8 = 0x10
        var typeOfService: UInt8 = 0
        var identification: UInt16 = 0x1234
        var dontFragment = true
        var sequence: UInt32 = 0xffff_fe00
        var sourcePort: UInt16 = 4321
        var payloadSeed: UInt8 = 1

        var ipLength: Int { isIPv4 ? 20 : 40 }
        var headerLength: Int { ipLength + (isTCP ? 20 + 4 * optionWords : 8) }
    }

    /// One complete packet with right checksums.
    static func packet(_ shape: Shape) -> [UInt8] {
        var bytes = headers(shape)
        bytes += payload(shape)
        fixIPv4Checksum(&bytes)
        let field = shape.ipLength + (shape.isTCP ? 16 : 6)
        put16(&bytes, field, 0)
        let sum = slowSum(pseudoHeader(bytes, shape.ipLength) + bytes[shape.ipLength...])
        put16(&bytes, field, ~sum == 0 ? 0xffff : ~sum)
        return bytes
    }

    /// A super-packet as the kernel hands it over: virtio header, packet, the checksum field to be completed.
    static func superFrame(_ shape: Shape) -> [UInt8] {
        var bytes = packet(shape)
        let field = shape.ipLength + (shape.isTCP ? 16 : 6)
        put16(&bytes, field, slowSum(pseudoHeader(bytes, shape.ipLength)))
        let type: UInt8 = !shape.isTCP ? 5 : shape.isIPv4 ? 1 : 4
        return virtio(
            flags: 1, type: type, headerLength: shape.headerLength, segmentSize: shape.segmentSize,
            start: shape.ipLength, offset: shape.isTCP ? 16 : 6) + bytes
    }

    static func virtio(
        flags: UInt8, type: UInt8, headerLength: Int, segmentSize: Int, start: Int, offset: Int
    ) -> [UInt8] {
        [flags, type] + [headerLength, segmentSize, start, offset].flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    }

    /// Nothing wrong with lengths and checksums.
    static func isSound(_ packet: [UInt8]) -> Bool {
        let isIPv4 = packet[0] >> 4 == 4
        let ipLength = isIPv4 ? Int(packet[0] & 15) * 4 : 40
        let claimed = isIPv4 ? get16(packet, 2) : get16(packet, 4) + 40
        guard claimed == packet.count else { return false }
        if isIPv4, slowSum(Array(packet[..<ipLength])) != 0xffff { return false }
        let isUDP = (isIPv4 ? packet[9] : packet[6]) == 17
        if isUDP, get16(packet, ipLength + 4) != packet.count - ipLength { return false }
        return slowSum(pseudoHeader(packet, ipLength) + packet[ipLength...]) == 0xffff
    }

    static func headerLength(_ packet: [UInt8]) -> Int {
        let isIPv4 = packet[0] >> 4 == 4
        let ipLength = isIPv4 ? Int(packet[0] & 15) * 4 : 40
        return ipLength + ((isIPv4 ? packet[9] : packet[6]) == 17 ? 8 : Int(packet[ipLength + 12] >> 4) * 4)
    }

    static func get16(_ bytes: [UInt8], _ offset: Int) -> Int { Int(bytes[offset]) << 8 | Int(bytes[offset + 1]) }

    static func put16(_ bytes: inout [UInt8], _ offset: Int, _ value: UInt16) {
        bytes[offset] = UInt8(value >> 8)
        bytes[offset + 1] = UInt8(value & 255)
    }

    static func fixIPv4Checksum(_ bytes: inout [UInt8]) {
        guard bytes[0] >> 4 == 4 else { return }
        put16(&bytes, 10, 0)
        put16(&bytes, 10, ~slowSum(Array(bytes[..<(Int(bytes[0] & 15) * 4)])))
    }

    /// RFC 1071, in the order of the network.
    static func slowSum(_ bytes: [UInt8]) -> UInt16 {
        var sum = 0
        bytes.withUnsafeBufferPointer { bytes in
            var index = 0
            while index < bytes.count {
                sum &+= index & 1 == 0 ? Int(bytes[index]) &<< 8 : Int(bytes[index])
                index &+= 1
            }
        }
        while sum > 0xffff { sum = (sum & 0xffff) + (sum >> 16) }
        return UInt16(sum)
    }

    static func pseudoHeader(_ packet: [UInt8], _ ipLength: Int) -> [UInt8] {
        let isIPv4 = packet[0] >> 4 == 4
        let length = packet.count - ipLength
        return Array(isIPv4 ? packet[12..<20] : packet[8..<40])
            + [0, isIPv4 ? packet[9] : packet[6], UInt8(length >> 8), UInt8(length & 255)]
    }

    private static func payload(_ shape: Shape) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: shape.payloadLength) { buffer, count in
            while count < shape.payloadLength {
                buffer[count] = UInt8(truncatingIfNeeded: (count &* 7) &>> 3) &+ shape.payloadSeed
                count &+= 1
            }
        }
    }

    private static func headers(_ shape: Shape) -> [UInt8] {
        let total = shape.headerLength + shape.payloadLength
        var bytes: [UInt8]
        if shape.isIPv4 {
            bytes = [0x45, shape.typeOfService, UInt8(total >> 8), UInt8(total & 255)]
            bytes += [UInt8(shape.identification >> 8), UInt8(shape.identification & 255)]
            bytes += [shape.dontFragment ? 0x40 : 0, 0, 64, shape.isTCP ? 6 : 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
        } else {
            bytes = [0x60 | shape.typeOfService >> 4, shape.typeOfService << 4, 0, 9]
            bytes += [UInt8((total - 40) >> 8), UInt8((total - 40) & 255), shape.isTCP ? 6 : 17, 64]
            bytes += [0x20, 1, 0xd, 0xb8] + [UInt8](repeating: 0, count: 11) + [1]
            bytes += [0x20, 1, 0xd, 0xb8] + [UInt8](repeating: 0, count: 11) + [2]
        }
        bytes += [UInt8(shape.sourcePort >> 8), UInt8(shape.sourcePort & 255), 0, 80]
        guard shape.isTCP else {
            let length = 8 + shape.payloadLength
            return bytes + [UInt8(length >> 8), UInt8(length & 255), 0, 0]
        }
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: shape.sequence >> UInt32(24 - 8 * $0)) }
        bytes += [9, 8, 7, 6, UInt8(5 + shape.optionWords) << 4, shape.flags, 1, 2, 0, 0, 0, 0]
        return bytes + (0..<(4 * shape.optionWords)).map { UInt8($0 + 1) }
    }
}
