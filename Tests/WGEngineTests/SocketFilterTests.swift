import Glibc
import Testing
import WGModel

@testable import WGEngine

/// Whether the kernel takes the program: that wants CAP_BPF.
private let kernelTakesProgram: Bool = {
    guard let filter = HandshakeFilter() else { return false }
    defer { filter.deallocate() }
    return filter.isInKernel
}()

@Suite struct GarbageTests {
    /// The sizes of whitepaper 5.4, by type; what the kernel has joined is longer.
    private static let shortest: [UInt8: Int] = [1: 148, 2: 92, 3: 64, 4: 32]

    @Test func `what can be no message never gets into the socket's queue, and all that can be does`() throws {
        try passesMessagesAlone(filter: -1)
    }

    @Test(.enabled(if: kernelTakesProgram))
    func `the same with the program that looks at sources`() throws {
        let filter = try #require(HandshakeFilter())
        defer { filter.deallocate() }
        for isArmed in [false, true] {
            filter.memory.arm(isArmed)
            try passesMessagesAlone(filter: filter.program)
        }
    }

    private func passesMessagesAlone(filter: Int32) throws {
        let sockets = try UdpPort.open(port: 0, mark: 0, filter: filter)
        defer { UdpPort.close(sockets) }
        let wire = try WireHarness()
        var good: [[UInt8]] = []
        for type in [0, 1, 2, 3, 4, 5, 255] as [UInt8] {
            let shortest = Self.shortest[type]
            for count in [0, 1, 3, 4, 31, 32, 63, 64, 91, 92, 147, 148, 1452, 1500] {
                let message = Array(([type, 0, 0, 0] + [UInt8](repeating: type, count: 1500)).prefix(count))
                wire.send(message, to: sockets.port)
                if let shortest, count >= shortest { good.append(message) }
                var foreign = message
                for place in 1..<4 where count >= 4 {
                    foreign[place] = 1
                    wire.send(foreign, to: sockets.port)
                    foreign[place] = 0
                }
            }
        }
        for expected in good { #expect(take(sockets.ipv4) == expected) }
        #expect(take(sockets.ipv4, within: 0.2) == nil)
    }
}

@Suite(.enabled(if: kernelTakesProgram)) struct KernelGateTests {
    private let filter: HandshakeFilter

    init() throws { filter = try #require(HandshakeFilter()) }

    /// An initiation without a second MAC, and one with a single bit of it.
    private static let plain = [1, 0, 0, 0] + [UInt8](repeating: 7, count: 128) + [UInt8](repeating: 0, count: 16)
    private static func marked(_ place: Int) -> [UInt8] {
        var message = plain
        message[132 + place] = 1
        return message
    }

    private static let messages = 1280

    private func record(_ sockets: UdpSockets, ipv6: Bool) throws -> EndpointRecord {
        EndpointRecord(try #require(Endpoint(ipv6 ? "[::1]:\(sockets.port)" : "127.0.0.1:\(sockets.port)")))
    }

    /// How many of so many initiations get from one socket pair to another; a last message that always does ends the count.
    private func passed(_ sender: UdpSockets, _ receiver: UdpSockets, ipv6: Bool = false) throws -> Int {
        let target = try record(receiver, ipv6: ipv6)
        let queue = ipv6 ? receiver.ipv6 : receiver.ipv4
        var count = 0
        for _ in 0..<Self.messages {
            #expect(UdpPort.send(Self.plain, to: target, over: sender))
            while take(queue, within: 0) != nil { count += 1 }
        }
        let last = Self.marked(0)
        #expect(UdpPort.send(last, to: target, over: sender))
        while let message = take(queue), message != last { count += 1 }
        return count
    }

    /// Makes the source known to the gate, as `InboundLoop` does.
    private func note(_ sender: UdpSockets, ipv6: Bool = false, in gate: inout HandshakeGate) throws {
        let source = gate.hash(try record(sender, ipv6: ipv6).address, isIPv4: !ipv6)
        #expect(gate.shed(source, now: 1_000_000_000, isGenuine: { true }) == 0)
    }

    @Test(arguments: [false, true])
    func `under load few of a known source's initiations pass, and all of others`(ipv6: Bool) throws {
        defer { filter.deallocate() }
        let receiver = try UdpPort.open(port: 0, mark: 0, filter: filter.program)
        let (known, other) = (try UdpPort.open(port: 0, mark: 0), try UdpPort.open(port: 0, mark: 0))
        defer { for sockets in [receiver, known, other] { UdpPort.close(sockets) } }
        var gate = HandshakeGate(filter)
        try note(known, ipv6: ipv6, in: &gate)

        #expect(try passed(known, receiver, ipv6: ipv6) == Self.messages)
        filter.memory.arm(true)
        // One in 32: 40, by chance; 200 is as good as impossible.
        let few = try passed(known, receiver, ipv6: ipv6)
        #expect(few > 0 && few < 200)
        #expect(try passed(other, receiver, ipv6: ipv6) == Self.messages)
        filter.memory.arm(false)
        #expect(try passed(known, receiver, ipv6: ipv6) == Self.messages)
    }

    /// What happens under load between a receiver and a sender that its gate knows.
    private func underLoad(
        _ body: (_ receiver: UdpSockets, _ sender: UdpSockets, _ gate: inout HandshakeGate) throws -> Void
    ) throws {
        defer { filter.deallocate() }
        let receiver = try UdpPort.open(port: 0, mark: 0, filter: filter.program)
        let sender = try UdpPort.open(port: 0, mark: 0)
        defer { for sockets in [receiver, sender] { UdpPort.close(sockets) } }
        var gate = HandshakeGate(filter)
        filter.memory.arm(true)
        try note(sender, in: &gate)
        try body(receiver, sender, &gate)
    }

    @Test func `who is about to be forgotten passes, until it is noted again`() throws {
        try underLoad { receiver, sender, gate in
            #expect(try passed(sender, receiver) < 200)
            let source = gate.hash(try record(sender, ipv6: false).address, isIPv4: true)
            // Somebody else's message turns the tables.
            let later = 1_000_000_000 + RecentSources.generationTime
            _ = gate.shed(source ^ 1 << 30, now: later, isGenuine: { true })
            #expect(try passed(sender, receiver) == Self.messages)
            _ = gate.shed(source, now: later, isGenuine: { true })
            #expect(try passed(sender, receiver) < 200)
        }
    }

    /// A flood that the gate is not asked about.
    @Test func `who has not been heard of for a while passes, though nobody else has been judged`() throws {
        try underLoad { receiver, sender, gate in
            gate.age(1_000_000_000 + RecentSources.generationTime - 1)
            #expect(try passed(sender, receiver) < 200)
            gate.age(1_000_000_000 + RecentSources.generationTime)
            #expect(try passed(sender, receiver) == Self.messages)
            let source = gate.hash(try record(sender, ipv6: false).address, isIPv4: true)
            gate.age(1_000_000_000 + 3 * RecentSources.generationTime)
            // Nothing of it is left to be faded.
            #expect(gate.shed(source, now: 1_000_000_000 + 3 * RecentSources.generationTime, isGenuine: { true }) == 0)
        }
    }

    @Test func `under load a second MAC, right or wrong, lets a known source's initiation pass`() throws {
        try underLoad { receiver, sender, _ in
            let target = try record(receiver, ipv6: false)
            for place in 0..<16 {
                #expect(UdpPort.send(Self.marked(place), to: target, over: sender))
                #expect(take(receiver.ipv4) == Self.marked(place))
            }
        }
    }
}

/// The next datagram; nil when none comes for so many seconds.
private func take(_ descriptor: Int32, within seconds: Double = patience) -> [UInt8]? {
    guard awaitReadable(descriptor, within: seconds) else { return nil }
    var buffer = [UInt8](repeating: 0, count: 2000)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    return count >= 0 ? Array(buffer.prefix(count)) : nil
}
