import Glibc

/// A data packet as it was on the wire.
struct CapturedPacket {
    /// The source, host byte order.
    var address: UInt32
    var port: UInt16
    var payload: [UInt8]

    /// Each packet after its length (2 bytes), source address and port, all big-endian.
    static func write(_ packets: [CapturedPacket], to path: String) {
        var bytes: [UInt8] = []
        for packet in packets {
            let header = UInt64(packet.payload.count) << 48 | UInt64(packet.address) << 16 | UInt64(packet.port)
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: header >> UInt64(56 - 8 * $0)) } + packet.payload
        }
        guard let file = fopen(path, "w"), fwrite(bytes, 1, bytes.count, file) == bytes.count, fclose(file) == 0 else {
            fail("\(path) can't be written")
        }
    }

    static func read(_ path: String) -> [CapturedPacket] {
        guard let file = fopen(path, "r") else { fail("\(path) can't be read") }
        defer { fclose(file) }
        var packets: [CapturedPacket] = []
        var header = [UInt8](repeating: 0, count: 8)
        while fread(&header, 1, 8, file) == 8 {
            let word = header.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            var payload = [UInt8](repeating: 0, count: Int(word >> 48))
            guard fread(&payload, 1, payload.count, file) == payload.count else { break }
            packets.append(
                CapturedPacket(
                    address: UInt32(truncatingIfNeeded: word >> 16), port: UInt16(truncatingIfNeeded: word),
                    payload: payload))
        }
        return packets
    }
}

/// Waits until so many data packets to the port have gone out by the interface, but for no more than 10 s in between.
func capture(on interface: String, port: UInt16, count: Int) -> [CapturedPacket] {
    let ethertype = UInt16(0x0800).bigEndian
    let descriptor = socket(AF_PACKET, Int32(SOCK_DGRAM.rawValue), Int32(ethertype))
    // A sockaddr_ll (packet(7)): family, protocol, interface; the rest is not for binding.
    var address = sockaddr_storage()
    withUnsafeMutableBytes(of: &address) { bytes in
        bytes.storeBytes(of: UInt16(AF_PACKET), as: UInt16.self)
        bytes.storeBytes(of: ethertype, toByteOffset: 2, as: UInt16.self)
        bytes.storeBytes(of: if_nametoindex(interface), toByteOffset: 4, as: UInt32.self)
    }
    let isBound = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, 20) == 0 }
    }
    var patience = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    guard descriptor >= 0, isBound else { fail("no packets can be captured on \(interface)") }
    defer { close(descriptor) }
    say("ready", to: 1)

    var packets: [CapturedPacket] = []
    var buffer = [UInt8](repeating: 0, count: 70_000)
    while packets.count < count {
        let length = recv(descriptor, &buffer, buffer.count, 0)
        guard length > 0 else { fail("\(packets.count) packets seen, then none") }
        // IPv4 without options, UDP, our port, a data message that is no joined one.
        guard length > 28 + 32, length <= 1500, buffer[0] == 0x45, buffer[9] == 17,
            UInt16(buffer[22]) << 8 | UInt16(buffer[23]) == port, buffer[28] == 4
        else { continue }
        packets.append(
            CapturedPacket(
                address: buffer[12..<16].reduce(0) { $0 << 8 | UInt32($1) },
                port: UInt16(buffer[20]) << 8 | UInt16(buffer[21]), payload: Array(buffer[28..<length])))
    }
    return packets
}
