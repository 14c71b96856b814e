import TestSupport
import Testing
import WGModel

@testable import WGLinux

/// Answers of NSD to queries with the number 0x1234, the fuzzer's seeds, and what hostile servers could make of them.
@Suite struct DNSMessageTests {
    private static let id: UInt16 = 0x1234

    private func question(_ name: String, _ kind: DNSQuestion.Kind = .a) throws -> DNSQuestion {
        DNSQuestion(name: try #require(DNSName(name)), kind: kind)
    }

    private func seed(_ name: String) throws -> [UInt8] {
        let file = try FileDescriptor.open("\(SourceTree.root)/Tests/Fuzz/DNS/Seeds/\(name)", .readOnly)
        return try file.read(upTo: 65536)
    }

    @Test func aQueryIsAsRFC1035HasIt() throws {
        let query = try question("Four.Example.test", .aaaa).query(id: 0xabcd)
        #expect(query == hex("abcd 0100 0001 0000 0000 0000 04666f7572 076578616d706c65 0474657374 00 001c 0001"))
    }

    @Test(arguments: ["", "a..b", ".a", String(repeating: "a", count: 64), String(repeating: "a.", count: 128)])
    func someTextsAreNoNames(text: String) {
        #expect(DNSName(text) == nil)
    }

    @Test func aNameMayEndInADot() {
        #expect(DNSName("two.example.test.") == DNSName("TWO.example.test"))
    }

    static let answers: [(String, String, DNSQuestion.Kind, DNSReply)] = [
        ("addresses-4", "two.example.test", .a, .addresses([.v4(0xc000_0201), .v4(0xc000_0202)], timeToLive: 120)),
        (
            "addresses-6", "two.example.test", .aaaa,
            .addresses([IPAddress("2001:db8::1")!, IPAddress("2001:db8::2")!], timeToLive: 300)
        ),
        // The shortest-lived link of the chain counts.
        ("aliases", "alias.example.test", .a, .addresses([.v4(0xc000_0201), .v4(0xc000_0202)], timeToLive: 90)),
        ("no-such-host", "none.example.test", .a, .noSuchHost(timeToLive: 60)),
        ("no-address", "four.example.test", .aaaa, .noAddress(timeToLive: 60)),
        ("truncated", "many.example.test", .a, .truncated),
        ("referral", "www.sub.example.test", .a, .refused),
        ("refused", "www.example.org", .a, .refused),
    ]

    @Test(arguments: answers)
    func anAnswerIsRead(name: String, host: String, kind: DNSQuestion.Kind, reply: DNSReply) throws {
        #expect(DNSReply(try seed(name), to: try question(host, kind), id: Self.id) == reply)
    }

    @Test(arguments: answers)
    func anAnswerThatBreaksOffIsNone(name: String, host: String, kind: DNSQuestion.Kind, reply: DNSReply) throws {
        let message = try seed(name)
        // What doesn't fit, or says nothing, ends with the question.
        let end = reply == .truncated || reply == .refused ? 12 + host.utf8.count + 6 : message.count
        for count in 0..<end {
            #expect(DNSReply(Array(message.prefix(count)), to: try question(host, kind), id: Self.id) == nil)
        }
    }

    @Test func theAnswerToAnotherQuestionIsNone() throws {
        let message = try seed("addresses-4")
        #expect(DNSReply(message, to: try question("two.example.test"), id: 0x1235) == nil)
        #expect(DNSReply(message, to: try question("one.example.test"), id: Self.id) == nil)
        #expect(DNSReply(message, to: try question("two.example.test", .aaaa), id: Self.id) == nil)
        let query = try question("two.example.test").query(id: Self.id)
        #expect(DNSReply(query, to: try question("two.example.test"), id: Self.id) == nil)
    }

    @Test func anyByteMayBeAnother() throws {
        for (name, host, kind, _) in Self.answers {
            let message = try seed(name)
            for place in message.indices {
                for value in [0, 1, 0x3f, 0x40, 0xc0, 0xff] as [UInt8] {
                    var broken = message
                    broken[place] = value
                    guard case .addresses(let found, _) = DNSReply(broken, to: try question(host, kind), id: Self.id)
                    else { continue }
                    #expect(found.allSatisfy { $0.isIPv4 == (kind == .a) } && !found.isEmpty)
                }
            }
        }
    }

    private static let header = "1234 8180 0001 0001 0000 0000 01610462657374 00 0001 0001"

    @Test(arguments: [
        ("an owner that points to itself", "c018 0001 0001 00000001 0004 c0000201"),
        ("an owner that points behind itself", "c040 0001 0001 00000001 0004 c0000201"),
        ("two pointers in a circle", "c01a c018 0001 0001 00000001 0004 c0000201"),
        ("a label that goes beyond the end", "3f61 0001 0001 00000001 0004 c0000201"),
        ("an IPv4 address of five bytes", "c00c 0001 0001 00000001 0005 c000020101"),
        ("an IPv4 address of no bytes", "c00c 0001 0001 00000001 0000"),
        ("data beyond the end", "c00c 0001 0001 00000001 ffff c0000201"),
        ("an alias with something behind it", "c00c 0005 0001 00000001 0003 c00c00"),
        ("an alias that breaks off", "c00c 0005 0001 00000001 0001 c0"),
        ("nothing", ""),
    ])
    func contradictionsAreNoAnswer(what: String, record: String) throws {
        let message = hex(Self.header) + hex(record)
        #expect(DNSReply(message, to: try question("a.best"), id: Self.id) == nil, Comment(rawValue: what))
    }

    @Test(arguments: [
        ("an alias of itself", "c00c 0005 0001 00000001 0002 c00c"),
        ("an address of somebody else", "016200 0001 0001 00000001 0004 c0000201"),
        ("an address of another class", "c00c 0001 0003 00000001 0004 c0000201"),
        ("a record of another type", "c00c 0010 0001 00000001 0004 c0000201"),
    ])
    func otherRecordsAreNoAddresses(what: String, record: String) throws {
        let message = hex(Self.header) + hex(record)
        let reply = DNSReply(message, to: try question("a.best"), id: Self.id)
        #expect(reply == .noAddress(timeToLive: nil), Comment(rawValue: what))
    }

    @Test func aTimeWithItsHighestBitIsNone() throws {
        let message = hex(Self.header) + hex("c00c 0001 0001 ffffffff 0004 c0000201")
        #expect(
            DNSReply(message, to: try question("a.best"), id: Self.id) == .addresses([.v4(0xc000_0201)], timeToLive: 0))
    }

    @Test func manyAliasesEndSomewhere() throws {
        // n0 -> n1 -> ... -> n999 -> n0.
        var message = hex("1234 8180 0001 03e8 0000 0000") + (try #require(DNSName("n0"))).bytes + hex("0001 0001")
        for n in 0..<1000 {
            let target = try #require(DNSName("n\((n + 1) % 1000)")).bytes
            message +=
                try #require(DNSName("n\(n)")).bytes + hex("0005 0001 00000001 00") + [UInt8(target.count)] + target
        }
        #expect(DNSReply(message, to: try question("n0"), id: Self.id) == .noAddress(timeToLive: nil))
    }
}
