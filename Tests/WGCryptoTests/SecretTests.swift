import Testing
import WGModel

@testable import WGCrypto

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

    @Test("An arena's slots are zeroed, apart, and erased when they are given back")
    func slots() throws {
        let arena = try #require(SecretArena(slotSize: 40, capacity: 3))
        let slots = try (0..<3).map { _ in try #require(arena.allocate()) }
        #expect(Set(slots.map { Int(bitPattern: $0) }).count == 3 && arena.usedCount == 3)
        for slot in slots {
            let bytes = UnsafeMutableRawBufferPointer(start: slot, count: 40)
            #expect(bytes.allSatisfy { $0 == 0 } && arena.holds(slot))
            bytes.copyBytes(from: 1...40)
        }
        #expect(arena.allocate() == nil, "it is full")
        arena.release(slots[1])
        #expect(UnsafeRawBufferPointer(start: slots[1], count: 40).allSatisfy { $0 == 0 })
        #expect(UnsafeRawBufferPointer(start: slots[2], count: 40).elementsEqual(1...40), "its neighbour is untouched")
        #expect(arena.allocate() == slots[1])
        #expect(!arena.holds(UnsafeMutableRawPointer(bitPattern: 4096) ?? slots[0]))
    }

    @Test("A key more than the arena holds is kept all the same, and gives its slot back")
    func keysBeyondTheArena() throws {
        let arena = try #require(SecretArena(slotSize: 32, capacity: 1))
        let bytes = (0..<3).map { _ in Random.keyBytes() }
        var keys: [SecretKey] = bytes.map { SecretKey($0, in: arena) }
        for (key, bytes) in zip(keys, bytes) { #expect(PublicKey(bytes: key.bytes) == PublicKey(bytes: bytes)) }
        #expect(arena.usedCount == 1)
        keys.removeFirst()
        #expect(arena.usedCount == 0)
        #expect(PublicKey(bytes: keys[0].bytes) == PublicKey(bytes: bytes[1]))
    }

    @Test("Many keys cost no mapping each")
    func manyKeys() {
        let keys = (0..<70_000).map { SecretKey(KeyBytes(repeating: UInt8(truncatingIfNeeded: $0))) }
        #expect(keys.indices.allSatisfy { keys[$0].bytes[31] == UInt8(truncatingIfNeeded: $0) })
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
