import TestSupport
import Testing

@testable import WGConfig

@Suite struct DocumentTests {
    @Test(arguments: [
        "", "\n", "\n\n", "a", "a\n", "a\r\n", "\r", "\r\n\r\n", " a \n# b\n\n[Peer] ", "\u{feff}[Interface]\n",
        "a\0b\n\0",
    ])
    func everyByteSurvives(text: String) {
        #expect(Document(text: text).bytes == Array(text.utf8))
        #expect(Document(text: text).text.utf8.elementsEqual(text.utf8))
    }

    @Test func bytesThatAreNotUTF8Survive() {
        let bytes: [UInt8] = [0xff, 0xfe, 10, 0xc3, 13, 10, 0x80]
        #expect(Document(bytes: bytes).bytes == bytes)
    }

    @Test func randomBytesSurvive() {
        var random = SeededGenerator.printed()
        for _ in 0..<300 {
            let alphabet: [UInt8] = [0, 9, 10, 10, 13, 32, 35, 61, 91, 93, 97, 0xc3, 0xa4, 0xff]
            let bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in alphabet.randomElement(using: &random)!
            }
            #expect(Document(bytes: bytes).bytes == bytes)
        }
    }
}
