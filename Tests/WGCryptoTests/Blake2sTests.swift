import TestSupport
import Testing
import WGCrypto
import WGModel

/// RFC 7693.
struct Blake2sTests {
    @Test("Appendix B: the hash of \"abc\"")
    func abc() {
        var hash = Blake2s()
        hash.update(Array("abc".utf8))
        #expect(hash.finalize() == hex("508C5E8C327C14E2E1A72BA34EEB452F37458B209ED63A294D999B4C86675982"))
    }

    @Test("Appendix E: hashes of all kinds, hashed together")
    func selfTest() {
        var all = Blake2s()
        for outputCount in [16, 20, 28, 32] {
            for inputCount in [0, 3, 64, 65, 255, 1024] {
                let input = sequence(inputCount, seed: UInt32(inputCount))
                var unkeyed = Blake2s(outputCount: outputCount)
                unkeyed.update(input)
                all.update(unkeyed.finalize())
                var keyed = Blake2s(
                    outputCount: outputCount, key: sequence(outputCount, seed: UInt32(outputCount)).span)
                keyed.update(input)
                all.update(keyed.finalize())
            }
        }
        #expect(all.finalize() == hex("6A411F08CE25ADCDFB02ABA641451CEC53C598B24F4FC787FBDC88797F4C1DFE"))
    }

    @Test("The hash doesn't depend on how the input is cut", arguments: [0, 1, 63, 64, 65, 127, 128, 129, 200])
    func pieces(_ count: Int) {
        let input = sequence(count, seed: 5)
        let whole = Blake2s.hash(input.span)
        for cut in 0...count {
            let (head, tail) = (input[..<cut], input[cut...])
            let pieces = Blake2s.hash(head.span, tail.span)
            #expect(PublicKey(bytes: pieces) == PublicKey(bytes: whole))
        }
        var bytewise = Blake2s()
        for byte in input { bytewise.update([byte]) }
        #expect(bytewise.finalize() == PublicKey(bytes: whole).array)
    }

    @Test("A MAC is the keyed hash of 16 bytes")
    func mac() {
        let key = sequence(32, seed: 1)
        let input = sequence(116, seed: 2)
        var hash = Blake2s(outputCount: 16, key: key.span)
        hash.update(input)
        let mac = Blake2s.mac(key: key.span, input.span)
        let expected = hash.finalize()
        #expect(mac.indices.map { mac[$0] } == expected)
        let begun = Blake2s.macBegun(key: key.span)
        for _ in 0..<2 {
            let again = Blake2s.mac(begun, input.span)
            #expect(again.indices.map { again[$0] } == expected)
        }
    }

    /// Expected values from Python's `hmac` over `hashlib.blake2s`.
    @Test(
        "HMAC agrees with an independent one at every length of key",
        arguments: [
            (0, 0, "eaf4bb25938f4d20e72656bbbc7a9bf63c0c18537333c35bdb67db1402661acd"),
            (1, 1, "93568dc187827d063e78a709a6f995582825cadbf2c35bf28b4c4216898b62a6"),
            (32, 0, "60093f065e58bb196ab98c90b6508d4f22c3624c63edfdea1c4e32bbdc1ff936"),
            (32, 64, "e4ae55a2ab14d83f2d53baac94bd453feb3451823709ff6c49d7adc2b47fb42a"),
            (63, 65, "56322b5d2c0cbf18b00b18280dcd25aaf0211855a1f53eda24331d00e864eeab"),
            (64, 128, "fa698827ecc0bb789a7e1226a63afba17c806fc92a82215f3c9eeb72a55e4a50"),
            (65, 1, "54d7ab68a66193306ca9a6ae5f8e977cf9924c24a1a0dc3d23b3a5bd17f1b6d5"),
            (200, 300, "ba0831dd1f271eafc84d3c0a18d74da4e053120ff5e55f721822d96713623061"),
        ])
    func hmac(_ keyCount: Int, _ inputCount: Int, _ expected: String) {
        let key = sequence(keyCount, seed: UInt32(keyCount + 1))
        let input = sequence(inputCount, seed: UInt32(inputCount + 1))
        #expect(PublicKey(bytes: Hmac.authenticate(key: key.span, input.span)).hex == expected)
    }

    struct Derivation: Sendable {
        let inputCount: Int
        let first, second, third: String
    }

    /// Expected values from Python's `hmac` over `hashlib.blake2s`.
    @Test(
        "KDF1, KDF2 and KDF3 give the beginning of one key stream, equal to an independent one",
        arguments: [
            Derivation(
                inputCount: 0, first: "50010054e009c4a7e0a0bf5b8fa0db2c1f3f1080985137bd367589563cb01c7c",
                second: "9e142339c155171e785dc1c42462f7053e6703582462a192d343e0f24a3273d8",
                third: "6615fb479bfe8660f7470d82adb68ef8e6429538f14157204f6ef1c8066d9110"),
            Derivation(
                inputCount: 32, first: "9c840ffeeb762da1fae8fa2dabb500c66f3cf332c3639e87bb5c9466709e66ab",
                second: "84033c3ed7b0c1ffb20464e2a75297ea3e8b0d8e75ab98a1673e03fa44cc8137",
                third: "0bc1d6395fc770bce43ba1d30f6e8b27d466a3e3c9add16e72e89794b314363e"),
            Derivation(
                inputCount: 100, first: "270f23f9b4d1ed8e4e7d8c311288959e424469b73e9fae30e9563afbc43ae804",
                second: "e69334a805390f5df6ef0c9b5eae11986d15c84e4e8d41c7b17b52cf70dd15a5",
                third: "eb93cc34bdbc7820947ae27afdb80516e48ebae7241a33fc677012454095f229"),
        ])
    func keyDerivation(_ vector: Derivation) {
        let chainingKey = PublicKey(sequence(32, seed: 7))!.bytes
        let input = sequence(vector.inputCount, seed: UInt32(vector.inputCount + 1))
        let one = Hkdf.derive1(chainingKey, input.span)
        let two = Hkdf.derive2(chainingKey, input.span)
        let three = Hkdf.derive3(chainingKey, input.span)
        #expect(PublicKey(bytes: one).hex == vector.first)
        #expect([two.0, two.1].map { PublicKey(bytes: $0).hex } == [vector.first, vector.second])
        #expect(
            [three.0, three.1, three.2].map { PublicKey(bytes: $0).hex } == [vector.first, vector.second, vector.third])
    }

    /// selftest_seq of Appendix E.
    private func sequence(_ count: Int, seed: UInt32) -> [UInt8] {
        var a = 0xDEAD_4BAD &* seed
        var b: UInt32 = 1
        return (0..<count).map { _ in
            let t = a &+ b
            a = b
            b = t
            return UInt8(truncatingIfNeeded: t >> 24)
        }
    }
}
