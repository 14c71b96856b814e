import TestSupport
import Testing
import WGCrypto
import WGModel

@testable import WGProtocol

/// An initiation with the right mac1 and nothing genuine but that.
func markedInitiation(to recipient: PublicKey, sender: UInt32 = 0x1234_5678) -> [UInt8] {
    var message: [UInt8] = []
    message.append(littleEndian: 1)
    message.append(littleEndian: sender)
    message += (8..<116).map { UInt8(truncatingIfNeeded: $0 * 7) }
    Mac1(recipient: recipient).append(to: &message)
    return message
}

/// Random bytes that are not: 0x11 for the secret, 0x22 and so on for the nonces.
private struct Draws {
    var next: UInt8 = 0x11
    mutating func draw() -> KeyBytes {
        defer { next += 0x11 }
        return KeyBytes(repeating: next)
    }
}

extension CookieBaker {
    func accepts(_ message: [UInt8], from source: HandshakeSource, now: UInt64) -> Bool {
        hasValidMac2(message.span, from: source, now: now)
    }
}

extension CookieJar {
    mutating func takes(_ reply: [UInt8], now: UInt64) -> Bool { take(reply.span, now: now) }
}

struct CookieTests {
    let recipient = PublicKey(Array(1...32))!
    let here = HandshakeSource(ipv4: 0xc000_0201, port: 51820)

