import Glibc
import TestSupport
import Testing
import WGModel

@Suite struct IPAddressTests {
    @Test(arguments: [
        ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("192.0.2.1", "192.0.2.1"),
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:db8::1", "2001:db8::1"),
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"),
        ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("0:0:1::", "0:0:1::"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"), ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
        ("::ffff:c000:201", "::ffff:192.0.2.1"), ("::192.0.2.1", "::192.0.2.1"), ("::2:3", "::0.2.0.3"),
        ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
        ("::ffff:0:1", "::ffff:0.0.0.1"), ("fe80::", "fe80::"), ("::1:0:0", "::1:0:0"),
    ])
    func textIsReadAndWrittenAsTheSystemDoes(text: String, canonical: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == canonical)
        #expect(IPAddress(canonical) == address)
    }

    @Test(arguments: [
        "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "1.2.3.", ".1.2.3", "1..2.3",
        "1.2.3.4 ", " 1.2.3.4", "1.2.3.4/8", "0x1.2.3.4", "1.2.3.-4", "1.2.3.4\0", ":", ":::", "1:::2", "::1::",
        "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "12345::", "g::", "1:",
        ":1", "1::2:", "fe80::1%eth0", "[::1]", "::1.2.3", "::1.2.3.4:5", "1.2.3.4::", "::ffff:1.2.3.256",
        "1:2:3:4:5:6:7:1.2.3.4", "::01.2.3.4", "1.2.3.4:5",
    ])
    func otherTextIsRefused(text: String) {
        #expect(IPAddress(text) == nil)
    }

    /// Texts near to addresses: the C library and this module agree on every one of them.
    @Test func textIsJudgedAsTheCLibraryJudgesIt() {
        var random = SeededGenerator.printed()
        let seeds = [
            "192.0.2.1", "10.200.30.4", "::", "2001:db8::1", "1:2:3:4:5:6:7:8", "::ffff:192.0.2.1", "fe80::1:0:0:2",
            "1:2:3:4:5:6:1.2.3.4",
        ]
        let alphabet = Array("0123456789abcdefF:::....g%/ ".utf8)
        var accepted = 0
        for _ in 0..<20_000 {
            var text = Array(seeds.randomElement(using: &random)!.utf8)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let position = Int.random(in: 0..<max(1, text.count), using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: text.insert(alphabet.randomElement(using: &random)!, at: min(position, text.count))
                case 1 where !text.isEmpty: text.remove(at: position)
                case 2 where !text.isEmpty: text[position] = alphabet.randomElement(using: &random)!
                default: break
                }
            }
            let string = String(decoding: text, as: UTF8.self)
            let expected = systemBytes(string)
            if expected != nil { accepted += 1 }
            #expect(IPAddress(string)?.networkBytes == expected, "\(string)")
        }
        #expect(accepted > 1000)
    }

    @Test func addressesAreWrittenAsTheCLibraryWritesThem() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<5_000 {
            let count = Bool.random(using: &random) ? 4 : 16
            // Zero words in plenty, for the gap's sake.
            let bytes = (0..<count / 2).flatMap { _ -> [UInt8] in
                switch Int.random(in: 0...3, using: &random) {
                case 0, 1: [0, 0]
                case 2: [0xff, 0xff]
                default: [UInt8.random(in: 0...255, using: &random), UInt8.random(in: 0...20, using: &random)]
                }
            }
            let address = try #require(IPAddress(networkBytes: bytes))
            #expect(address.description == systemText(bytes))
            #expect(IPAddress(address.description) == address)
        }
    }

    @Test func onlyFourOrSixteenBytesMakeAnAddress() {
        for count in 0..<20 where count != 4 && count != 16 {
            #expect(IPAddress(networkBytes: [UInt8](repeating: 1, count: count)) == nil)
        }
    }

    @Test func linkLocalIsTheOneRange() {
        for (text, isLinkLocal) in [("fe80::1", true), ("febf::", true), ("fec0::", false), ("fe7f::", false)] {
            #expect(IPAddress(text)?.isLinkLocalIPv6 == isLinkLocal)
        }
        #expect(IPAddress("169.254.0.1")?.isLinkLocalIPv6 == false)
        #expect(IPAddress("::")?.isUnspecified == true)
        #expect(IPAddress("0.0.0.1")?.isUnspecified == false)
    }

    private func systemBytes(_ text: String) -> [UInt8]? {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if inet_pton(family, text, &bytes) == 1 { return bytes }
        }
        return nil
    }

    private func systemText(_ bytes: [UInt8]) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        _ = inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
