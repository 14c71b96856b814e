/// An IPv4 or IPv6 address, without scope.
public enum IPAddress: Hashable, Sendable {
    /// Host byte order: 192.0.2.1 is 0xc0000201.
    case v4(UInt32)
    /// Host byte order: 2001:db8::1 is 0x2001_0db8_..._0001.
    case v6(UInt128)

    /// Whether it is an IPv4 address; the others are IPv6.
    public var isIPv4: Bool {
        if case .v4 = self { true } else { false }
    }

    /// 32 or 128.
    public var bitWidth: Int { isIPv4 ? 32 : 128 }

    /// All bits zero: 0.0.0.0 or `::`.
    public var isUnspecified: Bool {
        switch self {
        case .v4(let value): value == 0
        case .v6(let value): value == 0
        }
    }

    /// fe80::/10, the addresses that need a scope.
    public var isLinkLocalIPv6: Bool {
        if case .v6(let value) = self { value >> 118 == 0x3fa } else { false }
    }

    /// Network byte order: 4 or 16 bytes.
    public var networkBytes: [UInt8] {
        switch self {
        case .v4(let value):
            (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * $0)) }
        case .v6(let value):
            (0..<16).map { UInt8(truncatingIfNeeded: value >> UInt128(120 - 8 * $0)) }
        }
    }

    /// Takes 4 or 16 bytes in network order; `nil` for any other count.
    public init?(networkBytes bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4: self = .v4(bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16: self = .v6(bytes.reduce(0) { $0 << 8 | UInt128($1) })
        default: return nil
        }
    }
}

extension IPAddress: Comparable {
    /// IPv4 before IPv6, then by value.
    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        switch (left, right) {
        case (.v4(let left), .v4(let right)): left < right
        case (.v6(let left), .v6(let right)): left < right
        case (.v4, .v6): true
        case (.v6, .v4): false
        }
    }
}
