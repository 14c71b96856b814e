import Glibc
import Testing
import WGLinux
import WGModel
import WGUAPI

@testable import WGEngine

/// The server on one thread with its scripted clients: each step is served before the next.
private final class Harness {
    let directory: String
    private(set) var server: UAPIServer?
    private var set = PollSet()
    /// What the server was asked.
    private(set) var requests: [UAPIRequest] = []
    private(set) var isThere = true
    var reply: [UInt8] = UAPIEncoder.reply(errno: 0)

    init() throws {
        var template = Array("/tmp/wg-uapi-XXXXXX".utf8CString)
        directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        server = UAPIServer(listener: try UnixListener(directory: directory, name: "a.sock"))
    }

    deinit {
        server = nil
        rmdir(directory)
    }

    var path: String { directory + "/a.sock" }

    func connect() throws -> FileDescriptor { try UnixSocket.connect(path, timeoutMilliseconds: 1000) }

    /// Lets the server do what it can do now.
    func serveOnce() throws {
        set.removeAll()
        server?.register(in: &set)
        try set.wait(nanoseconds: 0)
        isThere =
            server?.serve(set) { request in
                requests.append(request)
                return reply
            } ?? false
    }
}

private func text(_ client: borrowing FileDescriptor) -> String {
    (try? client.read(upTo: 1 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? "(nothing)"
}

@Suite struct ControlUAPIServerTests {
    private let harness: Harness

    init() throws { harness = try Harness() }

    private func serve(_ turns: Int = 4) throws { for _ in 0..<turns { try harness.serveOnce() } }

    @Test func `one connection carries many requests, cut anywhere`() throws {
        let client = try harness.connect()
        for byte in "get=1\n\nset=1\nfwmark=3\n\nget=1\n\n".utf8 {
            try client.write([byte])
            try serve(2)
        }
        #expect(harness.requests == [.get, .set(DeviceChange(fwmark: 3)), .get])
        #expect(text(client) == "errno=0\n\nerrno=0\n\nerrno=0\n\n")
    }

    @Test func `requests that come together are answered in order`() throws {
        let client = try harness.connect()
        try client.write(Array("set=1\nfwmark=1\n\nset=1\nfwmark=2\n\n".utf8))
        try serve()
        #expect(harness.requests == [.set(DeviceChange(fwmark: 1)), .set(DeviceChange(fwmark: 2))])
    }

    @Test func `an idle client holds up nobody`() throws {
        let idle = try harness.connect()
        let halfway = try harness.connect()
        try halfway.write(Array("get=1\n".utf8))
        let client = try harness.connect()
        try client.write(Array("get=1\n\n".utf8))
        try serve()
        #expect(text(client) == "errno=0\n\n")
        #expect(idle.rawValue >= 0 && halfway.rawValue >= 0)
    }

    @Test func `a client that has said all still gets its answer`() throws {
        let client = try harness.connect()
        try client.write(Array("get=1\n\n".utf8))
        shutdown(client.rawValue, Int32(SHUT_WR))
        try serve()
        #expect(text(client) == "errno=0\n\n")
        #expect(text(client) == "")
    }

    @Test func `a wrong line is answered with its number, and the connection goes on`() throws {
        let client = try harness.connect()
        try client.write(Array("set=1\nlisten_port=70000\n\nget=1\n\n".utf8))
        try serve()
        #expect(text(client) == "errno=-22\n\nerrno=0\n\n")
        #expect(harness.requests == [.get])
    }

    @Test(arguments: ["hello\n\n", String(repeating: "a", count: 100_000)])
    func `a client that speaks something else is told so and let go`(words: String) throws {
        let client = try harness.connect()
        try client.write(Array(words.utf8))
        try serve()
        #expect(text(client) == "errno=71\n\n")
        let rest = try? client.read(upTo: 10)
        #expect(rest == nil || rest == [])
    }

    @Test func `a reply larger than the socket's buffer arrives whole`() throws {
        harness.reply = [UInt8](repeating: 65, count: 5 << 20)
        let client = try harness.connect()
        try client.write(Array("get=1\n\n".utf8))
        var received = 0
        while received < harness.reply.count {
            try serve(3)
            let bytes = try client.read(upTo: 1 << 20)
            try #require(!bytes.isEmpty)
            received += bytes.count
        }
        #expect(received == harness.reply.count)
    }

    @Test func `a client that takes no reply is not served again until it does`() throws {
        harness.reply = [UInt8](repeating: 65, count: 5 << 20)
        let client = try harness.connect()
        for _ in 0..<20 { try client.write(Array("get=1\n\n".utf8)) }
        try serve(10)
        #expect(harness.requests.count == 1)
    }

    @Test func `when all places are taken, the longest silent client goes`() throws {
        let first = try harness.connect()
        try serve()
        let second = try harness.connect()
        try serve()
        var others: [Int32] = []
        for _ in 0..<(UAPIServer.connectionLimit - 2) {
            others.append(try harness.connect().release())
            try serve(1)
        }
        try first.write(Array("get=1\n\n".utf8))
        try serve()
        #expect(text(first) == "errno=0\n\n")
        others.append(try harness.connect().release())
        try serve()
        #expect(text(second) == "")
        try first.write(Array("get=1\n\n".utf8))
        try serve()
        #expect(text(first) == "errno=0\n\n")
        for descriptor in others { close(descriptor) }
    }

    @Test func `the server ends when its file is taken away`() throws {
        try serve()
        #expect(harness.isThere)
        unlink(harness.path)
        try serve(1)
        #expect(!harness.isThere)
    }
}
