import Testing
import WGModel

@Suite struct PublicKeyHashTests {
    /// Keys that count up in one byte have to be told apart by their hashes, or a table of many takes for ever.
    @Test(arguments: 0..<32) func everyByteCounts(place: Int) {
        let keys = (0..<256).map { value in
            var bytes = KeyBytes(repeating: 0)
            bytes[place] = UInt8(value)
            return PublicKey(bytes: bytes)
        }
        // Of 256 hashes in 64 bits, two are never equal by chance.
        #expect(Set(keys.map(\.hashValue)).count == 256)
    }
}
