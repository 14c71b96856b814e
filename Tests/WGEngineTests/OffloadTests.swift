import TestSupport
import Testing

@testable import WGEngine

@Suite struct ChecksumTests {
    @Test(arguments: [UInt64(1), 2, 3])
    func theVectorSumIsTheSlowSumForEveryLengthAndAlignment(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = (0..<200).map { _ in UInt8.random(in: seed == 3 ? 255...255 : 0...255, using: &random) }
        var wrong: [Range<Int>] = []
        for start in [0, 1, 2, 7] {
            for end in start..<200 {
                let sum = bytes.withUnsafeBytes { raw in
                    raw.baseAddress.map { Checksum.fold(Checksum.sum($0 + start, end - start)) }
                }
                if sum?.bigEndian != PacketFactory.slowSum(Array(bytes[start..<end])) { wrong.append(start..<end) }
            }
        }
        #expect(wrong.isEmpty)
    }

    @Test func theLongestPacketOfOnesDoesNotOverflow() {
        let bytes = [UInt8](repeating: 0xff, count: 65_535)
        let sum = bytes.withUnsafeBytes { raw in raw.baseAddress.map { Checksum.fold(Checksum.sum($0, 65_535)) } }
        #expect(sum?.bigEndian == PacketFactory.slowSum(bytes))
    }
}

/// A comparison that doesn't print both sides byte by byte when it fails.
private func areEqual(_ left: [[UInt8]], _ right: [[UInt8]]) -> Bool { left == right }

/// Super-packets of all kinds, with random details.
private func randomShape(_ random: inout SeededGenerator, isIPv4: Bool, isTCP: Bool) -> PacketFactory.Shape {
    var shape = PacketFactory.Shape()
    shape.isIPv4 = isIPv4
    shape.isTCP = isTCP
    shape.optionWords = Int.random(in: 0...10, using: &random)
    shape.segmentSize = Int.random(in: 1...1460, using: &random)
    // Two segments at least, or it would not be a super-packet.
    shape.payloadLength = shape.segmentSize + Int.random(in: 1...(4 * shape.segmentSize), using: &random)
    shape.flags = Bool.random(using: &random) ? 0x10 : 0x18
    shape.typeOfService = UInt8.random(in: 0...255, using: &random)
    shape.identification = UInt16.random(in: 0...0xffff, using: &random)
    shape.dontFragment = Bool.random(using: &random)
    shape.sequence = UInt32.random(in: 0...UInt32.max, using: &random)
    return shape
}

@Suite struct SegmenterTests {
    private static let kinds = [(true, true), (false, true), (true, false), (false, false)]

    @Test(arguments: kinds, [UInt64(1), 2, 3, 4, 5])
    func segmentsAreSoundAndHoldThePayloadInOrder(kind: (isIPv4: Bool, isTCP: Bool), seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<4 {
            let shape = randomShape(&random, isIPv4: kind.isIPv4, isTCP: kind.isTCP)
            let parts = try #require(segments(of: PacketFactory.superFrame(shape)))
            #expect(parts.count == (shape.payloadLength + shape.segmentSize - 1) / shape.segmentSize)
            #expect(parts.allSatisfy(PacketFactory.isSound))
            #expect(parts.dropLast().allSatisfy { $0.count == shape.headerLength + shape.segmentSize })
            let payload = parts.flatMap { $0.dropFirst(shape.headerLength) }
            #expect(areEqual([payload], [Array(PacketFactory.packet(shape).dropFirst(shape.headerLength))]))
            for (index, part) in parts.enumerated() where shape.isIPv4 {
                #expect(PacketFactory.get16(part, 4) == (Int(shape.identification) + index) % 65_536)
            }
        }
    }

    @Test func finAndPushStayOnTheLastSegmentAndCwrOnTheFirst() throws {
        var shape = PacketFactory.Shape()
        shape.flags = 0x10 | 0x01 | 0x08 | 0x80 | 0x40
        let parts = try #require(segments(of: PacketFactory.superFrame(shape)))
        #expect(parts.map { $0[20 + 13] } == [0x10 | 0x80 | 0x40, 0x50, 0x50, 0x50 | 0x09])
    }

