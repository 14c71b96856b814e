import TestSupport
import Testing
import WGConfig
import WGModel

/// Random edits of random files.
@Suite struct DocumentEditorPropertyTests {
    @Test func parsingTheEditedFileGivesWhatTheEditSaysAndNothingElse() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<500 {
            let text = RandomFile.text(&random)
            let document = Document(text: text)
            let before = try #require(ConfigParser.parseQuick(document).value, "\(text)")
            let keyword = try #require(Keyword.allCases.filter { $0 != .publicKey }.randomElement(using: &random))
            let peer = keyword.section == .peer ? before.wireGuard.peers.randomElement(using: &random)?.publicKey : nil
            guard (keyword.section == .peer) == (peer != nil) else { continue }
            let count = Int.random(in: 0...(keyword.isRepeatable ? 3 : 1), using: &random)
            let values = (0..<count).map { _ in RandomFile.value(of: keyword, &random) }

            var editor = DocumentEditor(document)
            try editor.set(keyword, to: values, ofPeer: peer)
            let edited = editor.document

            let after = try #require(ConfigParser.parseQuick(edited).value, "\(edited.text)")
            #expect(after == expected(before, keyword, values, peer), "\(text)\n----\n\(edited.text)")
            #expect(rest(edited, keyword) == rest(document, keyword), "\(text)\n----\n\(edited.text)")
            #expect(edited.lines.last?.ending.isEmpty == document.lines.last?.ending.isEmpty || edited.lines.isEmpty)
            #expect(edited.lines.dropLast().allSatisfy { !$0.ending.isEmpty })

            try editor.set(keyword, to: values, ofPeer: peer)
            #expect(editor.document == edited)
        }
    }

    @Test func addingAPeerAndRemovingItGivesTheSameBytes() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<500 {
            let document = Document(text: RandomFile.text(&random))
            let before = try #require(ConfigParser.parseQuick(document).value)
            let peer = PeerConfig(publicKey: PublicKey(bytes: random.key()), persistentKeepalive: 25)
            var editor = DocumentEditor(document)
            try editor.add(peer, comment: Bool.random(using: &random) ? "new" : nil)
            var expected = before
            expected.wireGuard.peers.append(peer)
            #expect(ConfigParser.parseQuick(editor.document).value == expected, "\(document.text)")
            let added = editor.document.text
            try editor.removePeer(peer.publicKey)
            #expect(editor.document == document, "\(document.text)\n----\n\(added)\n----\n\(editor.document.text)")
        }
    }

    @Test func removingAPeerTakesNothingOfTheOthers() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<500 {
            let document = Document(text: RandomFile.text(&random))
            var expected = try #require(ConfigParser.parseQuick(document).value)
            guard let key = expected.wireGuard.peers.randomElement(using: &random)?.publicKey else { continue }
            var editor = DocumentEditor(document)
            try editor.removePeer(key)
            expected.wireGuard.peers.removeAll { $0.publicKey == key }
            #expect(ConfigParser.parseQuick(editor.document).value == expected, "\(document.text)")
            #expect(isSubsequence(editor.document.lines.map(\.content), of: document.lines.map(\.content)))
            #expect(!editor.peers.contains(key))
        }
    }

    private func isSubsequence<Element: Equatable>(_ part: [Element], of whole: [Element]) -> Bool {
        var rest = part[...]
        for element in whole where element == rest.first { rest.removeFirst() }
        return rest.isEmpty
    }

    /// The lines that do not set the key. A section that an edit had to make counts for nothing.
    private func rest(_ document: Document, _ keyword: Keyword) -> [String] {
        let lines = document.lines.map { String(decoding: $0.content, as: UTF8.self) }
        return lines.filter { line in
            let word = line.prefix { $0 != "=" && $0 != "#" }.filter { !$0.isWhitespace }.lowercased()
            return !word.isEmpty && word != keyword.name.lowercased() && line != "[Interface]"
        }
    }

    /// The configuration before with one thing changed, which is read from a file with nothing else in it.
    private func expected(
        _ before: QuickConfig, _ keyword: Keyword, _ values: [String], _ key: PublicKey?
    ) -> QuickConfig {
        var text = keyword.section.header + "\n"
        if keyword.section == .peer { text += "PublicKey = \(publicText)\n" }
        for value in values { text += "\(keyword.name) = \(value)\n" }
        let alone = ConfigParser.parseQuick(Document(text: text)).value ?? QuickConfig()
        var after = before
        switch keyword {
        case .privateKey: after.wireGuard.privateKey = alone.wireGuard.privateKey
        case .listenPort: after.wireGuard.listenPort = alone.wireGuard.listenPort
        case .fwmark: after.wireGuard.fwmark = alone.wireGuard.fwmark
        case .address: after.addresses = alone.addresses
        case .dns: (after.dnsServers, after.dnsSearchDomains) = (alone.dnsServers, alone.dnsSearchDomains)
        case .mtu: after.mtu = alone.mtu
        case .table: after.table = alone.table
        case .preUp: after.preUp = alone.preUp
        case .postUp: after.postUp = alone.postUp
        case .preDown: after.preDown = alone.preDown
        case .postDown: after.postDown = alone.postDown
        case .saveConfig: after.saveConfig = alone.saveConfig
        case .publicKey, .presharedKey, .allowedIPs, .endpoint, .persistentKeepalive:
            let indices = after.wireGuard.peers.indices.filter { after.wireGuard.peers[$0].publicKey == key }
            guard let peer = alone.wireGuard.peers.first else { return after }
            for index in values.isEmpty ? indices[...] : indices.suffix(1) {
                change(&after.wireGuard.peers[index], keyword, peer)
            }
        }
        return after
    }

    private func change(_ peer: inout PeerConfig, _ keyword: Keyword, _ alone: PeerConfig) {
        switch keyword {
        case .presharedKey: peer.presharedKey = alone.presharedKey
        case .endpoint: peer.endpoint = alone.endpoint
        case .persistentKeepalive: peer.persistentKeepalive = alone.persistentKeepalive
        default: (peer.allowedIPs, peer.replaceAllowedIPs) = (alone.allowedIPs, alone.replaceAllowedIPs)
        }
    }
}

