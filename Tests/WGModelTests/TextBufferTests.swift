import Testing
import WGModel

@Suite struct TextBufferTests {
    @Test func everythingIsWrittenAsItsDescription() throws {
        let key = try #require(PublicKey(0..<32))
        let prefixes = try ["10.0.0.0/8", "::/0", "2001:db8::1/128"].map { try #require(IPPrefix($0)) }
        let endpoint = try #require(Endpoint("[fe80::1%7]:65535"))
        var text = TextBuffer()
        text.appendBase64(key.bytes)
        text.append("|")
        text.appendHex(key.bytes)
        text.append("|")
        text.append(prefixes, separator: ", ")
        text.append("|")
        text.append(endpoint)
        let list = prefixes.map(\.description).joined(separator: ", ")
        #expect(text.string == "\(key.base64)|\(key.hex)|\(list)|\(endpoint)")
        #expect(key.base64 == "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    }

    @Test(arguments: [0, 1, 9, 10, 99, 12_345_678_901, UInt64.max])
    func aNumberIsWrittenInDecimal(number: UInt64) {
        var text = TextBuffer()
        text.append(number)
        #expect(text.string == String(number))
    }

    @Test(arguments: [0, -1, 1, Int64.min, Int64.max])
    func aNumberMayBeNegative(number: Int64) {
        var text = TextBuffer()
        text.append(number)
        #expect(text.string == String(number))
    }

    @Test func anEmptiedBufferStartsAnew() {
        var text = TextBuffer()
        text.append("one")
        text.removeAll()
        text.append("two")
        #expect(text.bytes == Array("two".utf8))
    }
}

@Suite struct NameTableTests {
    private let names = ["ab", "a", "abc", "xbc", "", "A_b"]

    @Test(arguments: [true, false]) func everyNameIsFoundAtItsPosition(ignoresCase: Bool) {
        let table = NameTable(names, ignoresCase: ignoresCase)
        for (position, name) in names.enumerated() { #expect(table.position(of: name.utf8.span) == position) }
    }

    @Test(arguments: ["AB", "ABC", "a_B"]) func caseCountsUnlessToldOtherwise(name: String) {
        #expect(NameTable(names, ignoresCase: false).position(of: name.utf8.span) == nil)
        #expect(NameTable(names, ignoresCase: true).position(of: name.utf8.span) != nil)
    }

    @Test(arguments: ["b", "abd", "abcd", "A\u{7f}b", "a\0c", "ab "]) func otherTextIsNoName(text: String) {
        #expect(NameTable(names, ignoresCase: true).position(of: text.utf8.span) == nil)
    }
}
