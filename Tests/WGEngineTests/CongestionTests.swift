import CLinux
import Glibc
import Synchronization
import Testing
import WGLinux
import WGModel

@testable import WGEngine

@Suite struct CongestionFieldTests {
    /// A packet with these two bits and a DSCP of its own, after one with others has come in a datagram with `outer`;
    /// nil when it is dropped.
    private func combine(inner: UInt8, outer: UInt8, isIPv4: Bool) -> [UInt8]? {
        var packet = packet(congestion: inner, isIPv4: isIPv4)
        guard CongestionField.matters(outer) else { return packet }
        let isTaken = packet.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { CongestionField.combine($0, bytes.count, outer: outer) } ?? false
        }
        return isTaken ? packet : nil
    }

    private func packet(congestion: UInt8, isIPv4: Bool) -> [UInt8] {
        var shape = PacketFactory.Shape()
        shape.isIPv4 = isIPv4
        shape.typeOfService = 0xb8 | congestion
        return PacketFactory.packet(shape)
    }

    /// RFC 6040 figure 4, by the bits: rows are the packet's, columns the datagram's; nil is "drop".
    @Test(arguments: [true, false])
    func `a datagram's bits come over to its packet as RFC 6040 has it`(isIPv4: Bool) {
        let table: [[UInt8?]] = [
            [0, 0, 0, nil],
            [1, 1, 1, 3],
            [2, 1, 2, 3],
            [3, 3, 3, 3],
        ]
        for (inner, row) in table.enumerated() {
            for (outer, expected) in row.enumerated() {
                let result = combine(inner: UInt8(inner), outer: UInt8(outer), isIPv4: isIPv4)
                // The checksum of the IPv4 header is right, too.
                #expect(
                    result == expected.map { packet(congestion: $0, isIPv4: isIPv4) }, "inner \(inner) outer \(outer)")
            }
        }
    }

    @Test func `a wrong header checksum stays wrong`() throws {
        var packet = packet(congestion: 2, isIPv4: true)
        packet[10] ^= 0x10
        _ = packet.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { CongestionField.combine($0, bytes.count, outer: 3) }
        }
        #expect(packet[1] & 3 == 3 && !PacketFactory.isSound(packet))
    }
}

/// What goes over the wire with each datagram.
@Suite struct TrafficClassTests {
    private func pair() throws -> (plane: PlaneHarness, wire: WireHarness) {
        let (plane, wire) = (try PlaneHarness(), try WireHarness())
        try plane.setEndpoint(port: wire.port)
        let keypair = try plane.addKeypair(localIndex: 5, remoteIndex: 9, isInitiator: false)
        keypair.pointee.isConfirmed.store(true, ordering: .relaxed)
        try plane.start()
        return (plane, wire)
    }

    private func packet(_ typeOfService: UInt8, isIPv4: Bool = true, number: UInt8 = 1) -> [UInt8] {
        var shape = PacketFactory.Shape()
        shape.isTCP = false
        shape.isIPv4 = isIPv4
        shape.typeOfService = typeOfService
        shape.payloadSeed = number
        return PacketFactory.packet(shape)
    }

    @Test(arguments: [true, false])
    func `a datagram has its packet's ECN and none of its DSCP, and a keepalive has neither`(isIPv4: Bool) throws {
        let (plane, wire) = try pair()
        for (inner, outer) in [(0xb8, 0), (0x2e << 2 | 2, 2), (1, 1), (0xff, 3), (0, 0)] as [(UInt8, UInt8)] {
            plane.send(packet(inner, isIPv4: isIPv4))
            #expect(wire.receiveTrafficClass() == outer, "inner \(inner)")
        }
        plane.order(.flushOrKeepalive)
        #expect(wire.receiveTrafficClass() == 0)
    }

    @Test func `packets that wait together keep each its own`() throws {
        let (plane, wire) = (try PlaneHarness(), try WireHarness())
        try plane.setEndpoint(port: wire.port)
        try plane.start()
        let marks: [UInt8] = [2, 2, 3, 3, 0, 0, 2, 1]
        for (number, mark) in marks.enumerated() { plane.send(packet(mark, number: UInt8(number))) }
        #expect(eventually { plane.unreadFrames == 0 })
        try plane.addKeypair(localIndex: 5, remoteIndex: 9, isInitiator: true)
        plane.order(.flush)
        #expect(marks.map { _ in wire.receiveTrafficClass() } == marks)
    }

