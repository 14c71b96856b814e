import Testing
import WGLinux
import WGModel

@testable import WGNetlink

/// Refusals, interrupted dumps, and staying in step.
struct ConnectionTests {
    private let name: InterfaceName
    init() throws { name = try InterfaceName("wg0") }

    private func family(_ script: [ScriptedTransport.Step]) throws -> (WireGuardFamily, ScriptedTransport) {
        let transport = ScriptedTransport([.answer(Datagram.wireGuardFamily)] + script)
        return (try WireGuardFamily(connection: NetlinkConnection(transport), messageLimit: 4096), transport)
    }

    private static func port(_ port: UInt16, flags: UInt16 = 2) -> [UInt8] {
        var message = MessageBuilder(type: 0x1c, flags: flags, sequence: 0)
        message.appendGenericHeader(command: 0, version: 1)
        message.put(DeviceAttribute.listenPort, port)
        return message.finished() ?? []
    }

    @Test("a family that the kernel does not know is absent")
    func absent() throws {
        let transport = ScriptedTransport([.answer([Datagram.refusal(2)])])
        let error = try #require(throws: NetlinkError.self) {
            try WireGuardFamily(connection: NetlinkConnection(transport), messageLimit: 4096)
        }
        #expect(error.reason == .familyAbsent)
        #expect(error.errno == .protocolNotSupported)
    }

    @Test(
        "a refusal's number and text come through",
        arguments: [
            (1, "no"), (19, nil), (95, "Unsupported"), (98, nil), (22, "Attribute failed policy validation"),
        ] as [(Int32, String?)])
    func refusals(errno: Int32, text: String?) throws {
        let (family, _) = try family([.answer([Datagram.refusal(errno, text)])])
        #expect(throws: NetlinkError(operation: .setDevice, errno: Errno(rawValue: errno), extack: text)) {
            try family.set(name, DeviceChange(fwmark: 1))
        }
    }

    @Test("a dump's closing number is its verdict")
    func doneWithError() throws {
        let done = Datagram.message(3, 2, Datagram.bytes(Int32(-11)))
        let (family, _) = try family([.answer([Self.port(1), done])])
        #expect(throws: NetlinkError(operation: .getDevice, errno: .wouldBlock)) { try family.get(name) }
    }

    @Test("the least number that a refusal can have is survived")
    func leastNumber() throws {
        let (family, _) = try family([.answer([Datagram.message(2, 0x100, Datagram.bytes(Int32.min))])])
        let error = try #require(throws: NetlinkError.self) { try family.get(name) }
        #expect(error.errno.rawValue == .max)
    }

    @Test("an interrupted dump is taken anew, from nothing")
    func interruptedOnce() throws {
        let (family, transport) = try family([
            .answer([Self.port(1), Self.port(2, flags: 0x12), Datagram.done]),
            .answer([Self.port(3), Datagram.done]),
        ])
        let state = try family.get(name)
        #expect(state.listenPort == 3)
        #expect(state.isComplete)
        #expect(transport.pauses == [1])
        #expect(
            Set(transport.requests.dropFirst().map { Array($0[8..<12]) }).count == 2, "each has a number of its own")
    }

    @Test("a dump that never holds still is given as it is, and marked, after five attempts")
    func interruptedAlways() throws {
        let steps = (1...9).map { ScriptedTransport.Step.answer([Self.port($0, flags: 0x12), Datagram.done]) }
        let (family, transport) = try family(steps)
        let state = try family.get(name)
        #expect(state.listenPort == 5)
        #expect(!state.isComplete)
        #expect(transport.pauses == [1, 2, 4, 8])
        #expect(transport.requests.count == 6)
    }

    @Test("an interruption that only the closing message tells of counts")
    func interruptedDone() throws {
        let done = Datagram.message(3, 0x12, [0, 0, 0, 0])
        let (family, _) = try family([.answer([Self.port(1), done]), .answer([Self.port(2), Datagram.done])])
        #expect(try family.get(name).listenPort == 2)
    }

    @Test("a set stops at the first refusal")
    func stops() throws {
        let peers = (1...200).map { number in
            PeerChange(publicKey: PublicKey(bytes: KeyBytes(repeating: UInt8(truncatingIfNeeded: number))))
        }
        let (family, transport) = try family([
            .answer([Datagram.acknowledgement]), .answer([Datagram.refusal(12)]), .answer([Datagram.acknowledgement]),
        ])
        #expect(throws: NetlinkError(operation: .setDevice, errno: .noMemory)) {
            try family.set(name, DeviceChange(peers: peers))
        }
        #expect(transport.requests.count == 3)
    }

    @Test("what a socket says goes through", arguments: [Errno.noMemory, .connectionReset])
    func socketFailures(errno: Errno) throws {
        let (family, _) = try family([.failure(errno)])
        #expect(throws: NetlinkError(operation: .getDevice, errno: errno)) { try family.get(name) }
    }

    @Test("lost link events are told as such")
    func lostEvents() throws {
        let transport = ScriptedTransport([.failure(Errno(rawValue: 105)), .failure(.wouldBlock)])  // ENOBUFS
        try transport.send([])
        let monitor = LinkMonitor(transport)
        #expect(try monitor.next() == .lost)
        #expect(try monitor.next() == nil)
    }

    @Test("a port that leaves a bridge is no deleted link")
    func bridgePort() throws {
        var message = MessageBuilder(type: 17, flags: 0, sequence: 0)
        message.append(UInt32(7))  // AF_BRIDGE
        for _ in 0..<3 { message.append(UInt32(5)) }
        let transport = ScriptedTransport([.answer([message.finished() ?? []])])
        try transport.send([])
        #expect(try LinkMonitor(transport).next() == nil)
    }

    @Test("a real socket finds the loopback link and the main table's rule")
    func realSocket() throws {
        #expect(try LinkList.kind(of: InterfaceName("lo")) == .some(nil))
        #expect(try LinkList.link(named: InterfaceName("c-none")) == nil)
        #expect(try PolicyRules.list().contains { $0.family == .ipv4 && $0.table == 254 })
    }
}
