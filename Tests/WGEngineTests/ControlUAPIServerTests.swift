import Glibc
import TestSupport
import Testing
import WGLinux
import WGModel
import WGUAPI

@testable import WGEngine

/// The server on one thread with its scripted clients: each step is served before the next.
private final class Harness: UAPIDevice {
    let directory: String
    private(set) var server: UAPIServer?
    private var set = PollSet()
    /// What the server was asked.
    private(set) var requests: [UAPIRequest] = []
    /// What has been applied, and how many set requests ended.
    private(set) var settings: [UAPISetting] = []
    private(set) var endCount = 0
    private(set) var isThere = true
    /// The answer to `get=1`, `reportParts` times.
    var report = Array("errno=0\n\n".utf8)
    var reportParts = 1
    private(set) var partCount = 0
    private var reader = UAPIRequestReader()

    init() throws {
        var template = Array("/tmp/wg-uapi-XXXXXX".utf8CString)
        directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        server = try UAPIServer(listener: try UnixListener(directory: directory, name: "a.sock"))
    }

    deinit {
        server = nil
        rmdir(directory)
    }

    var path: String { directory + "/a.sock" }

    func connect() throws -> FileDescriptor { try UnixSocket.connect(path, timeoutMilliseconds: 1000) }

    /// Lets the server do what it can do now.
    func serveOnce() throws {
        guard let server else { return }
        set.removeAll()
        set.add(server.descriptor)
        try set.wait(nanoseconds: 0)
        if set.isReady(server.descriptor) { isThere = server.serve(self) }
    }

    func apply(_ setting: UAPISetting, at cursor: inout SetCursor) throws(Errno) {
        if case .listenPort(1) = setting { throw .addressInUse }
        settings.append(setting)
        _ = reader.take(.setting(setting))
    }

    func finish(_ cursor: inout SetCursor) throws(Errno) {
        endCount += 1
        if let request = reader.take(.endOfSet) { requests.append(request) }
    }

    func noteRefused(_ error: UAPIError) {}

    func writeReport(to text: inout TextBuffer, _ cursor: inout ReportCursor, limit: Int) {
        if partCount % reportParts == 0 { requests.append(.get) }
        partCount += 1
        text.append(report)
        cursor.isFinished = partCount % reportParts == 0
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
        #expect(harness.requests.last == .get)
    }

    @Test func `lines take effect as they come, whatever becomes of the rest`() throws {
        let client = try harness.connect()
        try client.write(Array("set=1\nfwmark=1\nlisten_port=2\nfwmar".utf8))
        try serve()
        #expect(harness.settings == [.fwmark(1), .listenPort(2)])
        try client.write(Array("k=x\nfwmark=3\n\n".utf8))
        try serve()
        #expect(text(client) == "errno=-22\n\n")
        try client.write(Array("set=1\nfwmark=4\nlisten_port=1\nfwmark=5\n\n".utf8))
        try serve()
        #expect(text(client) == "errno=-98\n\n", "the device refused a line")
        #expect(harness.settings == [.fwmark(1), .listenPort(2), .fwmark(4)])
        try client.write(Array("set=1\nfwmark=6\n".utf8))
        try serve()
        let ended = harness.endCount
        shutdown(client.rawValue, Int32(SHUT_WR))
        try serve()
        #expect(harness.settings.last == .fwmark(6))
        #expect(harness.endCount == ended + 1, "a request that is cut off ends")
    }

    @Test func `two requests under way at a time do not mix`() throws {
        let first = try harness.connect()
        let second = try harness.connect()
        try first.write(Array("set=1\nfwmark=1\n".utf8))
        try serve()
        try second.write(Array("set=1\nlisten_port=1\n\n".utf8))
        try serve()
        try first.write(Array("\n".utf8))
        try serve()
        #expect(text(first) == "errno=0\n\n")
        #expect(text(second) == "errno=-98\n\n")
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

    @Test func `a reply larger than the socket's buffer arrives whole, a part at a time`() throws {
        harness.report = [UInt8](repeating: 65, count: 64 << 10)
        harness.reportParts = 80
        let client = try harness.connect()
        try client.write(Array("get=1\n\n".utf8))
        var received = 0
        while received < 80 * harness.report.count {
            try serve(3)
            #expect((harness.partCount - received / harness.report.count) < 16, "no more is made than the client takes")
            let bytes = try client.read(upTo: 1 << 20)
            try #require(!bytes.isEmpty)
            received += bytes.count
        }
        #expect(received == 80 * harness.report.count)
    }

    @Test func `a client that takes no reply is not served again until it does`() throws {
        harness.report = [UInt8](repeating: 65, count: 5 << 20)
        let client = try harness.connect()
        for _ in 0..<20 { try client.write(Array("get=1\n\n".utf8)) }
        try serve(10)
        #expect(harness.requests.count == 1)
    }

    @Test func `200 clients of every bad sort delay nobody`() throws {
        harness.report = [UInt8](repeating: 65, count: 1 << 19)
        var others: [Int32] = []
        for number in 0..<200 {
            let client = try harness.connect()
            switch number % 4 {
            case 0: break
            case 1: try client.write(Array("set=1\npublic_key=00".utf8))
            case 2: try client.write([UInt8](repeating: 65, count: 900))
            default: try client.write(Array("get=1\n\n".utf8))
            }
            others.append(client.release())
            try serve(2)
        }
        try serve(60)
        harness.report = Array("errno=0\n\n".utf8)
        let client = try harness.connect()
        try client.write(Array("get=1\n\n".utf8))
        try serve(2)
        #expect(text(client) == "errno=0\n\n")
        for descriptor in others { close(descriptor) }
    }

    @Test func `when all places are taken, the longest silent client goes`() throws {
        let first = try harness.connect()
        try serve()
        let second = try harness.connect()
        try serve()
        var others: [Int32] = []
        for _ in 0..<(UAPIServer.connectionLimit - 2) {
            others.append(try harness.connect().release())
            try serve(2)
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
