import TestSupport
import Testing
import WGConfig

/// However a line with a key is mistyped, broken or misplaced, no part of the key appears in what is printed.
@Suite struct SecretsTests {
    @Test(arguments: ["PrivateKey = ", "PresharedKey=", "  privatekey=", "presharedKEY   =  "])
    func corruptedKeyLinesLeakNothing(prefix: String) {
        var random = SeededGenerator.printed()
        for _ in 0..<400 {
            let secret = Self.secret(&random)
            let line = Self.corrupt(Array((prefix + secret).utf8), &random)
            let header = Bool.random(using: &random) ? "[Interface]\n" : "[Peer]\nPublicKey = \(publicText)\n"
            expectNoLeak(of: secret, from: Array(header.utf8) + line + Array("\nMTU = 12\nFoo\n".utf8))
        }
    }

    @Test(arguments: [
        ("wg0", "wg0"), ("/etc/wireguard/private.key", "/etc/wireguard/private.key"),
        (String(repeating: "a", count: 39), String(repeating: "a", count: 39)),
        (String(repeating: "a", count: 40) + ".b", String(repeating: "*", count: 40) + ".b"),
        ("é,\(String(repeating: "0F", count: 32))", "é," + String(repeating: "*", count: 64)),
    ])
    func aWordIsShownButForWhatCouldBeAKey(word: String, shown: String) {
        #expect(DiagnosticText.hidingKeys(word) == shown)
    }

    @Test func keysInForeignPlacesLeakNothing() {
        var random = SeededGenerator.printed()
        let keys = Keyword.allCases.filter { $0 != .publicKey }.map(\.name) + ["Foo", "Privat", "Key", "[Peer]", ""]
        for key in keys {
            for separator in [" = ", "=", " ", ": ", "\t=\t", "\n", "=\n", " = x,", " = 10.0.0.1,", " = [", " = # "] {
                let secret = Self.secret(&random)
                for section in ["[Interface]\n", "[Peer]\n", "[Wrong]\n", ""] {
                    expectNoLeak(of: secret, from: Array("\(section)\(key)\(separator)\(secret)\n".utf8))
                }
            }
        }
    }

    @Test func aKeyBrokenIntoLinesLeaksNothing() {
        var random = SeededGenerator.printed()
        for _ in 0..<300 {
            var secret = Self.secret(&random)
            let whole = secret
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let offset = Int.random(in: 0..<secret.count, using: &random)
                secret.insert("\n", at: secret.index(secret.startIndex, offsetBy: offset))
            }
            expectNoLeak(of: whole, from: Array("[Interface]\nPrivateKey = \(secret)\n".utf8))
        }
    }

    @Test func aPieceOfAKeyThatBeginsLikeAKeywordLeaksNothing() {
        let secret = "abcdefghijklmnopqrstuvwxMtu+ABCDEFGHIJ123456789="
        let broken = "abcdefghijklmnopqrstuvwx\nMtu+ABCDEFGHIJ12\n3456789="
        expectNoLeak(of: secret, from: Array("[Interface]\nPrivateKey = \(broken)\n".utf8))
    }

    private func expectNoLeak(of secret: String, from bytes: [UInt8]) {
        let document = Document(bytes: bytes)
        let diagnostics =
            ConfigParser.parseWireGuard(document).diagnostics + ConfigParser.parseQuick(document).diagnostics
        let text = DiagnosticText.render(diagnostics, file: "f")
        let leaks = !Self.windows(text).isDisjoint(with: Self.windows(secret))
        #expect(!leaks, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }

    /// Every eight bytes in a row, as numbers. Fewer than eight characters stand in ordinary words by chance.
    private static func windows(_ text: String) -> Set<UInt64> {
        var windows: Set<UInt64> = []
        var window: UInt64 = 0
        for (position, byte) in text.utf8.enumerated() {
            window = window << 8 | UInt64(byte)
            if position >= 7 { windows.insert(window) }
        }
        return windows
    }

    private static func secret(_ random: inout SeededGenerator) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        return String((0..<43).map { _ in alphabet.randomElement(using: &random)! }) + "="
    }

    private static func corrupt(_ line: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var line = line
        let alphabet = Array("#=\n\r \t\0[]:,aZ9+/\u{e4}.".utf8)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            guard !line.isEmpty else { return line }
            let position = Int.random(in: 0..<line.count, using: &random)
            let byte = alphabet.randomElement(using: &random)!
            switch Int.random(in: 0...3, using: &random) {
            case 0: line.insert(byte, at: position)
            case 1: line.remove(at: position)
            case 2: line[position] = byte
            default: line.swapAt(position, Int.random(in: 0..<line.count, using: &random))
            }
        }
        return line
    }
}
