import TestSupport
import Testing
import WGConfig
import WGModel

private let first = publicKey(1)
private let second = publicKey(2)

private func publicKey(_ byte: UInt8) -> PublicKey { PublicKey(bytes: KeyBytes(repeating: byte)) }

private func names(_ text: String) -> [PublicKey: String] { PeerNames.read(Document(text: text)) }

/// The name of a peer whose section this text is, before its key.
private func name(_ text: String) -> String? { names("\(text)\nPublicKey = \(first)\n")[first] }

@Suite struct PeerNamesTests {
    @Test(arguments: [
        "[Peer]\n# friendly_name = laptop", "[Peer]\n#friendly_name=laptop", "[Peer]\n#   Friendly_Name   =   laptop  ",
        "[Peer]\n# Name = laptop", "[Peer]\n# name: laptop",
        "# Client: laptop (2f9e4a0c-1b2d-4c3e-8f90-0123456789ab)\n[Peer]",
        "# Client: laptop (7)\n[Peer]", "### Client laptop\n[Peer]", "\n\n### Client laptop\n\n[Peer]",
        "### begin laptop ###\n[Peer]", "# BEGIN_PEER laptop\n[Peer]", "# laptop\n[Peer]", "[Peer]\n# laptop",
        "[Peer]\n\n# laptop\n", "[peer] # laptop", "[Peer]\r\n# laptop\r", "[Peer]\nAllowedIPs = 10.0.0.1\n# laptop",
        "[Peer]\n# ---------\n# laptop\n# ---------", "[Peer]\n#\n## laptop ##",
        "[Interface]\n# about me\n\n[Peer]\n# laptop",
        "[Peer]\n# AllowedIPs = 10.0.0.2/32\n# laptop", "[Peer]\n#[disabled] Endpoint = x\n# laptop",
        "[Peer]\n# friendly_json = {\"id\": 1}\n# laptop", "[Peer]\n# laptop\n# of somebody",
    ])
    func everyFormGivesTheName(text: String) {
        #expect(name(text) == "laptop", Comment(rawValue: text))
    }

    @Test(arguments: [
        "[Peer]", "[Peer]\n#", "[Peer]\n# ----", "[Peer]\n# ========", "[Peer]\n####",
        "[Peer]\n# \u{2500}\u{2500}",
        "[Peer]\n# PresharedKey = x", "[Peer]\n#[disabled] AllowedIPs", "[Peer]\n# friendly_name =",
        "# a remark\n\n[Peer]",
        "# BEGIN_PEER\n[Peer]", "### begin  ###\n[Peer]", "# laptop\n[Interface]\n[Peer]",
        "# laptop\nListenPort = 1\n[Peer]",
        "[Peer]\n# friendly_json = {\"username\": \"laptop\"}",
        "[Peer]\nEndpoint = a:1\n\n# a remark\n\n",
        "[Peer]\n# a remark that is rather long, as it explains something, and goes on and on",
        "[Peer]\n# Name = \(String(repeating: "a", count: 43))=", "[Peer]\n# \(String(repeating: "B/+1", count: 10))",
        "### begin laptop ###\n### end laptop ###\n[Peer]", "# BEGIN_PEER laptop\n# END_PEER laptop\n[Peer]",
    ])
    func otherCommentsAreNoNames(text: String) {
        #expect(name(text) == nil, Comment(rawValue: text))
    }

    @Test func aNameThatSaysItIsOneWins() {
        let forms = ["# plain", "### Client client", "# Name = name", "# friendly_name = friendly"]
        let expected = ["plain", "client", "name", "friendly"]
        for count in 1...forms.count {
            let lines = forms.prefix(count)
            for lines in [Array(lines), lines.reversed()] {
                let text = lines.joined(separator: "\n")
                #expect(name("[Peer]\n" + text) == expected[count - 1])
                #expect(name(text + "\n[Peer]") == expected[count - 1])
            }
        }
        #expect(name("# above\n[Peer] # behind\n# inside") == "inside")
        #expect(name("# above\n[Peer] # behind") == "above")
        #expect(name("# friendly_name = above\n[Peer]\n# inside") == "above")
    }

