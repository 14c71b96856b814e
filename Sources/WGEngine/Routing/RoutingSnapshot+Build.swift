import WGModel

extension RoutingSnapshot {
    /// Builds a snapshot for publication.
    ///
    /// - Parameter entries: each prefix once, with its peer's slot; host bits are ignored.
    static func make(_ entries: some Sequence<(key: IPPrefix, value: Int32)>) -> UnsafeMutablePointer<RoutingSnapshot> {
        var ipv4: [Route<UInt32>] = []
        var ipv6: [Route<UInt128>] = []
        for (prefix, peer) in entries {
            switch prefix.masked.address {
            case .v4(let address): ipv4.append(Route(prefix: address, length: prefix.length, peer: peer))
            case .v6(let address): ipv6.append(Route(prefix: address, length: prefix.length, peer: peer))
            }
        }
        let snapshot = UnsafeMutablePointer<RoutingSnapshot>.allocate(capacity: 1)
        snapshot.initialize(to: RoutingSnapshot(ipv4: TreeBuilder.build(ipv4), ipv6: TreeBuilder.build(ipv6)))
        return snapshot
    }

    /// Frees what `make` returned.
    static func free(_ snapshot: UnsafeMutablePointer<RoutingSnapshot>) {
        snapshot.pointee.ipv4.nodes.deallocate()
        snapshot.pointee.ipv6.nodes.deallocate()
        snapshot.deallocate()
    }
}

private struct Route<Address: FixedWidthInteger & UnsignedInteger & Sendable> {
    let prefix: Address
    let length: UInt8
    let peer: Int32
}

/// Builds a tree from sorted routes, each node before its children, so that a look-up walks forward in memory.
private struct TreeBuilder<Address: FixedWidthInteger & UnsignedInteger & Sendable> {
    typealias Node = RoutingSnapshot.Node<Address>

    private let routes: [Route<Address>]
    private var nodes: [Node] = []

    static func build(_ routes: [Route<Address>]) -> RoutingSnapshot.Tree<Address> {
        var builder = TreeBuilder(routes: routes.sorted { ($0.prefix, $0.length) < ($1.prefix, $1.length) })
        _ = builder.add(routes.indices)
        let memory = UnsafeMutablePointer<Node>.allocate(capacity: max(builder.nodes.count, 1))
        memory.initialize(from: builder.nodes, count: builder.nodes.count)
        return RoutingSnapshot.Tree(nodes: memory, count: builder.nodes.count)
    }

    private init(routes: [Route<Address>]) { self.routes = routes }

    /// Adds the subtree of some routes and returns its root. As deep as an address has bits, at most.
    private mutating func add(_ range: Range<Int>) -> Int32 {
        guard let first = range.first, let last = range.last else { return -1 }
        // Sorted: what the first and the last share, all share; and the shortest prefix that covers all comes first.
        let shared = (routes[first].prefix ^ routes[last].prefix).leadingZeroBitCount
        let length = min(shared, Int(routes[first].length))
        let endsHere = Int(routes[first].length) == length
        let index = nodes.count
        let mask: Address = length == 0 ? 0 : ~0 << Address(Address.bitWidth - length)
        nodes.append(
            Node(
                prefix: routes[first].prefix & mask, peer: endsHere ? routes[first].peer : -1, zero: -1, one: -1,
                length: UInt8(length)))
        let rest = (endsHere ? first + 1 : first)..<range.upperBound
        guard !rest.isEmpty else { return Int32(index) }
        let bit: Address = 1 << Address(Address.bitWidth - 1 - length)
        let split = rest.partitioningIndex { routes[$0].prefix & bit != 0 }
        nodes[index].zero = add(rest.lowerBound..<split)
        nodes[index].one = add(split..<rest.upperBound)
        return Int32(index)
    }
}

extension Range<Int> {
    /// The first index for which the condition holds, given that it holds for all after it.
    fileprivate func partitioningIndex(where holds: (Int) -> Bool) -> Int {
        var low = lowerBound
        var high = upperBound
        while low < high {
            let middle = low + (high - low) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
