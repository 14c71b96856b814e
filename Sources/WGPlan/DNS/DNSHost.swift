/// What a host has that makes resolvers known.
public struct DNSHost: Hashable, Sendable {
    /// Whether systemd-resolved runs in this network namespace: links of another are none of its business.
    public var resolvedRuns: Bool
    /// Whether `/etc/resolv.conf` is its own, or names nothing but its stub.
    public var resolvedIsInCharge: Bool
    public var hasResolvectl: Bool
    public var resolvconf: Resolvconf?

    /// The program of that name.
    public struct Resolvconf: Hashable, Sendable {
        /// Whether it is another name of `resolvectl`.
        public var isResolvectl: Bool
        /// What goes before the interface's name, dot included; empty where nothing does.
        public var prefix: String

        public init(isResolvectl: Bool = false, prefix: String = "") {
            self.isResolvectl = isResolvectl
            self.prefix = prefix
        }
    }

    public init(
        resolvedRuns: Bool = false, resolvedIsInCharge: Bool = false, hasResolvectl: Bool = false,
        resolvconf: Resolvconf? = nil
    ) {
        self.resolvedRuns = resolvedRuns
        self.resolvedIsInCharge = resolvedIsInCharge
        self.hasResolvectl = hasResolvectl
        self.resolvconf = resolvconf
    }

    /// The prefix that has Debian's `resolvconf` put an entry before those of ordinary interfaces: the first pattern of
    /// `/etc/resolvconf/interface-order` that is letters, digits and dashes with a star behind, and a dot.
    public static func prefix(interfaceOrder: [UInt8]) -> String {
        for line in interfaceOrder.split(separator: 10) {
            let word = line.split { $0 == 32 || $0 == 9 }.first ?? []
            let stem = word.dropLast()
            guard word.last == UInt8(ascii: "*"), !stem.isEmpty, stem.allSatisfy(isNameByte) else { continue }
            return String(decoding: stem, as: UTF8.self) + "."
        }
        return ""
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "-"): true
        default: false
        }
    }
}
