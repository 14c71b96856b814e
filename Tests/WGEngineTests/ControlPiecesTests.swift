import TestSupport
import Testing
import WGModel

@testable import WGEngine

@Suite struct ControlPiecesTests {
    @Test(arguments: 1...5) func `deadlines come in order, each peer by its earliest`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var queue = DeadlineQueue()
        var earliest: [Int32: UInt64] = [:]
        for _ in 0..<1000 {
            let peer = Int32.random(in: 0..<50, using: &generator)
            if Int.random(in: 0..<10, using: &generator) == 0 {
                queue.remove(peer: peer)
                earliest[peer] = nil
            } else {
                let deadline = UInt64.random(in: 1...1000, using: &generator)
                queue.require(deadline, peer: peer)
                earliest[peer] = min(earliest[peer] ?? .max, deadline)
            }
        }
        for now in 0...1000 as ClosedRange<UInt64> {
            var due: Set<Int32> = []
            while let peer = queue.popDue(now: now) { #expect(due.insert(peer).inserted) }
            #expect(due == Set(earliest.filter { $0.value <= now }.keys))
            earliest = earliest.filter { $0.value > now }
        }
        #expect(queue.earliest == nil)
    }

    @Test func `a later deadline costs no entry`() {
        var queue = DeadlineQueue()
        for deadline in 10...10_000 as ClosedRange<UInt64> { queue.require(deadline, peer: 1) }
        #expect(queue.entryCount == 1)
    }

    @Test func `indexes have places of their own, and come back`() {
        var allocator = KeypairIndexAllocator()
        let indexes = (0..<10_000).compactMap { _ in allocator.allocate() }
        #expect(indexes.count == 10_000)
        #expect(Set(indexes.map { $0 % UInt32(KeypairTable.capacity) }).count == 10_000)
        for index in indexes { allocator.release(index) }
        #expect(allocator.count == 0)
    }

    @Test(arguments: ["192.0.2.1:51820", "[2001:db8::1]:1", "[fe80::1%7]:65535", "0.0.0.0:0"])
    func `an endpoint survives its socket address`(text: String) throws {
        let endpoint = try #require(Endpoint(text))
        #expect(EndpointRecord(endpoint).endpoint == endpoint)
        #expect(EndpointRecord(endpoint).isSame(as: EndpointRecord(endpoint)))
    }

    @Test func `a producer that never stops doesn't hold up the control thread`() {
        let ring = ControlRing()
        defer { ring.deallocate() }
        var taken = 0
        _ = ring.push { $0.pointee.kind = .peerEvents }
        ring.drain { _ in
            taken += 1
            _ = ring.push { $0.pointee.kind = .peerEvents }
        }
        #expect(taken == 1 && !ring.isEmpty)
    }

    @Test func `no endpoint has no address`() {
        #expect(EndpointRecord.none.endpoint == nil)
        #expect(EndpointRecord.none.isSame(as: .none))
    }

    @Test func `a source is forgotten without the destination`() throws {
        let endpoint = try #require(Endpoint("192.0.2.1:51820"))
        var record = EndpointRecord(endpoint)
        record.hasSource = true
        #expect(!record.isSame(as: EndpointRecord(endpoint)))
        #expect(record.withoutSource.isSame(as: EndpointRecord(endpoint)))
    }

    @Test func `orders keep their order when the ring is full`() throws {
        let pair = try SimulatedPair()
        let total = OutboundRing.capacity * 2
        for number in 0..<total { pair.a.controller.order(.flush, Int32(number)) }
        var seen: [Int32] = []
        while let (_, peer) = pair.a.shared.outboundOrders.pop() {
            seen.append(peer)
            pair.a.controller.deliverOrders()
        }
        #expect(seen == Array(0..<Int32(total)))
    }
}

@Suite struct KeypairArenaTests {
    @Test func `when it is full there is no record, until one is given back`() throws {
        let arena = KeypairArena(capacity: 2)
        let records = try (0..<2).map { _ in try #require(arena.allocate()) }
        #expect(arena.allocate() == nil)
        records[0].initialize(
            to: KeypairRecord(
                sendKey: InlineArray(repeating: 7), receiveKey: InlineArray(repeating: 8), localIndex: 1,
                remoteIndex: 2,
                peer: 3, isInitiator: true, birth: 4))
        arena.release(records[0])
        let bytes = UnsafeRawBufferPointer(start: records[0], count: MemoryLayout<KeypairRecord>.size)
        #expect(bytes.allSatisfy { $0 == 0 }, "nothing is left of its keys")
        #expect(arena.allocate() == records[0])
    }
}
