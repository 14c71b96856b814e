import TestSupport
import Testing
import WGModel

@testable import WGLinux

@Suite struct DNSClientTests {
    private static let patience = DNSClient.Patience(rounds: 2, perServer: .seconds(20), total: .seconds(60))
    /// For servers that never answer.
    private static let haste = DNSClient.Patience(rounds: 2, perServer: .milliseconds(100), total: .seconds(60))

    private func client(
        _ server: FakeNameServer, servers: [String] = ["127.0.0.1"], _ patience: DNSClient.Patience = patience
    ) -> DNSClient {
        DNSClient(
            servers: servers.compactMap { IPAddress($0) }, mark: 0, patience: patience, port: server.port,
            hostsFile: "/nonexistent/hosts")
    }

    /// A reply: the query with other flags and with records, whose owner is the question's name.
    private static func reply(_ query: [UInt8], flags: String = "8180", _ records: [String] = []) -> [UInt8] {
        let header = hex("\(flags) 0001 00") + [UInt8(records.count)] + hex("0000 0000")
        return Array(query[..<2]) + header + Array(query[12...]) + records.flatMap { hex("c00c \($0)") }
    }

    private static let v4 = "0001 0001 0000003c 0004 7f000005"
    private static let v6 = "001c 0001 0000001e 0010 00000000000000000000000000000001"

    private static func asksForIPv4(_ query: [UInt8]) -> Bool { query.suffix(3).first == 1 }

    /// Knows both addresses of every name.
    private static let good: FakeNameServer.Script = { query, _ in
        [reply(query, [asksForIPv4(query) ? v4 : v6])]
    }

    private func texts(_ answer: HostAnswer) -> Set<String> { Set(answer.addresses.map(\.address.description)) }

    @Test func bothFamiliesAreAskedFor() throws {
        let server = try FakeNameServer(Self.good)
        let answer = try client(server).addresses(of: "a.example")
        #expect(texts(answer) == ["127.0.0.5", "::1"])
        #expect(answer.timeToLive == 30)
    }

    @Test func whatHasARouteComesFirst() throws {
        // No ordinary socket goes to 255.255.255.255.
        let server = try FakeNameServer { query, _ in
            let records = ["0001 0001 0000003c 0004 ffffffff", Self.v4]
            return [Self.reply(query, Self.asksForIPv4(query) ? records : [])]
        }
        let answer = try client(server).addresses(of: "a.example")
        #expect(answer.first.address.description == "127.0.0.5")
        #expect(answer.others.map(\.address.description) == ["255.255.255.255"])
    }

    @Test func aFamilyWithoutAnAddressIsNoFailure() throws {
        let server = try FakeNameServer { query, _ in
            [Self.reply(query, Self.asksForIPv4(query) ? [Self.v4] : [])]
        }
        #expect(texts(try client(server).addresses(of: "a.example")) == ["127.0.0.5"])
    }

    @Test func forgeriesAreNotHeard() throws {
        let server = try FakeNameServer { query, _ in
            var otherNumber = Self.reply(query, ["0001 0001 0000003c 0004 c0000209"])
            otherNumber[0] ^= 1
            var otherName = Self.reply(query, ["0001 0001 0000003c 0004 c0000209"])
            otherName[13] ^= 1
            return [otherNumber, otherName, [], query] + Self.good(query, false)
        }
        #expect(texts(try client(server).addresses(of: "a.example")) == ["127.0.0.5", "::1"])
    }

    @Test func whatDidNotFitIsAskedForOverAStream() throws {
        let server = try FakeNameServer { query, overStream in
            overStream ? Self.good(query, true) : [Self.reply(query, flags: "8380")]
        }
        #expect(texts(try client(server).addresses(of: "a.example")) == ["127.0.0.5", "::1"])
    }

    @Test func aStreamThatBreaksOffIsNoAnswer() throws {
        let server = try FakeNameServer { query, overStream in
            overStream ? [] : [Self.reply(query, flags: "8380")]
        }
        let failure = #expect(throws: Resolver.Failure.self) {
            try client(server, Self.haste).addresses(of: "a.example")
        }
        #expect(failure?.reason == .temporary)
    }

    @Test func theNextServerIsAskedWhenOneIsSilent() throws {
        let silent = try FakeNameServer { _, _ in [] }
        let server = try FakeNameServer(lastByte: 2, port: silent.port, Self.good)
        // Where nobody listens, the answer is an error at once.
        let client = client(server, servers: ["127.0.0.3", "127.0.0.1", "127.0.0.2"], Self.haste)
        #expect(texts(try client.addresses(of: "a.example")) == ["127.0.0.5", "::1"])
    }

    @Test(arguments: ["8182", "8185", "8100", "8000"])
    func theNextServerIsAskedWhenOneDoesNotKnow(flags: String) throws {
        let first = try FakeNameServer { query, _ in [Self.reply(query, flags: flags)] }
        let server = try FakeNameServer(lastByte: 2, port: first.port, Self.good)
        #expect(
            texts(try client(server, servers: ["127.0.0.1", "127.0.0.2"]).addresses(of: "a.example"))
                == ["127.0.0.5", "::1"])
    }

    @Test func aNameThatDoesNotExistIsPermanent() throws {
        let server = try FakeNameServer { query, _ in [Self.reply(query, flags: "8183")] }
        let failure = #expect(throws: Resolver.Failure.self) { try client(server).addresses(of: "a.example") }
        #expect(failure?.reason == .noSuchHost)
        #expect(failure?.text == "Name or service not known")
    }

    @Test func aNameWithoutAddressesIsPermanent() throws {
        let server = try FakeNameServer { query, _ in [Self.reply(query)] }
        let failure = #expect(throws: Resolver.Failure.self) { try client(server).addresses(of: "a.example") }
        #expect(failure?.reason == .noSuchHost)
        #expect(failure?.text == "No address associated with hostname")
    }

    @Test func withoutAServerTheFailureIsTemporary() throws {
        let client = DNSClient(servers: [], mark: 0, hostsFile: "/nonexistent/hosts")
        let failure = #expect(throws: Resolver.Failure.self) { try client.addresses(of: "a.example") }
        #expect(failure?.reason == .temporary)
    }

    @Test func namesOfTheHostsFileAskNobody() throws {
        let found = try DNSClient(servers: [], mark: 0).addresses(of: "LocalHost").first.address
        #expect(found == .v4(0x7f00_0001) || found == .v6(1))
    }
}
