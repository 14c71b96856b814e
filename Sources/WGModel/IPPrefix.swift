/// An address and a prefix length: an allowed IP, a route's destination, or an interface's address.
///
/// Host bits are kept as given; `masked` clears them.
public struct IPPrefix: Hashable, Sendable {
    /// With its host bits.
    private let packed: PackedAddress
    /// As given: bits beyond the length may be set.
    public var address: IPAddress { packed.address }
    /// 0 to 32, or 0 to 128.
    public let length: UInt8

    /// `nil` if the length is beyond the address's width.
    public init?(address: IPAddress, length: Int) {
        guard (0...address.bitWidth).contains(length) else { return nil }
        packed = PackedAddress(address)
        self.length = UInt8(length)
    }

    /// The prefix that holds this one address.
    public init(host address: IPAddress) {
        packed = PackedAddress(address)
        self.length = UInt8(address.bitWidth)
    }

    /// 0.0.0.0/0 or ::/0.
    public var isDefault: Bool { length == 0 }

    /// Whether it names one address only.
    public var isHost: Bool { Int(length) == address.bitWidth }

    /// The same prefix with its host bits cleared, as kernel and engines keep allowed IPs.
    public var masked: IPPrefix {
        let host = address.bitWidth - Int(length)
        let masked: IPAddress =
            switch address {
            case .v4(let value): .v4((value >> UInt32(host)) << UInt32(host))
            case .v6(let value): .v6((value >> UInt128(host)) << UInt128(host))
            }
        return IPPrefix(unchecked: masked, length)
    }

    /// Whether bits beyond the prefix are set.
    public var hasHostBits: Bool { masked != self }

    /// Whether the address lies in the prefix. Never for one of the other family.
    public func contains(_ other: IPAddress) -> Bool {
        address.isIPv4 == other.isIPv4 && IPPrefix(unchecked: other, length).masked == masked
    }

    /// Whether every address of the other prefix lies in this one.
    public func contains(_ other: IPPrefix) -> Bool {
        other.length >= length && contains(other.address)
    }

    private init(unchecked address: IPAddress, _ length: UInt8) {
        packed = PackedAddress(address)
        self.length = length
    }
}

extension IPPrefix: CustomStringConvertible {
    /// `ADDRESS/LENGTH`, the length always written.
    public var description: String {
        var text = TextBuffer()
        text.append(self)
        return text.string
    }

    /// `ADDRESS` or `ADDRESS/LENGTH`; leading zeros in the length are accepted, as the stock tool does.
    public init?(_ text: some StringProtocol) {
        self.init(utf8: Array(text.utf8).span)
    }

    /// As `init(_:)`, from bytes of text.
    public init?(utf8 text: Span<UInt8>) {
        var slash = 0
        while slash < text.count, text[slash] != UInt8(ascii: "/") { slash += 1 }
        guard let address = IPAddress(utf8: text.extracting(0..<slash)) else { return nil }
        guard slash < text.count else {
            self.init(host: address)
            return
        }
        guard slash + 1 < text.count else { return nil }
        var length = 0
        for index in slash + 1..<text.count {
            guard (48...57).contains(text[index]) else { return nil }
            length = min(length * 10 + Int(text[index] - 48), 1000)
        }
        self.init(address: address, length: length)
    }
}

extension IPPrefix: Comparable {
    /// By address, then the shorter prefix first.
    public static func < (left: IPPrefix, right: IPPrefix) -> Bool {
        (left.address, left.length) < (right.address, right.length)
    }
}
