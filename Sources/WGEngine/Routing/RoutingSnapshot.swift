/// The allowed IPs as T and U look them up: longest prefix first, in a path-compressed binary trie laid out flat.
///
/// Immutable once published in `SharedState.routing`; C makes a new one for every change and frees the old one after
/// `QuiescentEpoch` has passed. `RoutingSnapshot+Build.swift` is C's part.
struct RoutingSnapshot {
    /// A prefix, or a place where prefixes part.
    struct Node<Address: FixedWidthInteger & UnsignedInteger & Sendable> {
        /// Host byte order, host bits clear.
        var prefix: Address
        /// -1 where no allowed IP ends here.
        var peer: Int32
        /// The nodes whose next bit is 0 and 1; -1 for none.
        var zero: Int32
        var one: Int32
        var length: UInt8
    }

    /// The root is node 0; empty when count is 0.
    struct Tree<Address: FixedWidthInteger & UnsignedInteger & Sendable> {
        let nodes: UnsafeMutablePointer<Node<Address>>
        let count: Int

        /// The peer of the longest prefix that holds the address; -1 when none does.
        @inline(__always)
        func find(_ address: Address) -> Int32 {
            var best: Int32 = -1
            var index: Int32 = count == 0 ? -1 : 0
            while index >= 0 {
                let node = nodes + Int(index)
                let length = Address(truncatingIfNeeded: node.pointee.length)
                let difference = address ^ node.pointee.prefix
                // A smart shift: by the full width it leaves 0, so that length 0 holds every address.
                if difference >> (Address(Address.bitWidth) &- length) != 0 { break }
                if node.pointee.peer >= 0 { best = node.pointee.peer }
                if length == Address(Address.bitWidth) { break }
                let next = address &>> (Address(Address.bitWidth - 1) &- length) & 1
                index = next == 0 ? node.pointee.zero : node.pointee.one
            }
            return best
        }
    }

    let ipv4: Tree<UInt32>
    let ipv6: Tree<UInt128>
}
