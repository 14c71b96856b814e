import CSodium
import TestSupport
import Testing
import WGModel

@testable import WGCrypto

/// What random messages hardly ever reach: carries through all words, sums near 2^130 - 5, tags at their ends.
struct KernelEdgeTests {
    init() { Sodium.initialize() }

    @Test("RFC 8439 2.8.2 and A.5", arguments: KernelTests.kernels)
    func vectors(kernel: CipherKernel) {
        let key = hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f")
        let nonce = hex("070000004041424344454647")
        let additional = hex("50515253c0c1c2c3c4c5c6c7")
        let plaintext = AeadTests.sunscreen
        var output = [UInt8](repeating: 0, count: plaintext.count + 16)
        kernel.seal(key, nonce, plaintext, plaintext.count, to: &output, additional: additional)
        #expect(
            output
                == hex(
                    """
                    d31a8d34648e60db7b86afbc53ef7ec2 a4aded51296e08fea9e2b5a736ee62d6
                    3dbea45e8ca9671282fafb69da92728b 1a71de0a9e060b2905d6a5b67ecd3b36
                    92ddbd7f2d778b8c9803aee328091b58 fab324e4fad675945585808b4831d7bc
                    3ff4def08e4b7a9de576d26586cec64b 6116
                    1ae10b594f09e26a7e902ecbd0600691
                    """))
        let notice = AeadTests.draftNotice
        let sealed = sodiumSeal(
            AeadTests.noticeKey, AeadTests.noticeNonce, notice, additional: AeadTests.noticeData)
        #expect(sealed.suffix(16) == hex("eead9d67890cbb22392336fea1851f38")[...])
        var opened = [UInt8](repeating: 0, count: notice.count)
        #expect(
            kernel.open(
                AeadTests.noticeKey, AeadTests.noticeNonce, sealed, sealed.count, to: &opened,
                additional: AeadTests.noticeData))
        #expect(opened == notice)
    }

    @Test("Wycheproof's cases of edges in the tag and in the sums before it", arguments: KernelTests.kernels)
    func wycheproof(kernel: CipherKernel) {
        for edge in Edge.all {
            let key = hex(edge.key)
            let nonce = hex(edge.nonce)
            let additional = hex(edge.additional)
            let sealed = hex(edge.ciphertext + edge.tag)
            let count = sealed.count - 16
            var plaintext = [UInt8](repeating: 0, count: count)
            #expect(
                kernel.open(key, nonce, sealed, sealed.count, to: &plaintext, additional: additional),
                "case \(edge.number)")
            #expect(sodiumSeal(key, nonce, plaintext, additional: additional) == sealed)
            var again = [UInt8](repeating: 0, count: sealed.count)
            kernel.seal(key, nonce, plaintext, count, to: &again, additional: additional)
            #expect(again == sealed, "case \(edge.number)")
        }
    }

    @Test("Long messages made so that Poly1305 comes by an edge with every block", arguments: KernelTests.kernels)
    func crafted(kernel: CipherKernel) {
        var generator = SeededGenerator(seed: 1)
        for count in [16, 64, 448, 512, 1424, 2048] {
            for round in 0..<4 {
                let key = generator.bytes(32)
                let nonce = generator.bytes(12)
                var stream = [UInt8](repeating: 0, count: 64 + count)
                _ = crypto_stream_chacha20_ietf(&stream, UInt64(stream.count), nonce, key)
                let ciphertext = Poly1305Residue.message(
                    of: count / 16, visiting: Poly1305Residue.edges, from: round, key: Array(stream[..<16]))
                let plaintext = zip(stream[64...], ciphertext).map { $0 ^ $1 }
                let sealed = sodiumSeal(key, nonce, plaintext)
                #expect(sealed[..<count] == ciphertext[...])
                var output = [UInt8](repeating: 0, count: count + 16)
                kernel.seal(key, nonce, plaintext, count, to: &output)
                #expect(output == sealed, "\(count) bytes, round \(round)")
                #expect(kernel.open(key, nonce, sealed, sealed.count, to: &output))
            }
        }
    }

    @Test("Ciphertexts of one bit value", arguments: KernelTests.kernels)
    func uniform(kernel: CipherKernel) {
        var generator = SeededGenerator(seed: 2)
        for byte in [0, 255] as [UInt8] {
            for count in KernelTests.lengths {
                let key = generator.bytes(32)
                let nonce = generator.bytes(12)
                var stream = [UInt8](repeating: 0, count: 64 + count)
                _ = crypto_stream_chacha20_ietf(&stream, UInt64(stream.count), nonce, key)
                let plaintext = stream[64...].map { $0 ^ byte }
                var output = [UInt8](repeating: 0, count: count + 16)
                kernel.seal(key, nonce, plaintext, count, to: &output)
                #expect(output == sodiumSeal(key, nonce, plaintext))
                #expect(output[..<count].allSatisfy { $0 == byte })
            }
        }
    }
}

