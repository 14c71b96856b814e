internal import CSodium

/// Memory for a long-lived secret: kept out of swap and core dumps where the limit on locked memory allows, between
/// guard pages, erased when its owner goes (`sodium_malloc(3)`).
///
/// Each takes four pages and three mappings: for the few secrets of a device, not for those of each peer (`SecretKey`).
///
/// `@unchecked Sendable`: it has one owner, and the owner's rules for access apply.
public struct SecretMemory: ~Copyable, @unchecked Sendable {
    /// `count` bytes, valid as long as the owner lives. Aligned only as far as `count` is.
    public let pointer: UnsafeMutableRawPointer
    public let count: Int

    /// Zeroed memory; `nil` when there is none to have.
    public init?(count: Int) {
        Sodium.initialize()
        guard count >= 0, let memory = sodium_malloc(count) else { return nil }
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: count)
        pointer = memory
        self.count = count
    }

    deinit { sodium_free(pointer) }
}
