import Testing

@testable import wireguard_swift

struct MessagesTests {
    @Test("Code for the processor that fails its test is named, loudly")
    func faultyCipher() {
        let text = Messages.faultyCipher("AVX2")
        #expect(text.hasPrefix("warning: the AVX2 code of ChaCha20-Poly1305 gives wrong results on this machine"))
        #expect(!text.contains("\n"))
    }
}
