import WGProtocol

/// Memory and descriptors that the control thread has withdrawn from the other two, until they are free to go.
///
/// What is retired in one turn of the control loop shares one epoch.
struct Reclaimer {
    enum Item {
        case keypair(UnsafeMutablePointer<KeypairRecord>)
        case endpoint(UnsafeMutablePointer<EndpointRecord>)
        case routing(UnsafeMutablePointer<RoutingSnapshot>)
        case sockets(UnsafeMutablePointer<UdpSockets>)
        case macChecker(UnsafeMutablePointer<MacChecker>)
        case peer(Int32)
    }

    private var current: [Item] = []
    private var waiting: [(epoch: UInt64, items: [Item])] = []
    /// How many sockets are among them.
    private var socketCount = 0

    /// Nothing is waiting to be freed.
    var isEmpty: Bool { current.isEmpty && waiting.isEmpty }

    /// Whether a pair of sockets is waiting to be closed, and holds its port.
    var holdsSockets: Bool { socketCount > 0 }

    /// Call after the item can't be loaded any more from `SharedState`.
    mutating func retire(_ item: Item) {
        current.append(item)
        if case .sockets = item { socketCount += 1 }
    }

    /// Begins a new epoch for what was retired since the last call.
    mutating func seal(_ epoch: QuiescentEpoch) {
        guard !current.isEmpty else { return }
        waiting.append((epoch.advance(), current))
        current = []
    }

    /// Takes everything: there are no loops any more.
    mutating func takeAll() -> [Item] {
        defer { self = Reclaimer() }
        return waiting.flatMap(\.items) + current
    }

    /// Takes what both loops have let go of.
    mutating func takePassed(_ epoch: QuiescentEpoch) -> [Item] {
        var passed: [Item] = []
        while let first = waiting.first, epoch.hasPassed(first.epoch) {
            passed += first.items
            waiting.removeFirst()
        }
        for case .sockets in passed { socketCount -= 1 }
        return passed
    }
}
