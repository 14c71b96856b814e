import TestSupport
import Testing
import WGCrypto
import WGModel

@testable import WGProtocol

struct SourceLimiterTests {
    private func source(_ number: Int) -> HandshakeSource { HandshakeSource(ipv4: UInt32(number), port: 1) }

    @Test("A source may send 5 at once and 20 a second, whatever its port")
    func rate() {
        var limiter = SourceLimiter()
        let start = seconds(100)
        let first = (1...6).map { limiter.allows(HandshakeSource(ipv4: 7, port: $0), now: start) }
        #expect(first == [true, true, true, true, true, false])
        let other = limiter.allows(source(8), now: start)
        #expect(other)
        var taken = 0
        for millisecond in 1...10_000 {
            if limiter.allows(source(7), now: start + UInt64(millisecond) * 1_000_000) { taken += 1 }
        }
        #expect(taken == 200)
    }

    @Test("After a silence the 5 are there again, and no more than 5")
    func refill() {
        var limiter = SourceLimiter()
        for _ in 0..<9 { _ = limiter.allows(source(7), now: seconds(1)) }
        let taken = (0..<7).filter { _ in limiter.allows(source(7), now: seconds(1000)) }
        #expect(taken.count == 5)
    }

    @Test("IPv6 sources are told apart by 64 bits, and from IPv4")
    func ipv6() {
        var limiter = SourceLimiter()
        let sources = [
            HandshakeSource(ipv6: 0x2001_0db8_0000_0001, 1, port: 1),
            HandshakeSource(ipv6: 0x2001_0db8_0000_0001, 2, port: 1),
            HandshakeSource(ipv6: 0x2001_0db8_0000_0002, 1, port: 1), HandshakeSource(ipv4: 1, port: 1),
        ]
        let taken = sources.map { source in (0..<9).filter { _ in limiter.allows(source, now: 1) }.count }
        #expect(taken == [5, 0, 5, 5])
    }

    @Test("A full table refuses new sources, keeps the rates of those it has, and is free again after 250 ms")
    func full() {
        var limiter = SourceLimiter()
        let known = (0..<100_000).filter { number in (0..<5).allSatisfy { _ in limiter.allows(source(number), now: 1) }
        }
        #expect(known.count == SourceLimiter.capacity)
        let again = (known + Array(200_000..<201_000)).filter { limiter.allows(source($0), now: 1) }
        #expect(again.isEmpty)
        let later = (200_000..<201_000).filter { limiter.allows(source($0), now: 1 + 250_000_000) }
        #expect(later.count == 1000)
    }
}

extension HandshakeAdmission {
    fileprivate mutating func verdict(_ message: [UInt8], _ source: HandshakeSource, _ now: UInt64) -> Verdict {
        judge(message.span, from: source, now: now)
    }
}

struct HandshakeAdmissionTests {
    private let key = X25519.publicKey(of: PrivateKey(bytes: KeyBytes(repeating: 3)))
    private let peer = HandshakeSource(ipv4: 0x0a00_0001, port: 1000)

    private func loaded(_ now: UInt64) -> HandshakeAdmission {
        var admission = HandshakeAdmission(publicKey: key)
        admission.noteQueue(512, capacity: 4096, now: now)
        return admission
    }

