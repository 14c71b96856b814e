import Synchronization

/// What the control thread tells T about a peer's waiting packets. Bounded; one producer (C), one consumer (T).
struct OutboundRing {
    static let capacity = 1024

    enum Order: Int64 {
        /// A session is ready: send what waits.
        case flush = 0
        /// As `flush`, but an empty packet goes out when nothing waits: it confirms the session to the responder.
        case flushOrKeepalive = 1
        /// The handshake failed for good: drop what waits.
        case discard = 2
    }

    private struct Indexes: ~Copyable {
        let head = Atomic<UInt64>(0)
        let tail = Atomic<UInt64>(0)
    }

    private let entries: UnsafeMutablePointer<Int64>
    private let indexes: UnsafeMutablePointer<Indexes>

    init() {
        entries = .allocate(capacity: Self.capacity)
        indexes = .allocate(capacity: 1)
        indexes.initialize(to: Indexes())
    }

    func deallocate() {
        indexes.deinitialize(count: 1)
        indexes.deallocate()
        entries.deallocate()
    }

    /// C: false when the ring is full; the caller tries again after the next wake-up of T.
    func push(_ order: Order, peer: Int32) -> Bool {
        let head = indexes.pointee.head.load(ordering: .relaxed)
        guard head &- indexes.pointee.tail.load(ordering: .acquiring) < UInt64(Self.capacity) else { return false }
        entries[Int(head % UInt64(Self.capacity))] = order.rawValue << 32 | Int64(peer)
        indexes.pointee.head.store(head &+ 1, ordering: .releasing)
        return true
    }

    /// T: the next order, or nil.
    @inline(__always)
    func pop() -> (order: Order, peer: Int32)? {
        let tail = indexes.pointee.tail.load(ordering: .relaxed)
        guard tail != indexes.pointee.head.load(ordering: .acquiring) else { return nil }
        let entry = entries[Int(tail % UInt64(Self.capacity))]
        indexes.pointee.tail.store(tail &+ 1, ordering: .releasing)
        return (Order(rawValue: entry >> 32) ?? .flush, Int32(truncatingIfNeeded: entry))
    }
}
