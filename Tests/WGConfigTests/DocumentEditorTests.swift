import Testing
import WGConfig
import WGModel

@Suite struct DocumentEditorTests {
    private static let key = PublicKey(base64: publicText) ?? .zero
    private static let other = PublicKey(base64: otherText) ?? .zero

    private static let file = """
        # home
        [Interface]
        privatekey=\(privateText)   # mine
        ListenPort  =  51820 # the router forwards it
        PostUp = echo up # not a comment
        PostUp = echo again

        # laptop
        [Peer]
        PublicKey = \(publicText)
        AllowedIPs = 10.0.0.2/32 , 10.0.0.3  # two
        # Endpoint = 192.0.2.1:1

        # ---- servers ----

        ### begin web ###
        [Peer]
        PublicKey = \(otherText)
        AllowedIPs = 10.0.0.9/32
        ### end web ###

        # the end

        """

    /// The lines that an edit takes away and those that it brings, as `diff` would show them.
    private func changes(
        _ text: String = file, _ edit: (inout DocumentEditor) throws -> Void
    ) throws -> [String] {
        var editor = DocumentEditor(Document(text: text))
        try edit(&editor)
        let old = text.split(separator: "\n", omittingEmptySubsequences: false)
        let new = editor.document.text.split(separator: "\n", omittingEmptySubsequences: false)
        let difference = new.difference(from: old)
        return difference.removals.map(Self.text) + difference.insertions.map(Self.text)
    }

    private static func text(_ change: CollectionDifference<Substring>.Change) -> String {
        switch change {
        case .remove(_, let line, _): "-\(line)"
        case .insert(_, let line, _): "+\(line)"
        }
    }

