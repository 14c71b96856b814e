import WGCrypto

/// Where a handshake message came from, as the rules against floods see it (whitepaper 5.4.7).
public struct HandshakeSource: Sendable {
    private let bytes: InlineArray<18, UInt8>
    private let count: Int
    /// What a rate is limited by: an IPv4 address, or the first 64 bits of an IPv6 address, all of which one host has.
    let group: UInt64

    /// - Parameters:
    ///   - ipv4: the address as a number.
    ///   - port: host byte order.
    public init(ipv4: UInt32, port: UInt16) {
        var bytes = InlineArray<18, UInt8>(repeating: 0)
        for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: ipv4 >> UInt32(24 - 8 * index)) }
        (bytes[4], bytes[5]) = (UInt8(port >> 8), UInt8(port & 0xff))
        self.bytes = bytes
        count = 6
        // Begins as no global IPv6 address does.
        group = 0x0000_ffff_0000_0000 | UInt64(ipv4)
    }

    /// - Parameters:
    ///   - high: the address's first 64 bits as a number.
    ///   - low: the others.
    ///   - port: host byte order.
    public init(ipv6 high: UInt64, _ low: UInt64, port: UInt16) {
        var bytes = InlineArray<18, UInt8>(repeating: 0)
        for index in 0..<8 {
            bytes[index] = UInt8(truncatingIfNeeded: high >> UInt64(56 - 8 * index))
            bytes[8 + index] = UInt8(truncatingIfNeeded: low >> UInt64(56 - 8 * index))
        }
        (bytes[16], bytes[17]) = (UInt8(port >> 8), UInt8(port & 0xff))
        self.bytes = bytes
        count = 18
        group = high
    }

    /// Mac(secret, address and port): what only who receives at this address can know.
    func mac(key: Span<UInt8>) -> MacBytes { Blake2s.mac(key: key, bytes.span.extracting(..<count)) }
}
