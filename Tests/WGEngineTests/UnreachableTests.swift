import Glibc
import Testing
import WGModel

@testable import WGEngine

@Suite struct UnreachableReplyTests {
    private func answer(to packet: [UInt8], mtu: Int = 1420) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0xee, count: UnreachableReply.bufferSize)
        let length = buffer.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { UnreachableReply.write(to: packet, packet.count, mtu: mtu, $0) } ?? 0
        }
        guard length > 0 else { return nil }
        #expect(buffer[..<VirtioHeader.size].allSatisfy { $0 == 0 })
        return Array(buffer[VirtioHeader.size..<length])
    }

    private func packet(isIPv4: Bool, payloadLength: Int = 100) -> [UInt8] {
        var shape = PacketFactory.Shape()
        shape.isIPv4 = isIPv4
        shape.isTCP = false
        shape.payloadLength = payloadLength
        return PacketFactory.packet(shape)
    }

    @Test(arguments: [0, 1, 100, 101, 2000])
    func `an IPv4 packet is answered by "host unreachable" from its destination`(payloadLength: Int) throws {
        let packet = packet(isIPv4: true, payloadLength: payloadLength)
        let reply = try #require(answer(to: packet))
        #expect(reply.count == min(packet.count + 28, 576))
        #expect(PacketFactory.get16(reply, 2) == reply.count && PacketFactory.slowSum(Array(reply[..<20])) == 0xffff)
        #expect(reply[0] == 0x45 && reply[9] == 1 && reply[8] > 1)
        #expect(reply[12..<16] == packet[16..<20] && reply[16..<20] == packet[12..<16])
        #expect(reply[20..<22] == [3, 1] && reply[24..<28] == [0, 0, 0, 0])
        #expect(PacketFactory.slowSum(Array(reply[20...])) == 0xffff)
        #expect(reply[28...] == packet[..<(reply.count - 28)])
    }

    @Test(arguments: [0, 1, 100, 101, 2000])
    func `an IPv6 packet is answered by "address unreachable" from its destination`(payloadLength: Int) throws {
        let packet = packet(isIPv4: false, payloadLength: payloadLength)
        let reply = try #require(answer(to: packet))
        #expect(reply.count == min(packet.count + 48, 1280))
        #expect(reply[0] >> 4 == 6 && reply[6] == 58 && PacketFactory.get16(reply, 4) == reply.count - 40)
        #expect(reply[8..<24] == packet[24..<40] && reply[24..<40] == packet[8..<24])
        #expect(reply[40..<42] == [1, 3] && reply[44..<48] == [0, 0, 0, 0])
        #expect(PacketFactory.slowSum(PacketFactory.pseudoHeader(reply, 40) + reply[40...]) == 0xffff)
        #expect(reply[48...] == packet[..<(reply.count - 48)])
    }

    @Test func `a reply fits the MTU`() {
        #expect(answer(to: packet(isIPv4: true, payloadLength: 2000), mtu: 300)?.count == 300)
        #expect(answer(to: packet(isIPv4: false, payloadLength: 2000), mtu: 1300)?.count == 1280)
        #expect(answer(to: packet(isIPv4: true), mtu: 20) == nil)
    }

    @Test(
        arguments: [
            (12, [0, 0, 0, 0]), (12, [127, 0, 0, 1]), (12, [224, 0, 0, 1]), (12, [255, 255, 255, 255]),
            (16, [224, 0, 0, 251]), (16, [239, 255, 0, 1]), (16, [255, 255, 255, 255]), (16, [0, 0, 0, 0]),
            (6, [0, 1]),
            (6, [0x20, 100]), (0, [0x75]), (0, [0x05]),
        ] as [(Int, [UInt8])])
    func `an IPv4 packet of nobody, for many, or in a later fragment is not answered`(place: Int, bytes: [UInt8]) {
        var packet = packet(isIPv4: true)
        packet.replaceSubrange(place..<place + bytes.count, with: bytes)
        #expect(answer(to: packet) == nil)
    }

    @Test(arguments: [(8, [0xff, 2]), (24, [0xff, 2]), (24, [0xff, 0x0e])] as [(Int, [UInt8])])
    func `an IPv6 packet from or for many is not answered`(place: Int, bytes: [UInt8]) {
        var packet = packet(isIPv4: false)
        packet.replaceSubrange(place..<place + bytes.count, with: bytes)
        #expect(answer(to: packet) == nil)
    }

    @Test func `an IPv6 packet from nobody is not answered`() {
        var packet = packet(isIPv4: false)
        packet.replaceSubrange(8..<24, with: [UInt8](repeating: 0, count: 16))
        #expect(answer(to: packet) == nil)
    }

    @Test(arguments: [(0, true), (8, true), (3, false), (4, false), (5, false), (11, false), (12, false), (13, true)])
    func `ICMP questions are answered, errors are not`(type: UInt8, isAnswered: Bool) {
        var packet = packet(isIPv4: true)
        packet[9] = 1
        packet[20] = type
        #expect((answer(to: packet) != nil) == isAnswered)
        #expect(answer(to: Array(packet[..<20])) == nil)
    }

    @Test(arguments: [
        (128, true), (129, true), (1, false), (2, false), (3, false), (4, false), (137, false), (135, true),
    ])
    func `ICMPv6 questions are answered, errors are not, behind whatever headers`(type: UInt8, isAnswered: Bool) {
        var packet = packet(isIPv4: false)
        packet[6] = 58
        packet[40] = type
        #expect((answer(to: packet) != nil) == isAnswered)
        // Hop-by-hop, destination options, first fragment.
        var behind = packet
        behind[6] = 0
        behind.insert(contentsOf: [60, 0] + [UInt8](repeating: 0, count: 6), at: 40)
        behind.insert(contentsOf: [44, 1] + [UInt8](repeating: 0, count: 14), at: 48)
        behind.insert(contentsOf: [58, 0, 0, 1, 1, 2, 3, 4], at: 64)
        #expect((answer(to: behind) != nil) == isAnswered)
        behind[66] = 1
        #expect(answer(to: behind) == nil)
        for count in 40..<72 where count != 72 { #expect(answer(to: Array(behind[..<count])) == nil) }
    }

    @Test func `headers without end are not followed`() {
        var packet = packet(isIPv4: false, payloadLength: 400)
        packet[6] = 60
        for place in stride(from: 40, to: packet.count, by: 8) { packet[place] = 60 }
        for place in stride(from: 41, to: packet.count, by: 8) { packet[place] = 0 }
        #expect(answer(to: packet) == nil)
    }

    @Test func `a burst is allowed, then one in 10 ms`() {
        var limit = RateLimit()
        var now: UInt64 = 1_000_000_000
        func count(_ tries: Int) -> Int {
            (0..<tries).count { _ in
                guard limit.isOpen(now: now) else { return false }
                limit.take(now: now)
                return true
            }
        }
        #expect(count(1000) == 50)
        now += 10_000_000
        #expect(count(1000) == 1)
        now += 100_000_000
        #expect(count(1000) == 10)
        now += 3_600_000_000_000
        #expect(count(1000) == 50)
    }
}

