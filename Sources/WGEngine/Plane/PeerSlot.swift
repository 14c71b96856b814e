import Synchronization

/// What the data plane knows of a peer: one slot of `PeerTable`, named by its Int32 index.
///
/// Three threads meet here: T (`OutboundLoop`), U (`InboundLoop`) and C (`EngineController`). C publishes the first
/// group; T and U write the second, C reads it when one of its deadlines passes. Nobody arms a timer per packet.
/// Time stamps are `EngineClock` nanoseconds, 0 for "never", stored relaxed: each is read for its own value only.
struct PeerSlot: ~Copyable {
    // Published by C: release store, acquire load.

    /// The keypair to send with; nil when there is none.
    let sendKeypair = Atomic<UnsafeMutablePointer<KeypairRecord>?>(nil)
    /// A responder's new keypair. T sends with it as soon as U has marked it confirmed: the answer to the packet that
    /// did it may be at the TUN device before C has heard of it, and a peer that has restarted knows no other keypair.
    let nextKeypair = Atomic<UnsafeMutablePointer<KeypairRecord>?>(nil)
    /// Where to send; nil when unknown.
    let endpoint = Atomic<UnsafeMutablePointer<EndpointRecord>?>(nil)
    /// False while the slot is free. Stale snapshots may still lead T here for one batch.
    let isActive = Atomic<Bool>(false)

    // Written by T and U (and by C where it sends keepalives and handshakes itself).

    /// Bytes of UDP payload sent, all message types.
    let sentBytes = Atomic<UInt64>(0)
    /// Bytes of UDP payload received and authenticated, all message types.
    let receivedBytes = Atomic<UInt64>(0)
    /// The last time anything authenticated was sent: data, keepalive or handshake.
    let lastAuthenticatedSent = Atomic<UInt64>(0)
    /// The last time anything authenticated was received.
    let lastAuthenticatedReceived = Atomic<UInt64>(0)
    /// The last time data (not a keepalive) was sent.
    let lastDataSent = Atomic<UInt64>(0)
    /// The last time data (not a keepalive) was received.
    let lastDataReceived = Atomic<UInt64>(0)
    /// When the oldest data was sent that nothing authenticated has answered yet; 0 when there is none.
    /// T sets it if it is 0, U clears it on anything authenticated.
    let firstUnansweredDataSent = Atomic<UInt64>(0)
    /// When the oldest data was received since we last sent anything authenticated; 0 when there is none.
    /// U sets it if it is 0, T clears it on anything sent.
    let firstUnrepliedDataReceived = Atomic<UInt64>(0)

    /// `PeerEvent` bits that C hasn't taken yet.
    let raised = Atomic<UInt32>(0)
    /// `PeerEvent.activity` has been raised and C's deadlines cover the peer: T and U need not raise it again.
    /// C clears it when a deadline passes and the peer is found idle, then looks at the time stamps once more.
    let isWatched = Atomic<Bool>(false)
}

/// Why the data plane wants the control thread to look at a peer. Bits of `PeerSlot.raised`.
enum PeerEvent {
    /// Data waits and there is no usable session.
    static let needsSession: UInt32 = 1 << 0
    /// The session works but is due for a new handshake (age or message count); at most one initiation per
    /// REKEY_TIMEOUT comes of it.
    static let needsRekey: UInt32 = 1 << 1
    /// Data went out or came in while `isWatched` was false: deadlines must be set.
    static let activity: UInt32 = 1 << 2
    /// The first authenticated packet came on a keypair in state `next`: promote it.
    static let nextConfirmed: UInt32 = 1 << 3
    /// The endpoint's source address is no good any more.
    static let sourceRefused: UInt32 = 1 << 4
}

/// All peer slots, in address space reserved once; only the pages in use cost memory.
struct PeerTable {
    /// As many peers as a device of the Linux module may have (`MAX_PEERS_PER_DEVICE`) would be 2^20; slots are 104
    /// bytes of reserved address space each.
    static let capacity = 1 << 17

    let slots: UnsafeMutablePointer<PeerSlot>

    @inline(__always)
    subscript(index: Int32) -> UnsafeMutablePointer<PeerSlot> { slots + Int(index) }
}
