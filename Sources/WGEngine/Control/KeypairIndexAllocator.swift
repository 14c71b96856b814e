import WGCrypto

/// Gives out the 32-bit indexes by which a peer names a handshake or a session of ours (whitepaper 5.4.2: chosen at
/// random, unique in this device).
///
/// The low bits are a free place of `KeypairTable`; the rest is random, so that an index can't be foretold.
struct KeypairIndexAllocator {
    private var taken: Set<UInt32> = []

    /// How many are in use.
    var count: Int { taken.count }

    /// `nil` when so many are in use that a free place is hard to find.
    mutating func allocate() -> UInt32? {
        guard taken.count < KeypairTable.capacity / 2 else { return nil }
        // Half of the places are free at least: 64 failures in a row mean a broken random source.
        for _ in 0..<64 {
            let index = Random.uint32()
            if taken.insert(Self.place(index)).inserted { return index }
        }
        return nil
    }

    mutating func release(_ index: UInt32) { taken.remove(Self.place(index)) }

    private static func place(_ index: UInt32) -> UInt32 { index & (UInt32(KeypairTable.capacity) - 1) }
}
