import Testing
import WGCrypto
import WGModel

struct SecretTests {
    @Test("A new private key is clamped, a new preshared key is not")
    func clamping() {
        let keys = (0..<64).map { _ in Random.privateKey() }
        #expect(keys.allSatisfy { $0 == $0.clamped })
        let presharedKeys = (0..<64).map { _ in Random.presharedKey() }
        // All clamped by chance: once in 2^320.
        #expect(!presharedKeys.allSatisfy { PrivateKey(bytes: $0.bytes).clamped.bytes[0] == $0.bytes[0] })
        #expect(!presharedKeys.allSatisfy { $0.bytes[31] & 0xC0 == 0x40 })
    }

    @Test("Random draws differ and have the size asked for", arguments: [0, 1, 16, 32, 1000])
    func randomness(_ count: Int) {
        #expect(Random.bytes(count).count == count)
        if count >= 16 { #expect(Random.bytes(count) != Random.bytes(count)) }
        #expect(Random.privateKey() != Random.privateKey())
    }

    @Test("Comparison finds every single-bit difference, and a difference of length")
    func comparison() {
        let bytes = Random.bytes(16)
        #expect(constantTimeEqual(bytes, Array(bytes)))
        for bit in 0..<128 { #expect(!constantTimeEqual(bytes, flip(bit, of: bytes))) }
        #expect(!constantTimeEqual(bytes, Array(bytes.dropLast())))
        #expect(constantTimeEqual([], []))
    }

    @Test("Secret memory is zeroed at first and holds what is put there")
    func memory() {
        guard let memory = SecretMemory(count: 100) else {
            Issue.record("no memory")
            return
        }
        let bytes = UnsafeMutableRawBufferPointer(start: memory.pointer, count: memory.count)
        #expect(bytes.allSatisfy { $0 == 0 })
        bytes.copyBytes(from: 0..<100)
        #expect(bytes.elementsEqual(0..<100))
    }

    @Test("A secret key gives its bytes back but never prints them")
    func secretKey() {
        let bytes = Random.keyBytes()
        let secret = SecretKey(bytes)
        #expect(PublicKey(bytes: secret.bytes) == PublicKey(bytes: bytes))
        #expect("\(secret)" == "(secret key)")
        #expect(String(reflecting: secret) == "(secret key)")
        var text = ""
        dump(secret, to: &text)
        #expect(!text.contains("memory"))
    }
}
