import TestSupport
import Testing
import WGLinux
import WGModel
import WGUAPI

/// The fuzzer's seeds are what they claim to be, so that it starts from something that is understood.
@Suite struct SeedsTests {
    private func read(_ name: String) throws -> [UInt8] {
        let file = try FileDescriptor.open("\(SourceTree.root)/Tests/Fuzz/UAPI/Seeds/\(name)", .readOnly)
        return try file.read(upTo: 1 << 16)
    }

    @Test func theSeedOfRequestsIsAGetAndASetWithEveryKey() throws {
        let bytes = try read("requests")
        let outcomes = requestOutcomes(bytes, piece: bytes.count)
        guard outcomes.count == 2, case .success(.set(let change)) = outcomes[1] else {
            Issue.record("no set request")
            return
        }
        #expect(outcomes[0] == .success(.get))
        #expect(change.peers.count == 2)
    }

    @Test(arguments: [("reply", Int32(0), true), ("reply-of-boringtun", 22, false)])
    func theSeedsOfRepliesAreReplies(name: String, errno: Int32, hasPrivateKey: Bool) throws {
        let bytes = try read(name)
        var parser = UAPIReplyParser(name: try InterfaceName("wg0"), now: now)
        parser.append(bytes[...])
        let reply = try #require(try parser.next())
        #expect(reply.errno == errno)
        #expect((reply.device.privateKey != nil) == hasPrivateKey)
        #expect(reply.device.peers.count == 1)
    }
}
