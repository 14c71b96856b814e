internal import CLinux
import WGCrypto
import WGProtocol

/// What an initiation without a cookie has to pass under load, before even its first MAC is looked at: a flood comes again
/// and again from the sources that it has, and a peer once in 5 s. So who has not been heard of lately goes through, and of
/// the others a thousand in a second. Thread U; no allocation.
///
/// Only a message with the right first MAC makes its source known: who does not know our key keeps nobody out. What is known
/// the kernel can drop for us, see `HandshakeFilter`.
struct HandshakeGate: ~Copyable {
    /// Messages in a second, at once.
    static let spareRate: UInt64 = 1000
    static let spareBurst: UInt64 = 500

    private var recent: RecentSources
    private var spare = spareBurst
    private var spareSince: UInt64 = 0
    private let keys: InlineArray<4, UInt64>
    /// How many messages of known sources one stands for: the kernel may have dropped the others.
    private let knownWeight: UInt64

    init(_ filter: HandshakeFilter) {
        recent = RecentSources(filter.memory)
        keys = filter.keys
        knownWeight = filter.isInKernel ? HandshakeFilter.sample : 1
    }

    /// Whether an initiation of 148 bytes has a second MAC at all, right or wrong.
    @inline(__always)
    static func hasMac2(_ initiation: UnsafeRawPointer) -> Bool {
        initiation.loadUnaligned(fromByteOffset: 132, as: UInt64.self)
            | initiation.loadUnaligned(fromByteOffset: 140, as: UInt64.self) != 0
    }

    /// Whether a message comes from somebody who knows our key.
    @inline(__always)
    static func hasMac1(
        _ bytes: UnsafeRawPointer, _ count: Int, _ macChecker: UnsafeMutablePointer<MacChecker>?
    ) -> Bool {
        guard let macChecker else { return false }
        return macChecker.pointee.isValid(
            UnsafeRawBufferPointer(start: bytes, count: count).bindMemory(to: UInt8.self).span)
    }

    /// Forgets whom it is time to forget. Not only `shed` may do that: what it is not asked about may keep up the load, and
    /// meanwhile the kernel drops those whom it finds in the tables.
    @inline(__always)
    mutating func age(_ now: UInt64) { recent.age(now) }

    /// Judges a message from a source, by its `hash`: 0 if it is to be taken, else for how many dropped messages it stands.
    /// `isGenuine` looks at its first MAC, which is not done for what comes from known sources; but who is about to be
    /// forgotten and still sends is remembered anew.
    @inline(__always)
    mutating func shed(_ hash: UInt64, now: UInt64, isGenuine: () -> Bool) -> UInt64 {
        let knowledge = recent.knowledge(of: hash, now: now)
        let weight = knowledge == .known ? knownWeight : 1
        let isTaken = knowledge == .unknown || spend(now)
        guard isTaken || knowledge == .fading, isGenuine() else { return weight }
        recent.note(hash)
        return isTaken ? 0 : weight
    }

    /// Of address and port, 40 bits; `HandshakeFilter` has the same for the kernel.
    @inline(__always)
    func hash(_ remote: sockaddr_in6, isIPv4: Bool) -> UInt64 {
        var sum = UInt64(UInt16(bigEndian: remote.sin6_port)) &* keys[2]
        withUnsafeBytes(of: remote) { bytes in
            if isIPv4 {
                sum &+= UInt64(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))) &* keys[0]
            } else {
                sum &+= UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)) &* keys[0]
                sum &+= UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)) &* keys[1]
            }
        }
        return ((sum ^ sum &>> 32) &* keys[3]) &>> 24
    }

    private mutating func spend(_ now: UInt64) -> Bool {
        let earned = (now &- spareSince) / (1_000_000_000 / Self.spareRate)
        if earned > 0 {
            spare = min(spare &+ min(earned, Self.spareBurst), Self.spareBurst)
            spareSince = now
        }
        guard spare > 0 else { return false }
        spare &-= 1
        return true
    }
}