    @Test func aValueTakesThePlaceOfTheOldOne() throws {
        #expect(
            try changes { editor in try editor.set(.listenPort, to: "1") } == [
                "-ListenPort  =  51820 # the router forwards it", "+ListenPort  =  1 # the router forwards it",
            ])
        #expect(
            try changes { editor in try editor.set(.privateKey, to: otherText) } == [
                "-privatekey=\(privateText)   # mine", "+privatekey=\(otherText)   # mine",
            ])
        #expect(
            try changes { editor in
                try editor.set(.allowedIPs, to: "10.0.0.4/32", ofPeer: Self.key)
            } == ["-AllowedIPs = 10.0.0.2/32 , 10.0.0.3  # two", "+AllowedIPs = 10.0.0.4/32  # two"])
    }

    @Test func aNewLineGoesBehindTheLastSettingAndLooksLikeIt() throws {
        #expect(
            try edited("[Interface]\n\tlistenport=1\r\n\n# laptop\n[Peer]\nPublicKey = \(publicText)") { editor in
                try editor.set(.mtu, to: "1400")
                try editor.set(.persistentKeepalive, to: "25", ofPeer: Self.key)
            }
                == "[Interface]\n\tlistenport=1\r\n\tmtu=1400\r\n\n# laptop\n[Peer]\nPublicKey = \(publicText)\nPersistentKeepalive = 25"
        )
    }

    @Test func whatTheFileSaysAlreadyStaysAsItIsWritten() throws {
        #expect(
            try changes { editor in
                try editor.set(.allowedIPs, to: "10.0.0.2/32,10.0.0.3/32", ofPeer: Self.key)
                try editor.set(.listenPort, to: "51820")
            } == [])
    }

    @Test func aRepeatedKeyHasALineForEachValue() throws {
        #expect(
            try changes { editor in try editor.set(.postUp, to: ["echo up # not a comment"]) }
                == ["-PostUp = echo again"])
        #expect(
            try changes { editor in
                try editor.set(.postUp, to: ["echo up # not a comment", "b", "c"])
            } == ["-PostUp = echo again", "+PostUp = b", "+PostUp = c"])
        #expect(
            try changes { editor in try editor.remove(.postUp) } == [
                "-PostUp = echo up # not a comment", "-PostUp = echo again",
            ])
    }

    @Test func ofAKeyWhoseLastLineCountsThatLineIsChanged() throws {
        let text = "[Interface]\nListenPort = 1\nListenPort = 2\n"
        #expect(
            try edited(text) { editor in try editor.set(.listenPort, to: "3") }
                == "[Interface]\nListenPort = 1\nListenPort = 3\n")
        #expect(try edited(text) { editor in try editor.remove(.listenPort) } == "[Interface]\n")
    }

    @Test func anEmptyValueIsFilledIn() throws {
        #expect(
            try edited("[Interface]\nDNS=# none\nMTU =") { editor in
                try editor.set(.dns, to: "192.0.2.53")
                try editor.set(.mtu, to: "1400")
            } == "[Interface]\nDNS= 192.0.2.53 # none\nMTU = 1400")
    }

    @Test func aFileWithoutInterfaceGetsOneAtItsTop() throws {
        let peer = "[Peer]\nPublicKey = \(publicText)"
        let set: (inout DocumentEditor) throws -> Void = { editor in
            try editor.set(.listenPort, to: "1")
        }
        #expect(try edited("", set) == "[Interface]\nListenPort = 1\n")
        #expect(try edited("# mine\n", set) == "# mine\n\n[Interface]\nListenPort = 1\n")
        #expect(
            try edited("# mine\n\n# laptop\n\(peer)", set)
                == "# mine\n\n[Interface]\nListenPort = 1\n\n# laptop\n\(peer)")
        #expect(try edited(peer, set) == "[Interface]\nListenPort = 1\n\n\(peer)")
    }

    // MARK: Peers

    @Test func aPeerIsAddedAtTheEnd() throws {
        let peer = PeerConfig(
            publicKey: PublicKey(base64: presharedText) ?? .zero, endpoint: EndpointName("[2001:db8::1]:1"),
            persistentKeepalive: 25, allowedIPs: try [.add(#require(IPPrefix("10.0.0.7")))])
        let lines = [
            "[Peer]", "PublicKey = \(presharedText)", "AllowedIPs = 10.0.0.7/32", "Endpoint = [2001:db8::1]:1",
            "PersistentKeepalive = 25",
        ]
        #expect(
            try edited(Self.file) { editor in try editor.add(peer, comment: "phone\nof Eve") }
                == Self.file + "\n# phone\n# of Eve\n" + lines.joined(separator: "\n") + "\n")
        // As the file does it: no blank lines between sections, no spaces, no last line end.
        let compact = "[Interface]\nMTU = 1400\n[Peer]\npublickey=\(publicText)"
        let likewise =
            [lines[0]]
            + lines.dropFirst().map { line in
                let parts = line.split(separator: " = ")
                return "\(parts[0].lowercased())=\(parts[1])"
            }
        #expect(
            try edited(compact) { editor in try editor.add(peer) }
                == compact + "\n" + likewise.joined(separator: "\n"))
    }

    @Test func aPeerGoesWithTheCommentsThatTouchIt() throws {
        #expect(
            try changes { editor in try editor.removePeer(Self.other) } == [
                "-### begin web ###", "-[Peer]", "-PublicKey = \(otherText)", "-AllowedIPs = 10.0.0.9/32",
                "-### end web ###", "-",
            ])
        let withoutLaptop = try edited(Self.file) { editor in try editor.removePeer(Self.key) }
        #expect(
            withoutLaptop
                == Self.file.split(separator: "\n", omittingEmptySubsequences: false)
                .enumerated().filter { !(7...12).contains($0.offset) }.map(\.element).joined(separator: "\n"))
    }

    @Test func inACompactFileACommentBelongsToTheSectionBelowUnlessItSaysOtherwise() throws {
        let text = """
            [Interface]
            # a
            [Peer]
            PublicKey = \(publicText)
            # Endpoint = 192.0.2.1:1
            ### end a ###
            # b
            [Peer]
            PublicKey = \(otherText)
            """
        #expect(
            try edited(text) { editor in try editor.removePeer(Self.key) } == """
                [Interface]
                # b
                [Peer]
                PublicKey = \(otherText)
                """)
        #expect(
            try edited(text) { editor in try editor.removePeer(Self.other) } == """
                [Interface]
                # a
                [Peer]
                PublicKey = \(publicText)
                # Endpoint = 192.0.2.1:1
                ### end a ###
                """)
    }

    @Test func allSectionsOfAPeerAreRemovedAndTheLastOneIsChanged() throws {
        let twice = "[Peer]\nPublicKey = \(publicText)\nEndpoint = a:1\n\n[Peer]\nPublicKey = \(publicText)\n"
        #expect(try edited(twice) { editor in try editor.removePeer(Self.key) } == "")
        #expect(
            try edited(twice) { editor in try editor.set(.endpoint, to: "b:2", ofPeer: Self.key) }
                == twice + "Endpoint = b:2\n")
        #expect(
            try edited(twice) { editor in
                try editor.set(.publicKey, to: otherText, ofPeer: Self.key)
                try editor.removePeer(Self.other)
            } == "[Peer]\nPublicKey = \(publicText)\nEndpoint = a:1\n")
    }

    // MARK: Refusals

    @Test func whatCannotBeIsRefused() throws {
        #expect(throws: DocumentEditError.wrongSection(.mtu)) {
            try edited(Self.file) { editor in try editor.set(.mtu, to: "1400", ofPeer: Self.key) }
        }
        #expect(throws: DocumentEditError.wrongSection(.endpoint)) {
            try edited(Self.file) { editor in try editor.remove(.endpoint) }
        }
        #expect(throws: DocumentEditError.noSuchPeer(.zero)) {
            try edited(Self.file) { editor in try editor.removePeer(.zero) }
        }
        #expect(throws: DocumentEditError.peerExists(Self.key)) {
            try edited(Self.file) { editor in try editor.add(PeerConfig(publicKey: Self.key)) }
        }
        #expect(throws: DocumentEditError.notRepeatable(.mtu)) {
            try edited(Self.file) { editor in try editor.set(.mtu, to: ["1400", "1401"]) }
        }
        #expect(throws: DocumentEditError.publicKeyNeeded) {
            try edited(Self.file) { editor in try editor.remove(.publicKey, ofPeer: Self.key) }
        }
    }

    @Test(
        arguments: [
            (.listenPort, "65536", .portOutOfRange(wrapped: 0)), (.listenPort, " ", .empty), (.postUp, "", .empty),
            (.listenPort, "1 # 2", nil), (.postUp, "a\nPostUp = b", nil), (.postUp, "a\0b", nil),
            (.privateKey, "abc", .keyLength(3)),
        ] as [(Keyword, String, ValueFault?)])
    func aValueTheParserWouldNotTakeWholeIsRefused(keyword: Keyword, value: String, fault: ValueFault?) {
        #expect(throws: DocumentEditError.invalidValue(keyword, fault)) {
            try edited(Self.file) { editor in try editor.set(keyword, to: value) }
        }
    }

    @Test func aPeerThatNoSectionMeansIsRefused() throws {
        let prefix = try #require(IPPrefix("10.0.0.7"))
        for peer in [
            PeerConfig(publicKey: .zero, replaceAllowedIPs: true, allowedIPs: [.remove(prefix)]),
            PeerConfig(publicKey: .zero, replaceAllowedIPs: false),
            PeerConfig(publicKey: .zero, endpoint: EndpointName(host: "a#b", service: "1")),
            PeerConfig(publicKey: .zero, endpoint: EndpointName(host: "a", service: "1\n[Interface]")),
        ] {
            #expect(throws: DocumentEditError.inexpressible(.zero)) {
                try edited(Self.file) { editor in try editor.add(peer) }
            }
        }
        let signed = PeerConfig(
            publicKey: .zero, replaceAllowedIPs: false, allowedIPs: [.add(prefix), .remove(prefix)])
        let text = try edited("") { editor in try editor.add(signed) }
        #expect(text.contains("AllowedIPs = +10.0.0.7/32, -10.0.0.7/32"))
    }

    private func edited(
        _ text: String, _ edit: (inout DocumentEditor) throws -> Void
    ) throws -> String {
        var editor = DocumentEditor(Document(text: text))
        try edit(&editor)
        return editor.document.text
    }
}
