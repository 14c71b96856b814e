import Testing

@testable import WGConfig

@Suite struct KeywordTests {
    @Test(arguments: Keyword.allCases)
    func namesAreFoundInAnyCase(keyword: Keyword) {
        #expect(Keyword(name: keyword.name) == keyword)
        #expect(Keyword(name: keyword.name.uppercased()) == keyword)
        #expect(Keyword(name: keyword.name + "x") == nil)
        #expect(!keyword.summary.isEmpty)
    }

    @Test func theKeysOfPeersAreAllOfWg() {
        #expect(Keyword.allCases.filter { $0.section == .peer }.allSatisfy { $0.program == .wg })
        #expect(Keyword.allCases.count == 17)
    }

    @Test(arguments: [
        ("PrivateKy", Keyword.privateKey), ("privatkey", .privateKey), ("PriavteKey", .privateKey),
        ("Adress", .address), ("Adresse", .address), ("Allowed_IPs", .allowedIPs), ("AllowedIP", .allowedIPs),
        ("EndPiont", .endpoint), ("MUT", .mtu), ("DSN", .dns), ("PostUp1", .postUp),
        ("PersistantKeepalive", .persistentKeepalive),
    ])
    func aNearMissIsRecognised(word: String, keyword: Keyword) {
        #expect(Spelling.nearest(to: word, among: Keyword.allCases) == keyword)
    }

    @Test(arguments: ["", "Colour", "M", "KeepAlive", "Name", String(repeating: "x", count: 1000)])
    func otherWordsAreNearNothing(word: String) {
        #expect(Spelling.nearest(to: word, among: Keyword.allCases) == nil)
    }

    @Test(arguments: [
        ("", "", 0), ("", "abc", 3), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "abd", 1), ("abcd", "bcde", 2),
    ])
    func theDistanceCountsEdits(left: String, right: String, distance: Int) {
        #expect(Spelling.distance(Array(left.utf8), Array(right.utf8)) == distance)
        #expect(Spelling.distance(Array(right.utf8), Array(left.utf8)) == distance)
    }
}
