import Glibc
import Testing
import WGCrypto
import WGModel

@testable import WGEngine
@testable import WGProtocol

private func seconds(_ seconds: Double) -> UInt64 { UInt64(seconds * 1e9) }

@Suite struct RecentSourcesTests {
    /// Whether each of these was new when it was heard of.
    private func news(_ sources: [(hash: UInt64, time: Double)]) -> [Bool] {
        var recent = RecentSources()
        return sources.map { source in
            defer { recent.note(source.hash) }
            return recent.knowledge(of: source.hash, now: seconds(source.time)) == .unknown
        }
    }

    @Test func `a source is remembered for 2_5 s at least, and new again after 5 s`() {
        let times: [Double] = [10, 10, 12.4, 14.8, 17.2, 23, 23.1, 100, 100.1]
        #expect(
            news(times.map { (7 << 40 | 7, $0) }) == [true, false, false, false, false, true, false, true, false])
    }

    @Test func `few of 65_000 sources are mistaken for known ones, and none is forgotten`() {
        let gate = HandshakeGate()
        let hashes = (0..<65_000).map { gate.hash(address($0), isIPv4: true) }
        let news = news(hashes.map { ($0, 1) } + hashes.map { ($0, 2) })
        #expect(news.prefix(65_000).filter { $0 }.count > 64_000)
        #expect(!news.suffix(65_000).contains(true))
    }
}

/// 10.0.0.0 and so on.
private func address(_ number: Int, port: UInt16 = 1) -> sockaddr_in6 {
    EndpointRecord(Endpoint(address: .v4(0x0a00_0000 + UInt32(number)), port: port)).address
}

@Suite struct HandshakeGateTests {
    @Test func `sources are told apart by address and port`() throws {
        let gate = HandshakeGate()
        let ipv6 = try ["[2001:db8::1]:5", "[2001:db8::1]:6", "[2001:db8::2]:5", "[2001:db9::1]:5"].map { text in
            gate.hash(EndpointRecord(try #require(Endpoint(text))).address, isIPv4: false)
        }
        let ipv4 = [address(1), address(1, port: 2), address(2)].map { gate.hash($0, isIPv4: true) }
        #expect(Set(ipv4 + ipv6).count == 7)
    }

    @Test func `newcomers pass under a flood from 65_000 sources, and of it what is new and 1000 a second`() {
        var gate = HandshakeGate()
        var passed = 0
        var newcomers = 0
        // 50 000 a second for 9 s; after the first 2 s a newcomer every 100 ms.
        for step in 0..<450_000 {
            let now = seconds(1) + UInt64(step) * 20_000
            let forged = gate.hash(address(step % 65_000), isIPv4: true)
            if gate.admits(forged, now: now, isGenuine: { true }) { passed += 1 }
            guard step >= 100_000, step % 5000 == 0 else { continue }
            let newcomer = gate.hash(address(1_000_000 + step), isIPv4: true)
            if gate.admits(newcomer, now: now, isGenuine: { true }) { newcomers += 1 }
        }
        #expect(passed > 64_000 && passed < 65_000 + 9500)
        // One in 70 is taken for known, and may still be one of the thousand.
        #expect(newcomers >= 63)
    }

    @Test func `who only claims an address, without the first MAC, does not make it known`() {
        var gate = HandshakeGate()
        let source = gate.hash(address(1), isIPv4: true)
        var looks = 0
        for _ in 0..<10_000 {
            let isIn = gate.admits(source, now: seconds(1)) {
                looks += 1
                return false
            }
            guard !isIn else { Issue.record("it was taken"); return }
        }
        // Who is known is dropped unseen.
        #expect(looks == 10_000)
    }

    @Test func `a second MAC is seen wherever its bits are`() {
        for place in 0..<148 {
            var message = [UInt8](repeating: 0, count: 148)
            message[place] = 1
            #expect(HandshakeGate.hasMac2(message) == (place >= 132))
        }
    }
}

@Suite struct GarbageTests {
    /// The sizes of whitepaper 5.4, by type; what the kernel has joined is longer.
    private static let shortest: [UInt8: Int] = [1: 148, 2: 92, 3: 64, 4: 32]

    @Test func `what can be no message never gets into the socket's queue, and all that can be does`() throws {
        let sockets = try UdpPort.open(port: 0, mark: 0)
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
        var buffer = [UInt8](repeating: 0, count: 2000)
        for expected in good {
            try #require(awaitReadable(sockets.ipv4))
            let count = recv(sockets.ipv4, &buffer, buffer.count, 0)
            #expect(buffer.prefix(max(count, 0)) == expected[...])
        }
        #expect(!awaitReadable(sockets.ipv4, within: 0.2))
    }
}