/// Configuration files as people write them, all of them valid.
private enum RandomFile {
    static let keys = [publicText, otherText, presharedText]

    static func text(_ random: inout SeededGenerator) -> String {
        let newline = ["\n", "\n", "\r\n"].randomElement(using: &random)!
        let isSpaced = Bool.random(using: &random)
        var lines = comments(&random)
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let section = Keyword.Section.allCases.randomElement(using: &random)!
            if isSpaced, !lines.isEmpty { lines.append("") }
            lines += comments(&random)
            lines.append(
                [section.header, section.header.lowercased(), " \(section.header) # x"].randomElement(using: &random)!)
            if section == .peer { lines.append(line(.publicKey, keys.randomElement(using: &random)!, &random)) }
            let known = Keyword.allCases.filter { $0.section == section && $0 != .publicKey }
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                let keyword = known.randomElement(using: &random)!
                lines.append(line(keyword, value(of: keyword, &random), &random))
                if Int.random(in: 0...3, using: &random) == 0 { lines += comments(&random) }
            }
        }
        lines += comments(&random)
        if !lines.contains(where: { !$0.isEmpty }) { lines.append("#") }
        return lines.joined(separator: newline) + (Bool.random(using: &random) ? newline : "")
    }

    static func value(of keyword: Keyword, _ random: inout SeededGenerator) -> String {
        let values =
            switch keyword.kind {
            case .privateKey, .publicKey, .presharedKey: keys
            case .port: ["1", "51820", "domain"]
            case .fwmark: ["off", "0x10", "16"]
            case .seconds: ["off", "0", "25"]
            case .endpoint: ["example.net:51820", "[2001:db8::1]:2", "192.0.2.1:3"]
            case .allowedIPs: ["10.0.0.1", "10.0.0.1/32, 10.0.0.2/32", "+10.0.0.3", "-10.0.0.1,2001:db8::/32"]
            case .addresses: ["10.0.0.1/24", "10.0.0.1/24 , fd00::1"]
            case .dns: ["192.0.2.53", "192.0.2.53 , example.net"]
            case .mtu: ["1280", "1420"]
            case .table: ["auto", "off", "100"]
            case .boolean: ["true", "False"]
            case .command: ["echo a", "echo 'a # b' = c", "x;  y"]
            }
        return values.randomElement(using: &random)!
    }

    private static func line(_ keyword: Keyword, _ value: String, _ random: inout SeededGenerator) -> String {
        let name = [keyword.name, keyword.name, keyword.name.lowercased()].randomElement(using: &random)!
        let equals = [" = ", "=", " =", "= ", "  =\t"].randomElement(using: &random)!
        let end = keyword.isHook ? "" : ["", "", " ", " # why", "#"].randomElement(using: &random)!
        return ["", "", "  "].randomElement(using: &random)! + name + equals + value + end
    }

    private static func comments(_ random: inout SeededGenerator) -> [String] {
        let lines = ["", "# a comment", "#Endpoint = old:1", "### end x ###", "", "  # [Peer]"]
        return (0..<max(0, Int.random(in: -2...3, using: &random))).map { _ in lines.randomElement(using: &random)! }
    }
}