    @Test func sequenceNumbersWrapAround() throws {
        let parts = try #require(segments(of: PacketFactory.superFrame(PacketFactory.Shape())))
        let numbers = parts.map { part in part[24..<28].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } }
        #expect(numbers == [0xffff_fe00, 0xffff_ff2c, 0x58, 0x184])
    }

    @Test(arguments: kinds)
    func aSinglePacketGetsItsChecksumCompleted(kind: (isIPv4: Bool, isTCP: Bool)) throws {
        var shape = PacketFactory.Shape()
        (shape.isIPv4, shape.isTCP) = kind
        var frame = PacketFactory.superFrame(shape)
        frame[1] = 0
        #expect(areEqual(try #require(segments(of: frame)), [PacketFactory.packet(shape)]))
    }

    @Test func aPacketWithoutVirtioFlagsPassesUnchanged() throws {
        let packet = PacketFactory.packet(PacketFactory.Shape())
        #expect(areEqual(try #require(segments(of: [UInt8](repeating: 0, count: 10) + packet)), [packet]))
    }

    @Test func theClaimedHeaderLengthIsNotTrusted() throws {
        var frame = PacketFactory.superFrame(PacketFactory.Shape())
        let right = try #require(segments(of: frame))
        frame[2] = 0xff
        frame[3] = 0xff
        #expect(areEqual(segments(of: frame) ?? [], right))
    }

    @Test(arguments: kinds)
    func everyTruncationIsRefusedOrStaysInsideTheFrame(kind: (isIPv4: Bool, isTCP: Bool)) {
        var shape = PacketFactory.Shape()
        (shape.isIPv4, shape.isTCP) = kind
        shape.payloadLength = 400
        let frame = PacketFactory.superFrame(shape)
        for count in 0..<frame.count {
            let parts = segments(of: Array(frame[..<count]))
            if count < 10 + shape.headerLength { #expect(parts == nil) }
        }
    }

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func garbageIsRefusedOrStaysInsideTheFrame(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var accepted = 0
        for round in 0..<500 {
            let shape = randomShape(&random, isIPv4: round % 2 == 0, isTCP: round % 3 != 0)
            var frame = Array(PacketFactory.superFrame(shape).prefix(Int.random(in: 0...200, using: &random)))
            for _ in 0..<Int.random(in: 1...6, using: &random) where !frame.isEmpty {
                let place = Int.random(in: 0..<min(frame.count, 60), using: &random)
                frame[place] = UInt8.random(in: 0...255, using: &random)
            }
            if segments(of: frame) != nil { accepted += 1 }
        }
        #expect(accepted > 0)
    }
}

@Suite struct CoalescerTests {
    private static let kinds = [(true, true), (false, true), (true, false), (false, false)]

    @Test(arguments: kinds, [UInt64(1), 2, 3, 4, 5])
    func joinedSegmentsAreTheSuperPacketAgain(kind: (isIPv4: Bool, isTCP: Bool), seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let harness = CoalescerHarness()
        for _ in 0..<4 {
            var shape = randomShape(&random, isIPv4: kind.isIPv4, isTCP: kind.isTCP)
            shape.segmentSize = max(shape.segmentSize, shape.headerLength)
            shape.payloadLength = max(shape.payloadLength, shape.segmentSize + 1)
            let frame = PacketFactory.superFrame(shape)
            for part in try #require(segments(of: frame)) { harness.receive(part) }
            let joined = harness.frames()
            #expect(joined.count == 1)
            #expect(areEqual(joined, [frame]))
        }
    }

