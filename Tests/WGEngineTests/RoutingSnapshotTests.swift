import TestSupport
import Testing
import WGModel

@testable import WGEngine

@Suite struct RoutingSnapshotTests {
    private func prefix(_ text: String) throws -> IPPrefix { try #require(IPPrefix(text)) }

    private func find(_ snapshot: UnsafeMutablePointer<RoutingSnapshot>, _ address: IPAddress) -> Int32 {
        switch address {
        case .v4(let value): snapshot.pointee.ipv4.find(value)
        case .v6(let value): snapshot.pointee.ipv6.find(value)
        }
    }

    /// The longest prefix, found by looking at all of them.
    private func slowFind(_ table: [IPPrefix: Int32], _ address: IPAddress) -> Int32 {
        table.filter { $0.key.contains(address) }.max { $0.key.length < $1.key.length }?.value ?? -1
    }

    private func randomAddress(isIPv4: Bool, _ random: inout SeededGenerator) -> IPAddress {
        // Few distinct high bits, so that prefixes nest.
        isIPv4
            ? .v4(UInt32.random(in: 0...7, using: &random) << 29 | UInt32.random(in: 0...0xffff, using: &random) << 8)
            : .v6(
                UInt128(UInt64.random(in: 0...3, using: &random)) << 126
                    | UInt128(UInt64.random(in: 0...0xffff, using: &random)) << 56
                    | UInt128(UInt64.random(in: 0...3, using: &random)))
    }

    @Test(arguments: [(1, true), (2, true), (3, true), (4, false), (5, false), (6, false)], [1, 20, 400])
    func findsWhatALinearSearchFinds(kind: (seed: UInt64, isIPv4: Bool), count: Int) throws {
        var random = SeededGenerator(seed: kind.seed)
        var table: [IPPrefix: Int32] = [:]
        for peer in 0..<count {
            let address = randomAddress(isIPv4: kind.isIPv4, &random)
            let length = Int.random(in: 0...address.bitWidth, using: &random)
            table[try #require(IPPrefix(address: address, length: length)).masked] = Int32(peer)
        }
        let snapshot = RoutingSnapshot.make(table)
        defer { RoutingSnapshot.free(snapshot) }
        for prefix in table.keys { #expect(find(snapshot, prefix.address) == slowFind(table, prefix.address)) }
        for _ in 0..<1000 {
            let address = randomAddress(isIPv4: kind.isIPv4, &random)
            #expect(find(snapshot, address) == slowFind(table, address))
        }
    }

    @Test func anEmptyTableFindsNobody() {
        let snapshot = RoutingSnapshot.make([:] as [IPPrefix: Int32])
        defer { RoutingSnapshot.free(snapshot) }
        #expect(snapshot.pointee.ipv4.find(0) == -1)
        #expect(snapshot.pointee.ipv6.find(.max) == -1)
    }

    @Test func aDefaultRouteTakesWhatNoLongerPrefixHolds() throws {
        let snapshot = RoutingSnapshot.make([
            try prefix("0.0.0.0/0"): 1, try prefix("10.0.0.0/8"): 2, try prefix("10.1.2.3/32"): 3,
            try prefix("::/0"): 4, try prefix("2001:db8::/32"): 5,
        ])
        defer { RoutingSnapshot.free(snapshot) }
        #expect(snapshot.pointee.ipv4.find(0x0808_0808) == 1)
        #expect(snapshot.pointee.ipv4.find(0x0a00_0001) == 2)
        #expect(snapshot.pointee.ipv4.find(0x0a01_0203) == 3)
        #expect(snapshot.pointee.ipv6.find(1) == 4)
        #expect(snapshot.pointee.ipv6.find(0x2001_0db8 << 96) == 5)
    }

    @Test func hostBitsOfAPrefixAreIgnored() throws {
        let snapshot = RoutingSnapshot.make([try prefix("10.1.2.3/8"): 7])
        defer { RoutingSnapshot.free(snapshot) }
        #expect(snapshot.pointee.ipv4.find(0x0aff_ffff) == 7)
    }
}
