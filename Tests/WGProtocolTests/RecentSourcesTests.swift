import Testing

@testable import WGProtocol

struct RecentSourcesTests {
    private func source(_ number: Int) -> HandshakeSource { HandshakeSource(ipv4: UInt32(number), port: 1) }

    @Test("A source is new once, is remembered for 2.5 s at least, and new again after 5 s")
    func memory() {
        var recent = RecentSources()
        let times: [Double] = [10, 10, 12.4, 14.8, 17.2, 23, 23.1, 100, 100.1]
        let news = times.map { recent.isNew(source(7), now: seconds($0)) }
        #expect(news == [true, false, false, false, false, true, false, true, false])
    }

    @Test("Sources are told apart by address and port")
    func identity() {
        var recent = RecentSources()
        let sources = [
            HandshakeSource(ipv4: 7, port: 1), HandshakeSource(ipv4: 7, port: 2), HandshakeSource(ipv4: 8, port: 1),
            HandshakeSource(ipv6: 7, 1, port: 1), HandshakeSource(ipv6: 7, 2, port: 1),
        ]
        let news = sources.map { recent.isNew($0, now: seconds(1)) }
        #expect(news == [true, true, true, true, true])
    }

    @Test("Few are mistaken for known ones")
    func mistakes() {
        var recent = RecentSources()
        let news = (0..<65_000).filter { recent.isNew(source($0), now: seconds(1)) }
        #expect(news.count > 64_000)
        let again = (0..<65_000).filter { recent.isNew(source($0), now: seconds(2)) }
        #expect(again.isEmpty)
    }
}
