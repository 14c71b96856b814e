internal import CLinux
import WGCrypto

/// What an initiation without a cookie has to pass under load, before even its first MAC is looked at: a flood comes again
/// and again from the sources that it has, and a peer once in 5 s. So who has not been heard of lately goes through, and of
/// the others a thousand in a second. Thread U; no allocation.
///
/// Only a message with the right first MAC makes its source known: who does not know our key keeps nobody out.
struct HandshakeGate: ~Copyable {
    /// Messages in a second, at once.
    static let spareRate: UInt64 = 1000
    static let spareBurst: UInt64 = 500

    private var recent = RecentSources()
    private var spare = spareBurst
    private var spareSince: UInt64 = 0
    // Random, so that nobody can choose sources whose hashes collide.
    private let first: UInt64
    private let second: UInt64

    init() {
        let random = Random.keyBytes()
        var words: (UInt64, UInt64) = (0, 0)
        for index in 0..<8 {
            words.0 = words.0 &<< 8 | UInt64(random[index])
            words.1 = words.1 &<< 8 | UInt64(random[8 + index])
        }
        (first, second) = (words.0, words.1 | 1)
    }

    /// Whether an initiation of 148 bytes has a second MAC at all, right or wrong.
    @inline(__always)
    static func hasMac2(_ initiation: UnsafeRawPointer) -> Bool {
        initiation.loadUnaligned(fromByteOffset: 132, as: UInt64.self)
            | initiation.loadUnaligned(fromByteOffset: 140, as: UInt64.self) != 0
    }

    /// Whether a message from a source, by its `hash`, is to be taken. `isGenuine` looks at its first MAC, which is not done
    /// for what comes from known sources; but who is about to be forgotten and still sends is remembered anew.
    @inline(__always)
    mutating func admits(_ hash: UInt64, now: UInt64, isGenuine: () -> Bool) -> Bool {
        let knowledge = recent.knowledge(of: hash, now: now)
        let isTaken = knowledge == .unknown || spend(now)
        guard isTaken || knowledge == .fading, isGenuine() else { return false }
        recent.note(hash)
        return isTaken
    }

    /// Of address and port.
    @inline(__always)
    func hash(_ remote: sockaddr_in6, isIPv4: Bool) -> UInt64 {
        withUnsafeBytes(of: remote) { bytes in
            // Family, port and, in a `sockaddr_in`, the address.
            let head = bytes.loadUnaligned(as: UInt64.self)
            if isIPv4 { return fold(head ^ first, second) }
            let high = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            let low = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
            return fold(fold(fold(head ^ first, second) ^ high, second) ^ low, second)
        }
    }

    @inline(__always)
    private func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
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
