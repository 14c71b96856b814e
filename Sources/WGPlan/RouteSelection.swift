import WGModel

/// Which routes a tunnel's allowed IPs call for.
enum RouteSelection {
    /// All allowed IPs of a device, the longest prefix first; among equals by text, descending.
    static func ordered(_ device: DeviceState) -> [IPPrefix] {
        device.peers.flatMap(\.allowedIPs)
            .map { (prefix: $0, text: $0.description) }
            .sorted { ($1.prefix.length, $1.text) < ($0.prefix.length, $0.text) }
            .map(\.prefix)
    }
}

/// Answers which prefixes lie inside a given set, in time that does not grow with the set.
struct PrefixCover {
    private var prefixes: Set<IPPrefix> = []
    private var lengths: Set<UInt8> = []

    init(_ prefixes: some Sequence<IPPrefix>) {
        for prefix in prefixes { insert(prefix) }
    }

    mutating func insert(_ prefix: IPPrefix) {
        prefixes.insert(prefix.masked)
        lengths.insert(prefix.length)
    }

    /// Whether a member contains all of the prefix.
    func covers(_ prefix: IPPrefix) -> Bool {
        lengths.contains { length in
            guard length <= prefix.length, let wider = IPPrefix(address: prefix.address, length: Int(length)) else {
                return false
            }
            return prefixes.contains(wider.masked)
        }
    }
}
