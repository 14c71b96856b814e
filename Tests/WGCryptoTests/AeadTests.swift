import TestSupport
import Testing
import WGCrypto
import WGModel

struct AeadTests {
    static let sunscreen = Array(
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
            .utf8)

    static let draftNotice = Array(
        """
        Internet-Drafts are draft documents valid for a maximum of six months and may be updated, replaced, or \
        obsoleted by other documents at any time. It is inappropriate to use Internet-Drafts as reference material or \
        to cite them other than as /\u{201C}work in progress./\u{201D}
        """.utf8)

    /// What `draftNotice` is sealed with (RFC 8439 A.5).
    static let noticeKey = hex("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0")
    static let noticeNonce = hex("000000000102030405060708")
    static let noticeData = hex("f33388860000000000004e91")

    static let ascendingKey = key("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f")

    @Test("RFC 8439 2.8.2: sealing")
    func sealing() {
        let nonce: InlineArray<12, UInt8> = fixed("070000004041424344454647")
        let sealed = Aead.seal(
            key: Self.ascendingKey, nonce: nonce, Self.sunscreen.span,
            additionalData: hex("50515253c0c1c2c3c4c5c6c7").span)
        #expect(
            sealed
                == hex(
                    """
                    d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6
                    3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36
                    92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc
                    3ff4def08e4b7a9de576d26586cec64b6116
                    1ae10b594f09e26a7e902ecbd0600691
                    """))
    }

    @Test("RFC 8439 A.5: opening")
    func opening() {
        let plaintext = Aead.open(
            key: key("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0"),
            nonce: Aead.nonce(counter: 0x0807_0605_0403_0201),
            hex(
                """
                64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb2
                4c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf
                332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c855
                9797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4
                b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523e
                af4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a
                0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a10
                49e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29
                a6ad5cb4022b02709b
                eead9d67890cbb22392336fea1851f38
                """
            ).span,
            additionalData: hex("f33388860000000000004e91").span)
        #expect(plaintext == Self.draftNotice)
    }

    @Test("draft-irtf-cfrg-xchacha A.3.1: sealing and opening")
    func extendedNonce() {
        let nonce: InlineArray<24, UInt8> = fixed("404142434445464748494a4b4c4d4e4f5051525354555657")
        let additionalData = hex("50515253c0c1c2c3c4c5c6c7")
        let sealed = XChaCha.seal(
            key: Self.ascendingKey, nonce: nonce, Self.sunscreen.span, additionalData: additionalData.span)
        #expect(
            sealed
                == hex(
                    """
                    bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb
                    731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452
                    2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9
                    21f9664c97637da9768812f615c68b13b52e
                    c0875924c1c7987947deafd8780acf49
                    """))
        #expect(
            XChaCha.open(key: Self.ascendingKey, nonce: nonce, sealed.span, additionalData: additionalData.span)
                == Self.sunscreen)
    }

    @Test("A nonce is four zero bytes and the counter, little-endian")
    func nonce() {
        let nonce = Aead.nonce(counter: 0x0102_0304_0506_0708)
        #expect((0..<12).map { nonce[$0] } == [0, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1])
    }

    @Test("Every single-bit error in ciphertext, tag or additional data is refused", arguments: [0, 1, 16, 32, 61])
    func corruption(_ count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        let key = generator.key()
        let nonce = Aead.nonce(counter: generator.next())
        let long: InlineArray<24, UInt8> = InlineArray { _ in UInt8.random(in: 0...255, using: &generator) }
        let plaintext = generator.bytes(count)
        let additionalData = generator.bytes(32)
        let sealed = Aead.seal(key: key, nonce: nonce, plaintext.span, additionalData: additionalData.span)
        let extended = XChaCha.seal(key: key, nonce: long, plaintext.span, additionalData: additionalData.span)
        #expect(Aead.open(key: key, nonce: nonce, sealed.span, additionalData: additionalData.span) == plaintext)
        for bit in 0..<sealed.count * 8 {
            let bad = flip(bit, of: sealed)
            #expect(Aead.open(key: key, nonce: nonce, bad.span, additionalData: additionalData.span) == nil)
            let worse = flip(bit, of: extended)
            #expect(XChaCha.open(key: key, nonce: long, worse.span, additionalData: additionalData.span) == nil)
        }
        for bit in 0..<additionalData.count * 8 {
            let bad = flip(bit, of: additionalData)
            #expect(Aead.open(key: key, nonce: nonce, sealed.span, additionalData: bad.span) == nil)
        }
    }

    @Test("A message shorter than a tag is refused", arguments: 0..<16)
    func short(_ count: Int) {
        let message = [UInt8](repeating: 0, count: count)
        #expect(
            Aead.open(
                key: .init(repeating: 0), nonce: .init(repeating: 0), message.span, additionalData: [UInt8]().span)
                == nil)
        #expect(
            XChaCha.open(
                key: .init(repeating: 0), nonce: .init(repeating: 0), message.span, additionalData: [UInt8]().span)
                == nil)
    }
}

func flip(_ bit: Int, of bytes: [UInt8]) -> [UInt8] {
    var copy = bytes
    copy[bit / 8] ^= 1 << UInt8(bit % 8)
    return copy
}
