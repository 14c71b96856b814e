internal import CLinux
import WGCrypto

/// What a worker does at once: up to 64 transport messages of one session, one behind the other, each of which it seals
/// or opens where it lies. It knows nothing but keys and bytes; counters, replay, peers and order are the giver's.
struct WorkerJob {
    /// As many messages as there are bits.
    static let maximumMessages = 64

    /// The first message: header with counter, text, and room for the tag or the tag itself.
    let bytes: UnsafeMutableRawPointer
    /// Bytes of all messages.
    let count: Int
    /// Bytes of each message, but for a last one that may be shorter.
    let segment: Int
    /// Whose keys they are. It must outlive the job: the giver takes that back before its next quiescent point.
    let keypair: UnsafeMutablePointer<KeypairRecord>
    let isSealing: Bool
    /// Which messages are to be sealed or opened, from the lowest bit on; each is of `TransportMessage.overhead` bytes or
    /// more.
    let wanted: UInt64

    /// The index in the first datagram of a received message, if that is a transport message and may begin a job.
    @inline(__always)
    static func keypairIndex(of message: clinux_udp_message) -> UInt32? {
        guard let bytes = message.bytes, message.segment >= TransportMessage.overhead,
            message.count >= TransportMessage.overhead,
            UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)) == TransportMessage.type
        else { return nil }
        return UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    }

    /// All packets of these keys in a received message whose counters the replay window allows, as far as they are known
    /// to be allowed before any of them is genuine. `nil` when they are fewer than `least`.
    ///
    /// - Parameter message: one that has a `keypairIndex`, which is the keypair's.
    init?(opening message: clinux_udp_message, with keypair: UnsafeMutablePointer<KeypairRecord>, least: Int) {
        guard let bytes = message.bytes, message.count > message.segment &* (least &- 1) else { return nil }
        // Type and index.
        let head = bytes.loadUnaligned(as: UInt64.self)
        var wanted: UInt64 = 0
        var offset = 0
        var place: UInt64 = 0
        while place < UInt64(Self.maximumMessages), message.count &- offset >= TransportMessage.overhead {
            let counter = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self))
            if bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) == head,
                counter < SessionLimits.rejectAfterMessages, keypair.pointee.replay.allows(counter)
            {
                wanted |= 1 &<< place
            }
            offset &+= message.segment
            place &+= 1
        }
        guard wanted.nonzeroBitCount >= least else { return nil }
        self.init(
            bytes: bytes, count: message.count, segment: message.segment, keypair: keypair, isSealing: false,
            wanted: wanted)
    }

    init(
        bytes: UnsafeMutableRawPointer, count: Int, segment: Int, keypair: UnsafeMutablePointer<KeypairRecord>,
        isSealing: Bool, wanted: UInt64
    ) {
        self.bytes = bytes
        self.count = count
        self.segment = segment
        self.keypair = keypair
        self.isSealing = isSealing
        self.wanted = wanted
    }

    /// Opened: which messages were genuine. The bytes of others are of no use any more.
    @inline(never)
    func perform() -> UInt64 {
        var genuine: UInt64 = 0
        // The send key is the record's first field, the receive key its second.
        let key = UnsafeRawPointer(keypair) + (isSealing ? 0 : MemoryLayout<InlineArray<32, UInt8>>.size)
        var left = wanted
        while left != 0 {
            let place = left.trailingZeroBitCount
            left &= left &- 1
            let offset = place &* segment
            let message = bytes + offset
            let size = min(segment, count &- offset)
            let counter = UInt64(littleEndian: message.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            let text = message + TransportMessage.headerSize
            if isSealing {
                TransportCipher.seal(
                    key: key, counter: counter, source: text, count: size &- TransportMessage.overhead,
                    destination: text)
            } else if TransportCipher.open(
                key: key, counter: counter, source: text, count: size &- TransportMessage.headerSize,
                destination: text)
            {
                genuine |= 1 &<< UInt64(place)
            }
        }
        return genuine
    }
}
