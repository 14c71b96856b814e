import Testing
import WGModel

@Suite struct InterfaceNameTests {
    @Test(arguments: ["wg0", "a", "123456789012345", "wg-home_1.2=+", "...", "\u{e4}", "wg@if7", "-x"])
    func whatTheKernelAcceptsIsAName(text: String) throws {
        #expect(try InterfaceName(text).text == text)
    }

    @Test(arguments: [
        ("", InterfaceName.Fault.empty), ("1234567890123456", .tooLong),
        (String(repeating: "\u{e4}", count: 8), .tooLong), (".", .invalidCharacter), ("..", .invalidCharacter),
        ("a/b", .invalidCharacter), ("a b", .invalidCharacter), ("a\t", .invalidCharacter), ("a\n", .invalidCharacter),
        ("a:1", .invalidCharacter), ("a\0", .invalidCharacter), ("a\u{b}", .invalidCharacter),
    ])
    func whatTheKernelRefusesIsNone(text: String, fault: InterfaceName.Fault) {
        #expect(throws: fault) { try InterfaceName(text) }
    }
}