@Suite struct UnreachableTests {
    private func packet(to last: UInt8) -> [UInt8] {
        var packet = PacketFactory.packet(PacketFactory.Shape())
        packet[19] = last
        PacketFactory.fixIPv4Checksum(&packet)
        return packet
    }

    @Test func `the sender hears of it when there is no endpoint, or no peer`() throws {
        let plane = try PlaneHarness()
        try plane.start()
        plane.send(packet(to: 9))
        let first = try #require(plane.receive(1).first)
        #expect(first[20..<22] == [3, 1] && first[15] == 9)
        try plane.setEndpoint(port: 9)
        var foreign = packet(to: 3)
        foreign[16] = 11
        plane.send(foreign)
        let second = try #require(plane.receive(1).first)
        #expect(second[20..<22] == [3, 1] && second[12] == 11)
    }

    @Test func `of a thousand packets that go nowhere few are answered`() throws {
        let hand = Hand()
        let engine = try SteppedEngine(hand)
        func count(_ packets: Int) -> Int {
            let before = engine.delivered.count
            for _ in 0..<packets {
                engine.send(packet(to: 9))
                engine.settle()
            }
            return engine.delivered.count - before
        }
        #expect(count(1000) == 50)
        hand.now += 100_000_000
        #expect(count(100) == 10)
    }
}