    @Test func `congestion on the way reaches the packets inside`() throws {
        let (plane, wire) = try pair()
        wire.setTrafficClass(3)
        for (counter, inner) in [2, 0, 1, 3].enumerated() as EnumeratedSequence<[UInt8]> {
            let message = WireHarness.seal(packet(inner), index: 5, counter: UInt64(counter))
            wire.send(message, to: plane.sockets.port)
        }
        wire.setTrafficClass(0)
        wire.send(WireHarness.seal(packet(2), index: 5, counter: 9), to: plane.sockets.port)
        // The one that doesn't understand marks is gone.
        #expect(plane.receive(4).map { $0[1] & 3 } == [3, 3, 3, 2])
    }

    @Test(arguments: ["127.0.0.1", "[::1]"])
    func `the class goes out and comes in over both families`(address: String) throws {
        let sockets = try UdpPort.open(port: 0, mark: 0)
        acceptAnything(sockets)
        defer { UdpPort.close(sockets) }
        let text: String = "\(address):\(sockets.port)"
        let endpoint = EndpointRecord(try #require(Endpoint(text)))
        let descriptor = endpoint.isIPv4 ? sockets.ipv4 : sockets.ipv6
        // A machine without the family has nothing to show.
        guard descriptor >= 0 else { return }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: GroReceiver.bufferSize, alignment: 16)
        let receiver = GroReceiver(buffer: memory)
        defer {
            receiver.deallocate()
            memory.deallocate()
        }
        for trafficClass in [0, 1, 2, 3, 0x8a] as [UInt8] {
            let sent = sockets.send(
                [1, 2, 3], count: 3, segment: 0, trafficClass: trafficClass, to: endpoint, withSource: true)
            #expect(sent == 3 && awaitReadable(descriptor))
            #expect(receiver.receive(descriptor) == 1)
            var message = clinux_udp_message()
            #expect(receiver.message(0, &message) && message.count == 3)
            #expect(message.congestion == trafficClass & 3 && message.path.has_local != 0)
        }
    }

    @Test func `handshake messages are of the class that the kernel module gives them`() throws {
        let (plane, wire) = try pair()
        let published = plane.slot.pointee.endpoint.load(ordering: .acquiring)
        let endpoint = try #require(published?.pointee)
        #expect(UdpPort.send([1, 2, 3], to: endpoint, over: plane.sockets))
        #expect(wire.receiveTrafficClass() == 0x88)
    }

    @Test func `a source address that is no good is left out, and the control thread hears of it`() throws {
        let (plane, wire) = (try PlaneHarness(), try WireHarness())
        // An address of documentation, which no machine has.
        try plane.setEndpoint(port: wire.port, source: [192, 0, 2, 77])
        try plane.addKeypair(localIndex: 5, remoteIndex: 9, isInitiator: true)
        try plane.start()
        plane.send(packet(0))
        #expect(wire.receive() != nil)
        #expect(plane.awaitRaised(PeerEvent.sourceRefused))
        let published = plane.slot.pointee.endpoint.load(ordering: .acquiring)
        let endpoint = try #require(published?.pointee)
        #expect(!UdpPort.send([1], to: endpoint, over: plane.sockets))
        #expect(wire.receive() == [1])
    }
}

extension WireHarness {
    /// The class of what is sent from now on.
    func setTrafficClass(_ value: Int32) {
        var value = value
        setsockopt(descriptor, Int32(IPPROTO_IP), IP_TOS, &value, 4)
    }

    /// That of the next datagram; nil when none comes for a second.
    func receiveTrafficClass() -> UInt8? {
        var buffer = [UInt8](repeating: 0, count: 2000)
        var control = [UInt8](repeating: 0, count: 64)
        let descriptor = descriptor
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_IP), IP_RECVTOS, &on, 4)
        let used = buffer.withUnsafeMutableBytes { bytes in
            control.withUnsafeMutableBytes { controlBytes in
                var vector = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                return withUnsafeMutablePointer(to: &vector) { vector in
                    var message = msghdr()
                    message.msg_iov = vector
                    message.msg_iovlen = 1
                    message.msg_control = controlBytes.baseAddress
                    message.msg_controllen = controlBytes.count
                    return recvmsg(descriptor, &message, 0) < 0 ? -1 : Int(message.msg_controllen)
                }
            }
        }
        // One control message: its header, and the byte.
        return used >= MemoryLayout<cmsghdr>.size + 1 ? control[MemoryLayout<cmsghdr>.size] : nil
    }
}
