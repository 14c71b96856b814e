import Testing
import WGModel

struct ByteSearchTests {
    @Test(arguments: [
        ("abcabc", "bc", 1..<3), ("abc", "abc", 0..<3), ("abc", "c", 2..<3), ("aab", "ab", 1..<3), ("abc", "", 0..<0),
        ("", "", 0..<0), ("\u{e9}x", "x", 2..<3),
    ])
    func findsTheFirstPlace(text: String, wanted: String, place: Range<Int>) {
        #expect(text.bytes(of: wanted) == place)
        #expect(text.hasBytes(of: wanted))
    }

    @Test(arguments: [("abc", "ac"), ("ab", "abc"), ("", "a"), ("abc", "B")])
    func findsNothingElse(text: String, wanted: String) {
        #expect(text.bytes(of: wanted) == nil)
        #expect(!text.hasBytes(of: wanted))
    }

    @Test func seesBytesThatBelongToACharacter() {
        #expect("ip link #\u{301}".bytes(of: " #") == 7..<9)
    }
}