/// A case of Wycheproof's chacha20_poly1305_test.json, all with valid tags.
private struct Edge {
    let number: Int
    let nonce: String
    let ciphertext: String
    let tag: String
    var additional = "ffffffff"
    var key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

    private static let ones = "ffffffffffffffffffffffffffffffff"
    private static let first = "000102030405060710abb165"
    private static let second = "00010203040506072dd4cd40"

    private static func tag(_ number: Int, _ tag: String, _ additional: String) -> Edge {
        Edge(
            number: number, nonce: "000102030405060708090a0b", ciphertext: ones + ones + ones + ones, tag: tag,
            additional: additional, key: "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f")
    }

    static let all = [
        tag(
            207, "ffffff7fffffff7fffffff7fffffff7f",
            "a9ffffffffffffffffffffffffffffffaccd5eb31d8fc909e84b0de7de23bb08"),
        tag(
            208, "01000000010000000100000001000000",
            "d2ffffffffffffffffffffffffffffffdd4b933e7b1a7ed93cc7c050db71dc03"),
        tag(
            209, "ffffffff000000000000000000000000",
            "ffffffffffffffffffffffffffffffffa08164425d7642e9e90fc8d5c32d2cf6"),
        Edge(
            number: 210, nonce: first,
            ciphertext: "e5ffffffffffffffffffffffffffffff0871bc8f1e4aa235087712d9df183609" + ones
                + "ffffffe7a33009ef5fc604ea0f9a75e9" + ones + "ffffffe7a33009ef5fc604ea0f9a75e9",
            tag: "3572162777262c518eef573b720e8e64"),
        Edge(
            number: 213, nonce: first,
            ciphertext: """
                d9ffffffffffffffffffffffffffffffe80c6bd5c9f6b3dc2db689db76dcf901
                f8ffffffffffffffffffffffffffffffee9bae3db6c376ec44c5ab104662d100
                f8ffffffffffffffffffffffffffffffee9bae3db6c376ec44c5ab104662d100
                """, tag: "2b7216c7873744c20ec5e2cdb260d3fa"),
        Edge(
            number: 216, nonce: first,
            ciphertext: """
                d6ee4ee25d3bdea81e76de8934cc51fb849cfca7685708575dc6df7a01e36a81
                849cfca7685708575dc6df7a01e36a81
                """, tag: "831312cbb0f165dc3e8ff52125f48640"),
        Edge(
            number: 219, nonce: first,
            ciphertext: ones + "5da057d7d954ec856796aad6faffb118"
                + "3c2f9be74c6a4576e0b09a7a5c2330963c2f9be74c6a4576e0b09a7a5c233096",
            tag: "64e7efd24516a83e2c87e06a76e2dea3"),
        Edge(
            number: 224, nonce: first,
            ciphertext: """
                088e15a1ac30d236e84be13d641c8ddcb53bc366b84c04e5269ce22ef132a662
                b53bc366b84c04e5269ce22ef132a662
                """, tag: "345fc9fe573c136c1be83730500ce662"),
        Edge(
            number: 241, nonce: second,
            ciphertext: ones + "101c5773af9f7ae7a1ddab5468716b34" + ones + "c29a70deefd6160211c050231084adcc" + ones
                + "c29a70deefd6160211c050231084adcc", tag: "e17c273f31758e752322ae4869c1bfbb"),
        Edge(
            number: 243, nonce: second,
            ciphertext: """
                7bdb195a00a87e98f6706df3c6db12c1c1c8d32c7966327313600fb655810d06
                c1c8d32c7966327313600fb655810d06
                """, tag: "437d1efad21b0865a541b5cab62e2a44"),
        Edge(
            number: 250, nonce: second,
            ciphertext: """
                f7601814e4d3d5a4a530c99414c628b4fdffffffffffffffffffffffffffffff
                d0b7b1ee90778b838bf98a5b15450b01fdffffffffffffffffffffffffffffff
                d0b7b1ee90778b838bf98a5b15450b01
                """, tag: "69a124fc7f96e220d1a031ced5527279"),
        Edge(
            number: 258, nonce: second,
            ciphertext: """
                8eeb3be49baf8963e30e0bb6a885e597fbffffffffffffffffffffffffffffff
                b588f4da2ed9246284b29e9c4a748d00fbffffffffffffffffffffffffffffff
                b588f4da2ed9246284b29e9c4a748d00
                """, tag: "43300400ea36e720361153ce0c5d637d"),
        Edge(
            number: 259, nonce: second,
            ciphertext: """
                334f13c0ee677f5ce406bf988632660bf1ffffffffffffffffffffffffffffff
                8eabc646ea3db8ea957c190f7545c302f1ffffffffffffffffffffffffffffff
                8eabc646ea3db8ea957c190f7545c302
                """, tag: "d79a0310124adc30c6b64cdef8993e8d"),
    ]
}