    private func baker(_ message: [UInt8], from source: HandshakeSource, now: UInt64 = 1) throws -> (
        CookieBaker, [UInt8]
    ) {
        var baker = CookieBaker(publicKey: recipient)
        var draws = Draws()
        let reply = baker.reply(to: message.span, from: source, now: now) { draws.draw() }
        return (baker, try #require(reply))
    }

    // Expected bytes from Python's hashlib and libsodium's XChaCha20-Poly1305.
    @Test(
        "A cookie reply and the mac2 made of it are what another implementation computes",
        arguments: [
            (
                HandshakeSource(ipv4: 0xc000_0201, port: 51820),
                "073412a503e17527dc352f5ae2b1b1e9a1f1bd44fde9b2f9af52513a5d0d6001", "2bd08cf34127159f30d507d91821f87a"
            ),
            (
                HandshakeSource(ipv6: 0x2001_0db8_0000_0000, 7, port: 1024),
                "a16afe4f30bc109974684cd06413adf627ea25e73b46ab055c690abb5ff29dd5", "84b94e3585ea60b45ec2dfc37b025ed4"
            ),
        ])
    func golden(_ source: HandshakeSource, sealed: String, mac2: String) throws {
        var message = markedInitiation(to: recipient)
        #expect(message[116..<132].elementsEqual(hex("c038b05b35dab38d7257a0db7a3b3d07")))
        var jar = CookieJar(recipient: recipient)
        jar.mark(&message, now: 500)
        let (baker, reply) = try baker(message, from: source)
        #expect(reply.count == 64 && MessageLayout.kind(of: reply) == .cookieReply)
        #expect(reply[..<32].elementsEqual(hex("0300000078563412") + [UInt8](repeating: 0x22, count: 24)))
        #expect(reply[32...].elementsEqual(hex(sealed)))
        let taken1 = jar.takes(reply, now: 2000)
        #expect(taken1)
        jar.mark(&message, now: 3000)
        #expect(message[132...].elementsEqual(hex(mac2)))
        #expect(jar.hasMarkedLast)
        #expect(baker.accepts(message, from: source, now: 4000))
    }

    @Test("Without a cookie mac2 is zero, and no valid one")
    func unmarked() throws {
        var message = markedInitiation(to: recipient)
        var jar = CookieJar(recipient: recipient)
        jar.mark(&message, now: 1)
        #expect(!jar.hasMarkedLast && message[132...].allSatisfy { $0 == 0 })
        let (baker, _) = try baker(message, from: here)
        #expect(!baker.accepts(message, from: here, now: 1))
    }

    @Test("A cookie is good at the address and port that it was given to")
    func elsewhere() throws {
        var message = markedInitiation(to: recipient)
        var jar = CookieJar(recipient: recipient)
        jar.mark(&message, now: 1)
        let (baker, reply) = try baker(message, from: here)
        let taken2 = jar.takes(reply, now: 2)
        #expect(taken2)
        jar.mark(&message, now: 3)
        #expect(baker.accepts(message, from: here, now: 3))
        for other in [
            HandshakeSource(ipv4: 0xc000_0202, port: 51820), HandshakeSource(ipv4: 0xc000_0201, port: 51821),
            HandshakeSource(ipv6: 0, 0xc000_0201, port: 51820),
        ] {
            #expect(!baker.accepts(message, from: other, now: 3))
        }
    }

    @Test("Every single-bit change of a cookie reply or of a mac2 is refused")
    func tampered() throws {
        var message = markedInitiation(to: recipient)
        var jar = CookieJar(recipient: recipient)
        jar.mark(&message, now: 1)
        let (baker, reply) = try baker(message, from: here)
        // The receiver's index is not sealed: it says only whose jar it is.
        for bit in 0..<512 where !(32..<64).contains(bit) {
            let taken3 = jar.takes(flip(bit, of: reply), now: 2)
            #expect(!taken3)
        }
        for length in 0..<64 {
            let taken = jar.takes(Array(reply[..<length]), now: 2)
            #expect(!taken)
        }
        let taken4 = jar.takes(reply, now: 2)
        #expect(taken4)
        jar.mark(&message, now: 3)
        for bit in 0..<148 * 8 where (8 * 8..<116 * 8).contains(bit) || bit >= 132 * 8 {
            #expect(!baker.accepts(flip(bit, of: message), from: here, now: 3))
        }
    }

    @Test("A reply is taken once, and only by whom it answers")
    func once() throws {
        var message = markedInitiation(to: recipient)
        var jar = CookieJar(recipient: recipient)
        let (_, reply) = try baker(message, from: here)
        let taken5 = jar.takes(reply, now: 1)
        #expect(!taken5)
        jar.mark(&message, now: 1)
        let taken6 = jar.takes(reply, now: 2)
        #expect(taken6)
        let taken7 = jar.takes(reply, now: 3)
        #expect(!taken7)
        var other = markedInitiation(to: recipient, sender: 9)
        jar.mark(&other, now: 4)
        let taken8 = jar.takes(reply, now: 5)
        #expect(!taken8)
        var stranger = CookieJar(recipient: PublicKey(Array(2...33))!)
        stranger.mark(&message, now: 1)
        let taken9 = stranger.takes(reply, now: 2)
        #expect(!taken9)
    }

    @Test("A cookie serves for 120 s, and a secret makes them for as long")
    func lifetimes() throws {
        var message = markedInitiation(to: recipient)
        var jar = CookieJar(recipient: recipient)
        jar.mark(&message, now: 900)
        var (baker, reply) = try baker(message, from: here, now: 1000)
        let taken10 = jar.takes(reply, now: 1000)
        #expect(taken10)
        jar.mark(&message, now: 1000 + CookieJar.lifetime - 1)
        #expect(jar.hasMarkedLast)
        // The secret may have made a cookie at its end, which is good for as long again.
        let end = 1000 + CookieBaker.secretLifetime
        _ = baker.reply(to: message.span, from: here, now: end) { KeyBytes(repeating: 9) }
        #expect(baker.accepts(message, from: here, now: end + CookieBaker.secretLifetime - 1))
        #expect(!baker.accepts(message, from: here, now: end + CookieBaker.secretLifetime))
        // After a third secret the first is gone.
        _ = baker.reply(to: message.span, from: here, now: end + CookieBaker.secretLifetime) { KeyBytes(repeating: 8) }
        #expect(!baker.accepts(message, from: here, now: end))
        var later = markedInitiation(to: recipient)
        jar.mark(&later, now: 1000 + CookieJar.lifetime)
        #expect(!jar.hasMarkedLast && later[132...].allSatisfy { $0 == 0 })
    }

    @Test("A response is answered and marked as well, and nothing else is")
    func responses() throws {
        var response: [UInt8] = []
        response.append(littleEndian: 2)
        response.append(littleEndian: 77)
        response += [UInt8](repeating: 5, count: 52)
        Mac1(recipient: recipient).append(to: &response)
        var jar = CookieJar(recipient: recipient)
        jar.mark(&response, now: 1)
        var (baker, reply) = try baker(response, from: here)
        #expect(MessageLayout.receiver(of: reply) == 77)
        let taken11 = jar.takes(reply, now: 2)
        #expect(taken11)
        jar.mark(&response, now: 3)
        #expect(baker.accepts(response, from: here, now: 3))
        for other in [[], reply, Array(response.dropLast()), [4, 0, 0, 0] + [UInt8](repeating: 0, count: 60)] {
            let reply = baker.reply(to: other.span, from: here, now: 3) { KeyBytes(repeating: 0) }
            #expect(reply == nil)
            #expect(!baker.accepts(other, from: here, now: 3))
        }
    }
}
