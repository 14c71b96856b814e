import TestSupport
import Testing
import WGCrypto
import WGModel

/// RFC 7748.
struct X25519Tests {
    struct Multiplication: Sendable {
        let scalar, point, product: String
    }

    @Test(
        "5.2: scalar times point",
        arguments: [
            Multiplication(
                scalar: "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                point: "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
                product: "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"),
            Multiplication(
                scalar: "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                point: "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
                product: "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"),
        ])
    func multiplication(_ vector: Multiplication) {
        #expect(multiply(vector.scalar, vector.point) == vector.product)
    }

    @Test(
        "5.2: the iterated function",
        arguments: [
            (1, "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"),
            (1000, "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"),
        ])
    func iteration(_ count: Int, _ expected: String) throws {
        var scalar = key("0900000000000000000000000000000000000000000000000000000000000000")
        var point = scalar
        for _ in 0..<count {
            let product = try #require(X25519.sharedSecret(PrivateKey(bytes: scalar), PublicKey(bytes: point)))
            point = scalar
            scalar = product
        }
        #expect(PublicKey(bytes: scalar).hex == expected)
    }

    @Test("6.1: Alice and Bob get the same secret")
    func exchange() {
        let alice = PrivateKey(bytes: key("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"))
        let bob = PrivateKey(bytes: key("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"))
        let secret = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"
        #expect(X25519.publicKey(of: alice).hex == "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
        #expect(X25519.publicKey(of: bob).hex == "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")
        #expect(X25519.sharedSecret(alice, X25519.publicKey(of: bob)).map { PublicKey(bytes: $0).hex } == secret)
        #expect(X25519.sharedSecret(bob, X25519.publicKey(of: alice)).map { PublicKey(bytes: $0).hex } == secret)
    }

    /// Coordinates of the points of order 1, 2, 4 and 8 on the curve and its twist, also in their forms above p.
    @Test(
        "6.1: a point of low order gives no secret, with and without the top bit",
        arguments: [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ])
    func lowOrder(_ point: String) {
        var bytes = key(point)
        for _ in 0..<8 {
            #expect(X25519.sharedSecret(Random.privateKey(), PublicKey(bytes: bytes)) == nil)
        }
        bytes[31] |= 0x80
        #expect(X25519.sharedSecret(Random.privateKey(), PublicKey(bytes: bytes)) == nil)
    }

    @Test("The top bit of a point and its multiples of p don't matter")
    func nonCanonicalPoints() {
        let scalar = "a046e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449a44"
        let two = "0200000000000000000000000000000000000000000000000000000000000000"
        let twoPlusP = "efffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
        let twoWithTopBit = "0200000000000000000000000000000000000000000000000000000000000080"
        #expect(multiply(scalar, two) != nil)
        #expect(multiply(scalar, twoPlusP) == multiply(scalar, two))
        #expect(multiply(scalar, twoWithTopBit) == multiply(scalar, two))
    }

    @Test("A scalar is clamped on use")
    func clamping() {
        for seed in 0..<32 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let scalar = PrivateKey(bytes: generator.key())
            let point = PublicKey(bytes: generator.key())
            #expect(X25519.publicKey(of: scalar) == X25519.publicKey(of: scalar.clamped))
            #expect(
                X25519.sharedSecret(scalar, point).map { PublicKey(bytes: $0) }
                    == X25519.sharedSecret(scalar.clamped, point).map { PublicKey(bytes: $0) })
        }
    }

    @Test("A public key is the shared secret with the base point")
    func basePoint() {
        let base = PublicKey(bytes: key("0900000000000000000000000000000000000000000000000000000000000000"))
        for seed in 0..<32 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let scalar = PrivateKey(bytes: generator.key())
            #expect(X25519.sharedSecret(scalar, base).map { PublicKey(bytes: $0) } == X25519.publicKey(of: scalar))
        }
    }

    private func multiply(_ scalar: String, _ point: String) -> String? {
        X25519.sharedSecret(PrivateKey(bytes: key(scalar)), PublicKey(bytes: key(point)))
            .map { PublicKey(bytes: $0).hex }
    }
}
