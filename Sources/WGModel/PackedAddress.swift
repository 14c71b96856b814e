/// An address as prefixes and endpoints store it: without the alignment of a 128-bit number, which would make a large
/// device's tables a quarter larger.
struct PackedAddress: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64
    private let isIPv4: Bool

    init(_ address: IPAddress) {
        switch address {
        case .v4(let value): (high, low, isIPv4) = (0, UInt64(value), true)
        case .v6(let value):
            (high, low, isIPv4) = (UInt64(truncatingIfNeeded: value >> 64), UInt64(truncatingIfNeeded: value), false)
        }
    }

    var address: IPAddress {
        isIPv4 ? .v4(UInt32(truncatingIfNeeded: low)) : .v6(UInt128(high) << 64 | UInt128(low))
    }
}
