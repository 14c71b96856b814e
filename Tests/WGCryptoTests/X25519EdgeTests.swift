import Testing
import WGCrypto
import WGModel

/// The corners of X25519: coordinates at and above p, on the twist, with the top bit; scalars at both ends.
///
/// Products from OpenSSL, through Python's `cryptography`; nil where it refuses to derive.
struct X25519EdgeTests {
    struct EdgeCase: Sendable, CustomTestStringConvertible {
        let name: String
        let scalar, point: String
        let product: String?

        var testDescription: String { name }
    }

    static let cases = [
        EdgeCase(
            name: "scalar all zero, u = 3",
            scalar: "0000000000000000000000000000000000000000000000000000000000000000",
            point: "0300000000000000000000000000000000000000000000000000000000000000",
            product: "6ac1b52c258cf0fbc9057bb55f2d0ff8bfd2406b6827ec1757062a03ca5b3240"),
        EdgeCase(
            name: "scalar all zero, u = p - 2",
            scalar: "0000000000000000000000000000000000000000000000000000000000000000",
            point: "ebffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            product: "62734de0a77165c7d13e93cae3e6055fe35e1e0c03a1a867d081fe8cc91a235a"),
        EdgeCase(
            name: "scalar all zero, u = p + 18, the greatest of 255 bits",
            scalar: "0000000000000000000000000000000000000000000000000000000000000000",
            point: "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            product: "b32d1362c248d62fe62619cff04dd43db73ffc1b6308ede30b78d87380f1e834"),
        EdgeCase(
            name: "scalar all zero, u = 2^256 - 1",
            scalar: "0000000000000000000000000000000000000000000000000000000000000000",
            point: "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            product: "b32d1362c248d62fe62619cff04dd43db73ffc1b6308ede30b78d87380f1e834"),
        EdgeCase(
            name: "scalar all zero, u = p - 1, order 4",
            scalar: "0000000000000000000000000000000000000000000000000000000000000000",
            point: "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            product: nil),
        EdgeCase(
            name: "scalar all ones, u = 3",
            scalar: "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            point: "0300000000000000000000000000000000000000000000000000000000000000",
            product: "d0c1c92006b2afa9e6a17e0f124f00185dbdbb1268eedf6800dc0034a89e4d21"),
        EdgeCase(
            name: "scalar all ones, u = p - 2",
            scalar: "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            point: "ebffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            product: "5c2cc57e180aabc35b96586f294dff95ddab59a0f10cba62afcfe99d847e5b2a"),
        EdgeCase(
            name: "scalar all ones, u = p + 18, the greatest of 255 bits",
            scalar: "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            point: "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            product: "96186d56afdbfeda62f0d07168fa8b142b3d8530e9705fd818cfd33591ea927f"),
        EdgeCase(
            name: "scalar all ones, u = 2^256 - 1",
            scalar: "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            point: "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            product: "96186d56afdbfeda62f0d07168fa8b142b3d8530e9705fd818cfd33591ea927f"),
        EdgeCase(
            name: "scalar all ones, u = p - 1, order 4",
            scalar: "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            point: "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            product: nil),
        EdgeCase(
            name: "scalar a fixed one, u = 2, on the twist",
            scalar: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            point: "0200000000000000000000000000000000000000000000000000000000000000",
            product: "dccdd10f7b3192c526ef0674b53287527de909fdfe2c741c6bd49520da678a53"),
        EdgeCase(
            name: "scalar a fixed one, u = 3",
            scalar: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            point: "0300000000000000000000000000000000000000000000000000000000000000",
            product: "8f35d60d433a8cec6112ff4b88dbce86de8144e57755d566faebe8c7bc3e1c5f"),
        EdgeCase(
            name: "scalar a fixed one, u = 4",
            scalar: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            point: "0400000000000000000000000000000000000000000000000000000000000000",
            product: "9c282ea27f386f7b520f507174cbaa9c5855a32606944f3f8a7b13bed9886654"),
        EdgeCase(
            name: "scalar a fixed one, u = the base point and p",
            scalar: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            point: "f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            product: "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f"),
        EdgeCase(
            name: "scalar a fixed one, u = p - 2",
            scalar: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            point: "ebffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            product: "d420d29cb27e0358a6939ee404556bba681b1bf718bc89c0517f736b20a82f01"),
        EdgeCase(
            name: "scalar a fixed one, u = p - 9",
            scalar: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            point: "e4ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            product: "86474b7988d8e9fc46a0bf474999bdd43723bcbf8570c370bfb1a523cac04363"),
        EdgeCase(
            name: "scalar a fixed one, u = p + 2, above p",
            scalar: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            point: "efffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            product: "dccdd10f7b3192c526ef0674b53287527de909fdfe2c741c6bd49520da678a53"),
        EdgeCase(
            name: "scalar a fixed one, u = p + 18, the greatest of 255 bits",
            scalar: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            point: "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            product: "b7c00165f547d5da679dda0bda98e41ef283d0eb8959e8b7fbec591f1a0db64c"),
        EdgeCase(
            name: "scalar a fixed one, u = 2^254",
            scalar: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            point: "0000000000000000000000000000000000000000000000000000000000000040",
            product: "d5f644df3a2edcd0e78aa285e37d1082be6c9551eda29ba6d3e92a3529de0729"),
        EdgeCase(
            name: "scalar a fixed one, u = 2^128 - 1",
            scalar: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            point: "ffffffffffffffffffffffffffffffff00000000000000000000000000000000",
            product: "328b091956db7a9932dd8e5bc57e3bccbd937e93dc360d70d1758d8604ed3114"),
        EdgeCase(
            name: "scalar a fixed one, u = 9 with the top bit",
            scalar: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            point: "0900000000000000000000000000000000000000000000000000000000000080",
            product: "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f"),
        EdgeCase(
            name: "scalar a fixed one, u = 2^256 - 1",
            scalar: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            point: "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            product: "b7c00165f547d5da679dda0bda98e41ef283d0eb8959e8b7fbec591f1a0db64c"),
        EdgeCase(
            name: "scalar a fixed one, u = p - 1, order 4",
            scalar: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            point: "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            product: nil),
        EdgeCase(
            name: "scalar a fixed one, u = 0 with the top bit",
            scalar: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            point: "0000000000000000000000000000000000000000000000000000000000000080",
            product: nil),
        EdgeCase(
            name: "scalar a fixed one, u = 1 with the top bit",
            scalar: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            point: "0100000000000000000000000000000000000000000000000000000000000080",
            product: nil),
        EdgeCase(
            name: "scalar a fixed one, u = p with the top bit",
            scalar: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            point: "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            product: nil),
    ]

    @Test("Ours agrees with OpenSSL", arguments: cases)
    func agreement(_ edge: EdgeCase) {
        let product = X25519.sharedSecret(PrivateKey(bytes: key(edge.scalar)), PublicKey(bytes: key(edge.point)))
        #expect(product.map { PublicKey(bytes: $0).hex } == edge.product)
    }
}
