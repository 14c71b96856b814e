import Glibc
import Testing
import WGCrypto
import WGModel

@testable import WGEngine
@testable import WGProtocol

private func seconds(_ seconds: Double) -> UInt64 { UInt64(seconds * 1e9) }

/// Without the kernel.
private func ownFilter() throws -> HandshakeFilter { try #require(HandshakeFilter(asksKernel: false)) }

@Suite struct RecentSourcesTests {
    /// Whether each of these was new when it was heard of.
    private func news(_ sources: [(hash: UInt64, time: Double)]) throws -> [Bool] {
        let filter = try ownFilter()
        defer { filter.deallocate() }
        var recent = RecentSources(filter.memory)
        return sources.map { source in
            defer { recent.note(source.hash) }
            return recent.knowledge(of: source.hash, now: seconds(source.time)) == .unknown
        }
    }

    @Test func `a source is remembered for 2_5 s at least, and new again after 5 s`() throws {
        let times: [Double] = [10, 10, 12.4, 14.8, 17.2, 23, 23.1, 100, 100.1]
        #expect(
            try news(times.map { (7 << 20 | 7, $0) }) == [true, false, false, false, false, true, false, true, false])
    }

    @Test func `few of 65_000 sources are mistaken for known ones, and none is forgotten`() throws {
        let filter = try ownFilter()
        defer { filter.deallocate() }
        let gate = HandshakeGate(filter)
        let hashes = (0..<65_000).map { gate.hash(address($0), isIPv4: true) }
        let news = try news(hashes.map { ($0, 1) } + hashes.map { ($0, 2) })
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
        let filter = try ownFilter()
        defer { filter.deallocate() }
        let gate = HandshakeGate(filter)
        let ipv6 = try ["[2001:db8::1]:5", "[2001:db8::1]:6", "[2001:db8::2]:5", "[2001:db9::1]:5"].map { text in
            gate.hash(EndpointRecord(try #require(Endpoint(text))).address, isIPv4: false)
        }
        let ipv4 = [address(1), address(1, port: 2), address(2)].map { gate.hash($0, isIPv4: true) }
        #expect(Set(ipv4 + ipv6).count == 7)
    }

    @Test func `newcomers pass under a flood from 65_000 sources, and of it what is new and 1000 a second`() throws {
        let filter = try ownFilter()
        defer { filter.deallocate() }
        var gate = HandshakeGate(filter)
        var passed = 0
        var newcomers = 0
        // 50 000 a second for 9 s; after the first 2 s a newcomer every 100 ms.
        for step in 0..<450_000 {
            let now = seconds(1) + UInt64(step) * 20_000
            let forged = gate.hash(address(step % 65_000), isIPv4: true)
            if gate.shed(forged, now: now, isGenuine: { true }) == 0 { passed += 1 }
            guard step >= 100_000, step % 5000 == 0 else { continue }
            let newcomer = gate.hash(address(1_000_000 + step), isIPv4: true)
            if gate.shed(newcomer, now: now, isGenuine: { true }) == 0 { newcomers += 1 }
        }
        #expect(passed > 64_000 && passed < 65_000 + 9500)
        // One in 70 is taken for known, and may still be one of the thousand.
        #expect(newcomers >= 63)
    }

    @Test func `who only claims an address, without the first MAC, does not make it known`() throws {
        let filter = try ownFilter()
        defer { filter.deallocate() }
        var gate = HandshakeGate(filter)
        let source = gate.hash(address(1), isIPv4: true)
        var looks = 0
        for _ in 0..<10_000 {
            let shed = gate.shed(source, now: seconds(1)) {
                looks += 1
                return false
            }
            guard shed == 1 else { Issue.record("it was taken"); return }
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
