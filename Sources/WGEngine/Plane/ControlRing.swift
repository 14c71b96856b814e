internal import CLinux
import Synchronization

/// What T and U tell the control thread. One fixed-size entry of a `ControlRing`.
struct ControlMessage {
    enum Kind: UInt32 {
        /// `PeerSlot.raised` of `peer` went from 0 to something.
        case peerEvents = 1
        /// A handshake or cookie message (types 1 to 3): `payload`, from `endpoint`.
        case handshake = 2
        /// An authenticated packet of `peer` came from `endpoint`, which isn't the published one.
        case roamed = 3
    }

    var kind: Kind
    var peer: Int32
    var endpoint: EndpointRecord
    /// The bytes in use of `payload`: at most 148, the size of an initiation.
    var payloadLength: UInt32
    var payload: InlineArray<152, UInt8>
}

/// A bounded ring from one data-plane thread to the control thread. One producer, one consumer, no locks.
struct ControlRing {
    /// Entries; a power of two. Only those in use cost memory.
    let capacity: Int

    private struct Indexes: ~Copyable {
        /// Next entry to write; the producer's.
        let head = Atomic<UInt64>(0)
        /// Next entry to read; the consumer's.
        let tail = Atomic<UInt64>(0)
        /// Something didn't fit: the consumer looks at every peer's raised bits.
        let overflowed = Atomic<Bool>(false)
    }

    private let entries: UnsafeMutablePointer<ControlMessage>
    private let indexes: UnsafeMutablePointer<Indexes>

    init(capacity: Int = 256) {
        self.capacity = capacity
        entries = .allocate(capacity: capacity)
        indexes = .allocate(capacity: 1)
        indexes.initialize(to: Indexes())
    }

    /// The engine's rings live as long as its threads.
    func deallocate() {
        indexes.deinitialize(count: 1)
        indexes.deallocate()
        entries.deallocate()
    }

    /// Producer: fills the next entry in place. False, and `overflowed` noted, when the ring is full.
    @inline(__always)
    func push(_ fill: (UnsafeMutablePointer<ControlMessage>) -> Void) -> Bool {
        let head = indexes.pointee.head.load(ordering: .relaxed)
        // Acquire: the consumer has finished reading the entry that is to be overwritten.
        guard head &- indexes.pointee.tail.load(ordering: .acquiring) < UInt64(capacity) else {
            indexes.pointee.overflowed.store(true, ordering: .releasing)
            return false
        }
        fill(entries + Int(head & UInt64(capacity - 1)))
        // Sequentially consistent: the entry is visible before the producer asks whether the consumer sleeps.
        indexes.pointee.head.store(head &+ 1, ordering: .sequentiallyConsistent)
        return true
    }

    /// Consumer: hands out the entries that are there now, oldest first. Those that come meanwhile are left for the next
    /// call, so that a flood doesn't keep the consumer from everything else; so are those above `limit`.
    func drain(limit: Int = .max, _ body: (UnsafeMutablePointer<ControlMessage>) -> Void) {
        var tail = indexes.pointee.tail.load(ordering: .relaxed)
        let head = indexes.pointee.head.load(ordering: .acquiring)
        let end = tail &+ min(head &- tail, UInt64(limit))
        while tail != end {
            body(entries + Int(tail & UInt64(capacity - 1)))
            tail &+= 1
            indexes.pointee.tail.store(tail, ordering: .releasing)
        }
    }

    /// Consumer: how many entries wait.
    var count: Int {
        let head = indexes.pointee.head.load(ordering: .sequentiallyConsistent)
        return Int(head &- indexes.pointee.tail.load(ordering: .relaxed))
    }

    /// Consumer: whether an entry waits.
    var isEmpty: Bool { count == 0 }

    /// Consumer: whether something was lost since the last call.
    func takeOverflow() -> Bool { indexes.pointee.overflowed.exchange(false, ordering: .acquiringAndReleasing) }
}
