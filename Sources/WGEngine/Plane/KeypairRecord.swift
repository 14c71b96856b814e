internal import CLinux
import Synchronization

/// A transport session's keys and counters (whitepaper 5.4.5), as the data plane uses them.
///
/// Lives in locked memory of `KeypairArena`. C creates it and publishes it in `KeypairTable` and, to send with it, in
/// `PeerSlot.sendKeypair`; after C has withdrawn it from both, `QuiescentEpoch` waits for T and U, and the arena
/// erases it.
struct KeypairRecord: ~Copyable {
    /// ChaCha20-Poly1305 key for what we send.
    var sendKey: InlineArray<32, UInt8>
    /// ChaCha20-Poly1305 key for what we receive.
    var receiveKey: InlineArray<32, UInt8>
    /// The index that the peer puts in its packets.
    let localIndex: UInt32
    /// The index that we put in our packets.
    let remoteIndex: UInt32
    /// The peer's slot.
    let peer: Int32
    /// Whether we sent the initiation: only the initiator rekeys by time (whitepaper 6.2).
    let isInitiator: Bool
    /// `EngineClock` time at which the keys were derived.
    let birth: UInt64

    /// The next counter to send with. T and C both take from it: one fetch-add for a whole batch.
    let sendCounter = Atomic<UInt64>(0)
    /// A responder's keypair may not be sent with before the peer has proven that it has it: false until then.
    /// U sets it at the first authenticated packet, and raises `PeerEvent.nextConfirmed`.
    let isConfirmed: Atomic<Bool>
    /// Set by T or U when it has raised `needsRekey` for this keypair, so that it is raised once.
    let rekeyRaised = Atomic<Bool>(false)
    /// U's alone.
    var replay = ReplayWindow()

    init(
        sendKey: InlineArray<32, UInt8>, receiveKey: InlineArray<32, UInt8>, localIndex: UInt32, remoteIndex: UInt32,
        peer: Int32, isInitiator: Bool, birth: UInt64
    ) {
        self.sendKey = sendKey
        self.receiveKey = receiveKey
        self.localIndex = localIndex
        self.remoteIndex = remoteIndex
        self.peer = peer
        self.isInitiator = isInitiator
        self.birth = birth
        self.isConfirmed = Atomic(isInitiator)
    }
}

/// From the receiver index of a packet to its keypair: the low bits of the index are the place, the high bits are
/// random and part of `KeypairRecord.localIndex`, which U compares.
struct KeypairTable {
    static let indexBits: UInt32 = 20
    static let capacity = 1 << 20

    typealias Entry = Atomic<UnsafeMutablePointer<KeypairRecord>?>

    let entries: UnsafeMutablePointer<Entry>

    /// The keypair that has this index, or nil. Valid until the calling loop's next quiescent point.
    @inline(__always)
    func find(_ index: UInt32) -> UnsafeMutablePointer<KeypairRecord>? {
        let place = Int(index & (1 << Self.indexBits - 1))
        guard let record = entries[place].load(ordering: .acquiring), record.pointee.localIndex == index else {
            return nil
        }
        return record
    }

    /// C only.
    func publish(_ record: UnsafeMutablePointer<KeypairRecord>) {
        entries[Int(record.pointee.localIndex & (1 << Self.indexBits - 1))].store(record, ordering: .releasing)
    }

    /// C only. The record must stay until both loops have passed a quiescent point.
    func withdraw(_ index: UInt32) {
        entries[Int(index & (1 << Self.indexBits - 1))].store(nil, ordering: .releasing)
    }
}