    @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6])
    func whateverIsJoinedComesApartIntoTheSamePackets(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let harness = CoalescerHarness()
        var shape = randomShape(&random, isIPv4: seed % 2 == 0, isTCP: seed % 3 != 0)
        shape.optionWords = 3
        shape.payloadLength = 500
        var packets: [[UInt8]] = []
        for _ in 0..<200 {
            mutate(&shape, &random)
            packets.append(PacketFactory.packet(shape))
            shape.sequence &+= UInt32(shape.payloadLength)
            shape.identification &+= 1
        }
        for packet in packets {
            harness.receive(packet)
            if Int.random(in: 0..<10, using: &random) == 0 { harness.receiveForgery(count: 700) }
        }
        let frames = harness.frames()
        #expect(frames.count < packets.count)
        #expect(areEqual(frames.flatMap { segments(of: $0) ?? [] }, packets))
    }

    private func mutate(_ shape: inout PacketFactory.Shape, _ random: inout SeededGenerator) {
        shape.flags = 0x10
        shape.payloadSeed &+= 1
        switch Int.random(in: 0..<40, using: &random) {
        case 0: shape.flags = 0x18
        case 1: shape.typeOfService ^= 1
        case 2: shape.sequence &+= 1
        case 3: shape.identification &+= 1
        case 4: shape.payloadLength = Int.random(in: 0...600, using: &random)
        case 5: shape.sourcePort ^= 1
        case 6: shape.optionWords = Int.random(in: 0...4, using: &random)
        case 7: shape.isTCP.toggle()
        case 8: shape.isIPv4.toggle()
        case 9: shape.flags = UInt8.random(in: 0...255, using: &random)
        case 10: shape.dontFragment.toggle()
        default: break
        }
    }

    private func twoSegments() throws -> [[UInt8]] {
        var shape = PacketFactory.Shape()
        shape.payloadLength = 600
        return try #require(segments(of: PacketFactory.superFrame(shape)))
    }

    /// Bytes of the second segment's headers that decide whether it belongs to the first: all but lengths, checksums
    /// and (as the packet may not be fragmented) the identification when it stays the same.
    @Test(arguments: [1, 6, 7, 8, 9, 12, 19, 20, 23, 24, 27, 28, 31, 32, 33, 34, 35, 38, 39, 40, 51])
    func aDifferenceInTheHeaderEndsTheRun(offset: Int) throws {
        var parts = try twoSegments()
        parts[1][offset] ^= offset == 6 || offset == 7 ? 0x20 : offset == 33 ? 0x02 : 1
        PacketFactory.fixIPv4Checksum(&parts[1])
        let harness = CoalescerHarness()
        for part in parts { harness.receive(part) }
        #expect(harness.frames().count == 2)
    }

    @Test func equalIdentificationsJoinWhenThePacketMayNotBeFragmented() throws {
        for dontFragment in [true, false] {
            var shape = PacketFactory.Shape()
            shape.payloadLength = 600
            shape.dontFragment = dontFragment
            var parts = try #require(segments(of: PacketFactory.superFrame(shape)))
            parts[1][5] = parts[0][5]
            PacketFactory.fixIPv4Checksum(&parts[1])
            let harness = CoalescerHarness()
            for part in parts { harness.receive(part) }
            #expect(harness.frames().count == (dontFragment ? 1 : 2))
        }
    }

    @Test func pushEndsARun() {
        var shape = PacketFactory.Shape()
        let harness = CoalescerHarness()
        for flags in [UInt8(0x10), 0x18, 0x10, 0x10] {
            shape.payloadLength = 300
            shape.flags = flags
            harness.receive(PacketFactory.packet(shape))
            shape.sequence &+= 300
            shape.identification &+= 1
        }
        #expect(harness.frames().map { $0.count - 62 } == [600, 600])
    }

    @Test func packetsOfTwoPeersAreNotJoined() throws {
        let parts = try twoSegments()
        let harness = CoalescerHarness()
        harness.receive(parts[0], peer: 1)
        harness.receive(parts[1], peer: 2)
        #expect(harness.frames().count == 2)
    }

    @Test func datagramsWithoutChecksumAreNotJoinedAndStayAsTheyAre() throws {
        var shape = PacketFactory.Shape()
        shape.isTCP = false
        shape.payloadLength = 600
        var parts = try #require(segments(of: PacketFactory.superFrame(shape)))
        for index in parts.indices { PacketFactory.put16(&parts[index], 26, 0) }
        let harness = CoalescerHarness()
        for part in parts { harness.receive(part) }
        #expect(areEqual(harness.frames(), parts.map { [UInt8](repeating: 0, count: 10) + $0 }))
    }

    @Test func datagramsAreNotJoinedForADeviceThatDoesNotTakeThem() throws {
        var shape = PacketFactory.Shape()
        shape.isTCP = false
        let parts = try #require(segments(of: PacketFactory.superFrame(shape)))
        let harness = CoalescerHarness(joinsUDP: false)
        for part in parts { harness.receive(part) }
        #expect(areEqual(harness.frames().flatMap { segments(of: $0) ?? [] }, parts))
    }

    @Test func aRunStopsBeforeItOutgrowsAnIPPacket() {
        var shape = PacketFactory.Shape()
        shape.payloadLength = 1400
        let harness = CoalescerHarness()
        var packets: [[UInt8]] = []
        for _ in 0..<100 {
            packets.append(PacketFactory.packet(shape))
            shape.sequence &+= 1400
            shape.identification &+= 1
        }
        for packet in packets { harness.receive(packet) }
        let frames = harness.frames()
        #expect(frames.count == 3)
        #expect(areEqual(frames.flatMap { segments(of: $0) ?? [] }, packets))
    }

    @Test func aPacketThatIsNoIPIsRefused() {
        #expect(InnerPacket.length([UInt8](repeating: 0, count: 64), count: 64) == -1)
        #expect(InnerPacket.length([0x60] + [UInt8](repeating: 0, count: 30), count: 31) == -1)
        #expect(InnerPacket.length([0x45, 0, 0, 65] + [UInt8](repeating: 0, count: 60), count: 64) == -1)
        #expect(InnerPacket.length([0x45, 0, 0, 19] + [UInt8](repeating: 0, count: 60), count: 64) == -1)
        #expect(InnerPacket.length([0x45, 0, 0, 50] + [UInt8](repeating: 0, count: 60), count: 64) == 50)
    }
}