    /// A message marked with the cookie that the admission gives out.
    private func proven(_ admission: inout HandshakeAdmission, at source: HandshakeSource, now: UInt64) throws
        -> [UInt8]
    {
        var message = markedInitiation(to: key)
        var jar = CookieJar(recipient: key)
        jar.mark(&message, now: now)
        let reply = admission.cookieReply(to: message.span, from: source, now: now) { KeyBytes(repeating: 4) }
        let taken = jar.takes(try #require(reply), now: now)
        #expect(taken)
        jar.mark(&message, now: now)
        return message
    }

    @Test("Load begins when an eighth of the queue is full, and ends a second after the last time it was")
    func load() {
        var admission = HandshakeAdmission(publicKey: key)
        admission.noteQueue(511, capacity: 4096, now: seconds(5))
        #expect(!admission.isUnderLoad(now: seconds(5)))
        admission.noteQueue(512, capacity: 4096, now: seconds(5))
        #expect(admission.isUnderLoad(now: seconds(5.999)) && !admission.isUnderLoad(now: seconds(6)))
        admission.noteQueue(600, capacity: 4096, now: seconds(5.5))
        admission.noteQueue(0, capacity: 4096, now: seconds(5.6))
        #expect(admission.isUnderLoad(now: seconds(6.499)) && !admission.isUnderLoad(now: seconds(6.5)))
    }

    @Test("Without load everybody is taken")
    func idle() {
        var admission = HandshakeAdmission(publicKey: key)
        let message = markedInitiation(to: key)
        let verdicts = (0..<1000).map { _ in admission.verdict(message, peer, seconds(1)) }
        #expect(verdicts.allSatisfy { $0 == .take })
    }

    @Test("Under load a cookie is asked for, and who brings it is taken")
    func cookie() throws {
        var admission = loaded(seconds(1))
        let verdict1 = admission.verdict(markedInitiation(to: key), peer, seconds(1))
        #expect(verdict1 == .answerWithCookie)
        let message = try proven(&admission, at: peer, now: seconds(1))
        let verdict2 = admission.verdict(message, peer, seconds(1))
        #expect(verdict2 == .take)
        let elsewhere = HandshakeSource(ipv4: 0x0a00_0002, port: 1000)
        let verdict3 = admission.verdict(message, elsewhere, seconds(1))
        #expect(verdict3 == .answerWithCookie)
    }

    @Test("Who has a cookie is still held to the rate of its address")
    func rate() throws {
        var admission = loaded(seconds(1))
        let message = try proven(&admission, at: peer, now: seconds(1))
        let verdicts = (0..<100).map { _ in admission.verdict(message, peer, seconds(1)) }
        #expect(verdicts.filter { $0 == .take }.count == 5 && verdicts.filter { $0 == .drop }.count == 95)
    }

    @Test("There are only so many cookies")
    func cookies() throws {
        var admission = loaded(seconds(1))
        let message = markedInitiation(to: key)
        var answered = 0
        // 40 000 a second for 5 s.
        for step in 0..<200_000 as Range<UInt64> {
            if admission.verdict(message, peer, seconds(1) + step * 25_000) == .answerWithCookie { answered += 1 }
        }
        #expect(answered > 100_000 && answered <= 65_000 + 5 * 13_000)
    }

    @Test("A flood of wrong second MACs leaves the cookies to the others, and gets some")
    func wrongMac2() throws {
        var admission = loaded(seconds(1))
        var wrong = markedInitiation(to: key)
        for index in 132..<148 { wrong[index] = 0x77 }
        let right = markedInitiation(to: key)
        var (flood, peers) = (0, 0)
        // 50 000 a second for 5 s, and a peer every 5 ms.
        for step in 0..<250_000 as Range<UInt64> {
            let now = seconds(1) + step * 20_000
            if admission.verdict(wrong, peer, now) == .answerWithCookie { flood += 1 }
            if step % 250 == 0, admission.verdict(right, peer, now) == .answerWithCookie { peers += 1 }
        }
        #expect(peers == 1000)
        #expect(flood > 5000 && flood <= 500 + 5 * 1000)
    }

    @Test("Load does not end while more are dropped unseen than could be computed")
    func shed() {
        var admission = loaded(seconds(1))
        // 10 000 a second for 20 s, then 500 a second.
        for step in 0..<10_000 as Range<UInt64> { admission.noteShed(20, now: seconds(1) + step * 2_000_000) }
        #expect(admission.isUnderLoad(now: seconds(21)))
        for step in 0..<1500 as Range<UInt64> { admission.noteShed(1, now: seconds(21) + step * 2_000_000) }
        #expect(!admission.isUnderLoad(now: seconds(24)))
    }

    @Test("Load does not end while more come than could be computed")
    func lasting() {
        var admission = loaded(seconds(1))
        let message = markedInitiation(to: key)
        var taken = 0
        for step in 0..<100_000 as Range<UInt64> {
            let now = seconds(1) + step * 100_000
            if admission.verdict(message, peer, now) == .take { taken += 1 }
        }
        #expect(taken == 0)
    }

    @Test("A flood of forged sources takes no place from who has a cookie")
    func forged() throws {
        var admission = loaded(seconds(1))
        let flood = markedInitiation(to: key)
        for number in 0..<65_000 {
            let forged = HandshakeSource(ipv4: UInt32(number), port: 1)
            guard admission.verdict(flood, forged, seconds(1)) != .take else {
                Issue.record("a forged source was taken")
                return
            }
        }
        let message = try proven(&admission, at: peer, now: seconds(1))
        let verdict4 = admission.verdict(message, peer, seconds(1))
        #expect(verdict4 == .take)
    }

    @Test("What strangers can have computed is bounded, even if they come too slowly for a queue")
    func budget() {
        var admission = HandshakeAdmission(publicKey: key)
        let message = markedInitiation(to: key)
        var taken = 0
        // 10 000 a second for 60 s.
        for step in 0..<600_000 as Range<UInt64> {
            let now = seconds(1) + step * 100_000
            if admission.verdict(message, peer, now) == .take { taken += 1 }
        }
        #expect(taken > 8192 && taken <= 8192 + 60 * 1000)
    }

    @Test("Responses have a budget, too, and it comes back")
    func responses() {
        var admission = HandshakeAdmission(publicKey: key)
        let first = (0..<10_000).filter { _ in admission.admitsResponse(now: seconds(1)) }
        let second = (0..<10_000).filter { _ in admission.admitsResponse(now: seconds(2)) }
        #expect(first.count == 500 && second.count == 500)
        admission.noteAnswer(now: seconds(2))
        let third = admission.admitsResponse(now: seconds(2))
        #expect(!third)
    }
}