    @Test func aCommentBetweenSectionsBelongsToItsNeighbour() {
        let head = "[Peer]\nPublicKey = \(first)\nAllowedIPs = 10.0.0.1/32\n"
        let next = "[Peer]\nPublicKey = \(second)\n"
        #expect(names(head + "# friendly_name = x\n\n" + next) == [first: "x"])
        #expect(names(head + "\n# friendly_name = x\n" + next) == [second: "x"])
        #expect(names(head + "\n# friendly_name = x\n\n" + next) == [second: "x"])
        #expect(names(head + "# x\n" + next) == [second: "x"])
        #expect(names(head + "# x\n\n" + next) == [:])
        #expect(names(head + "# friendly_name = x\n") == [first: "x"])
        #expect(names(head + "# friendly_name = x\nPersistentKeepalive = 25\n" + next) == [first: "x"])
    }

    @Test func theFilesOfManagersHaveTheirNames() {
        let pivpn = """
            ### begin a ###
            [Peer]
            PublicKey = \(first)
            ### end a ###
            ### begin b ###
            #[disabled] [Peer]
            #[disabled] PublicKey = \(second)
            ### end b ###
            ### begin c ###
            [Peer]
            PublicKey = \(second)
            ### end c ###
            # friendly_name = nobody
            """
        #expect(names(pivpn) == [first: "a", second: "c"])
        let keyAfterwards = "[Peer]\nAllowedIPs = ::/0\nPublicKey = \(first) # a\n[Peer]\nPublicKey = \(second)\n"
        #expect(names(keyAfterwards) == [first: "a"])
        #expect(names("# x\n[Peer]\nPublicKey = notakey\n[Peer]\n# y\nEndpoint = a:1\n") == [:])
    }

    @Test(arguments: [
        ("two\t words\u{b}here", "two words here"),
        ("esc\u{1b}[31mape", "esc\u{fffd}[31mape"), ("nul\0", "nul\u{fffd}"),
        ("turned\u{202e}around", "turned\u{fffd}around"), ("c1\u{9b}31m", "c1\u{fffd}31m"), ("line\u{2028}s", "line s"),
        ("Zo\u{eb} \u{1f469}\u{200d}\u{1f4bb}", "Zo\u{eb} \u{1f469}\u{200d}\u{1f4bb}"), ("\u{1f4f1}", "\u{1f4f1}"),
        ("\u{5bb6}", "\u{5bb6}"),
        (String(repeating: "ab ", count: 21) + "c", String(repeating: "ab ", count: 21) + "c"),
    ])
    func aNameIsFitForATerminal(text: String, shown: String) {
        #expect(name("[Peer]\n# Name = \(text)") == shown)
    }

    @Test func aNameIsCutOffAtTheLimit() {
        let long = String(repeating: "word ", count: 400)
        #expect(name("[Peer]\n# Name = \(long)") == long.prefix(PeerNames.lengthLimit - 1) + "\u{2026}")
        #expect(name("[Peer]\n# Name = \u{1b}") == nil)
    }

    @Test func bytesThatAreNoTextAreReplaced() {
        let bytes = Array("[Peer]\n# Name = a".utf8) + [0xff, 0xc3] + Array("b\nPublicKey = \(first)".utf8)
        #expect(PeerNames.read(Document(bytes: bytes)) == [first: "a\u{fffd}\u{fffd}b"])
    }

    @Test func anyBytesGiveOnlyNamesThatMayBeShown() {
        var random = SeededGenerator.printed()
        let lines = [
            "[Peer]", "[Interface]", "PublicKey = \(first)", "PublicKey = \(second) # x", "AllowedIPs = ::/0", "",
        ]
        let pieces = [
            "#", "###", " ", "friendly_name", "=", "Name", ":", "Client", "begin ", "end ", "BEGIN_PEER ", "END_PEER ",
            "laptop", " (7)", "\u{1b}", "\t", "\r", "\0", "\u{202e}", "[Peer]",
        ]
        var found = 0
        for _ in 0..<1000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                if Bool.random(using: &random) {
                    bytes += Array("#".utf8)
                    for _ in 0..<4 { bytes += Array(pieces.randomElement(using: &random)!.utf8) }
                    if Int.random(in: 0...3, using: &random) == 0 { bytes += random.bytes(3) }
                } else {
                    bytes += Array(lines.randomElement(using: &random)!.utf8)
                }
                bytes.append(UInt8(ascii: "\n"))
            }
            for (key, name) in PeerNames.read(Document(bytes: bytes)) {
                found += 1
                #expect(key == first || key == second)
                #expect((1...PeerNames.lengthLimit).contains(name.unicodeScalars.count))
                let isVisible = name.unicodeScalars.allSatisfy {
                    ![.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
                }
                #expect(isVisible, "\(name.debugDescription)")
            }
        }
        #expect(found > 50)
    }
}
