import TestSupport
import Testing
import WGLinux
import WGModel

@testable import WGNetlink

/// Replies that are cut short or damaged: an error, never a crash, and never a success that hides a loss.
struct BrokenReplyTests {
    @Test("a reply that ends anywhere early is an error", arguments: Fixture.devices)
    func cutDatagrams(name: String) throws {
        let datagrams = Fixture.datagrams(name)
        for (index, datagram) in datagrams.enumerated() {
            for count in datagram.indices {
                let cut = Array(datagrams[..<index]) + [Array(datagram[..<count])]
                #expect(throws: NetlinkError.self) { try Self.get(cut) }
            }
        }
    }

    @Test(
        "a message that is cut with its length made to fit has no more than the whole",
        arguments: [
            "get-handshake", "get-empty",
        ])
    func cutMessages(name: String) throws {
        let whole = try Self.get(Fixture.datagrams(name))
        let message = try #require(Fixture.datagrams(name).first)
        var refused = 0
        for count in stride(from: 20, to: message.count, by: 1) {
            var cut = Array(message[..<count])
            withUnsafeBytes(of: UInt32(count).littleEndian) { cut.replaceSubrange(0..<4, with: $0) }
            while cut.count % 4 != 0 { cut.append(0) }
            do {
                let state = try Self.get([cut, Datagram.done])
                #expect(state.peers.count <= whole.peers.count)
            } catch {
                #expect(error as? NetlinkError == .malformedReply(.getDevice))
                refused += 1
            }
        }
        #expect(refused > message.count / 2)
    }

    @Test("any damaged byte is survived", arguments: Fixture.all)
    func damagedBytes(name: String) throws {
        let datagrams = Fixture.datagrams(name)
        var outcomes: Set<Bool> = []
        for (index, datagram) in datagrams.enumerated() {
            for offset in stride(from: 0, to: datagram.count, by: max(1, datagram.count / 60)) {
                for value in [0, 1, 3, 0x7f, 0x80, 0xff] as [UInt8] {
                    var damaged = datagrams
                    damaged[index][offset] = value
                    outcomes.insert(Self.survives(damaged))
                }
            }
        }
        #expect(!outcomes.isEmpty)
    }

    @Test("any flipped bit of a dump makes an error or a device that could be")
    func flippedBits() throws {
        let datagrams = Fixture.datagrams("get-handshake")
        let sizeOfPeer = 36
        var refused = 0
        var taken = 0
        for (index, datagram) in datagrams.enumerated() {
            for offset in datagram.indices {
                for bit in 0..<8 {
                    var flipped = datagrams
                    flipped[index][offset] ^= 1 << UInt8(bit)
                    do {
                        let state = try Self.get(flipped)
                        #expect(state.peers.count <= datagram.count / sizeOfPeer)
                        taken += 1
                    } catch {
                        #expect(error is NetlinkError)
                        refused += 1
                    }
                }
            }
        }
        // Most bits belong to keys and counters, and the frame is small.
        #expect(taken > refused)
        #expect(refused > 100)
    }

    @Test(
        "an attribute shorter than its value is an error",
        arguments: [
            (DeviceAttribute.listenPort, [1]), (DeviceAttribute.fwmark, [1, 2, 3]),
            (DeviceAttribute.privateKey, [UInt8](repeating: 1, count: 31)),
            (DeviceAttribute.peers, hex("04000080")), (DeviceAttribute.peers, hex("08000080 04000100")),
            (DeviceAttribute.peers, hex("03000080")), (DeviceAttribute.peers, hex("0000")),
        ] as [(UInt16, [UInt8])])
    func shortAttributes(type: UInt16, payload: [UInt8]) throws {
        #expect(throws: NetlinkError.malformedReply(.getDevice)) {
            try Self.get([Self.device { $0.put(type, payload) }, Datagram.done])
        }
    }

    @Test("unknown attributes, padding, flag bits and strange endpoints are passed over")
    func tolerance() throws {
        let key = PublicKey(bytes: KeyBytes(repeating: 9))
        let message = Self.device { device in
            device.put(77, [1, 2, 3])
            device.put(DeviceAttribute.listenPort | 0x4000, UInt16(1234))  // NLA_F_NET_BYTEORDER
            device.nest(DeviceAttribute.peers) { peers in
                peers.nest(41) { peer in
                    peer.put(0, [])
                    peer.put(PeerAttribute.endpoint, [2, 0] + [UInt8](repeating: 0, count: 18))
                    peer.put(PeerAttribute.publicKey, key.array)
                    peer.put(200, UInt64(3))
                    peer.nest(PeerAttribute.allowedIPs) { list in
                        list.nest(7) { entry in
                            entry.put(AllowedIPAttribute.prefixLength, UInt8(9))
                            entry.put(AllowedIPAttribute.address, [1, 2, 3, 4])
                            entry.put(AllowedIPAttribute.family, UInt16(28))
                        }
                    }
                }
            }
        }
        let state = try Self.get([message, Datagram.done])
        #expect(state.listenPort == 1234)
        #expect(state.peers == [PeerState(publicKey: key)])
    }

    @Test("a prefix longer than its address is an error")
    func longPrefix() {
        let message = Self.device { device in
            device.nest(DeviceAttribute.peers) { peers in
                peers.nest(0) { peer in
                    peer.put(PeerAttribute.publicKey, [UInt8](repeating: 9, count: 32))
                    peer.nest(PeerAttribute.allowedIPs) { list in
                        list.nest(0) { entry in
                            entry.put(AllowedIPAttribute.prefixLength, UInt8(33))
                            entry.put(AllowedIPAttribute.address, [1, 2, 3, 4])
                            entry.put(AllowedIPAttribute.family, AddressFamily.ipv4)
                        }
                    }
                }
            }
        }
        #expect(throws: NetlinkError.malformedReply(.getDevice)) { try Self.get([message, Datagram.done]) }
    }

    static func get(_ datagrams: [[UInt8]]) throws -> DeviceState {
        let transport = ScriptedTransport([.answer(Datagram.wireGuardFamily), .answer(datagrams)])
        let family = try WireGuardFamily(connection: NetlinkConnection(transport), messageLimit: 4096)
        return try family.get(try InterfaceName("wg0"))
    }

    private static func device(_ body: (inout MessageBuilder) -> Void) -> [UInt8] {
        var message = MessageBuilder(type: 0x1c, flags: 2, sequence: 0)
        message.appendGenericHeader(command: 0, version: 1)
        body(&message)
        return message.finished() ?? []
    }

    /// Every parser sees the datagrams; whether any of them took them.
    private static func survives(_ datagrams: [[UInt8]]) -> Bool {
        func connection() -> NetlinkConnection { NetlinkConnection(ScriptedTransport([.answer(datagrams)])) }
        let monitored = ScriptedTransport([.answer(datagrams)])
        try? monitored.send([UInt8](repeating: 0, count: 16))
        let monitor = LinkMonitor(monitored)
        var heard = 0
        while (try? monitor.next()) != nil { heard += 1 }
        let outcomes = [
            (try? get(datagrams)) != nil, (try? LinkList.links(over: connection())) != nil,
            (try? PolicyRules.list(over: connection())) != nil,
            (try? GenericFamily(resolving: "wireguard", over: connection())) != nil, heard > 0,
        ]
        return outcomes.contains(true)
    }
}
