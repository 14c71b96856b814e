import Glibc
import Testing

@testable import WGLinux

@Suite struct UnixListenerTests {
    private let directory: String

    init() throws {
        var template = Array("/tmp/wg-listener-XXXXXX".utf8CString)
        directory = try #require(mkdtemp(&template).map { String(cString: $0) })
    }

    private var path: String { directory + "/run/a.sock" }

    private func listen() throws -> UnixListener { try UnixListener(directory: directory + "/run", name: "a.sock") }

    private func cleanUp() {
        unlink(path)
        rmdir(directory + "/run")
        rmdir(directory)
    }

    @Test func `a client that connects is accepted, and nobody else is`() throws {
        defer { cleanUp() }
        let listener = try listen()
        #expect(listener.accept()?.rawValue == nil)
        let client = try UnixSocket.connect(path, timeoutMilliseconds: 1000)
        let accepted = listener.accept()
        guard let accepted else {
            Issue.record("nobody accepted")
            return
        }
        try client.write([7])
        #expect(try accepted.read(upTo: 10) == [7])
        #expect(listener.accept()?.rawValue == nil)
    }

    @Test func `the socket is for its owner alone, in a directory for all to see`() throws {
        defer { cleanUp() }
        let listener = try listen()
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode & 0o777 == 0o700)
        #expect(lstat(directory + "/run", &status) == 0 && status.st_mode & 0o777 == 0o755)
        #expect(listener.isStillThere())
    }

    @Test func `a living listener is not pushed aside`() throws {
        defer { cleanUp() }
        let listener = try listen()
        #expect(UnixListener.isLive(path))
        #expect(throws: UnixListener.Failure.inUse) { _ = try listen() }
        #expect(listener.isStillThere())
    }

    @Test func `a dead listener's file makes room`() throws {
        defer { cleanUp() }
        _ = mkdir(directory + "/run", 0o755)
        do { _ = try UnixSocket.listen(path) }
        #expect(access(path, F_OK) == 0 && !UnixListener.isLive(path))
        #expect(try listen().isStillThere())
    }

    @Test func `the file goes with the listener`() throws {
        defer { cleanUp() }
        do { _ = try listen() }
        #expect(access(path, F_OK) != 0)
    }

    @Test func `a removed file makes the removal descriptor readable`() throws {
        defer { cleanUp() }
        let listener = try listen()
        var set = PollSet()
        set.add(listener.removalDescriptor)
        try set.wait(nanoseconds: 0)
        #expect(!set.isReady(listener.removalDescriptor))
        unlink(path)
        try set.wait(nanoseconds: 5_000_000_000)
        #expect(set.isReady(listener.removalDescriptor) && !listener.isStillThere())
    }

    @Test func `somebody else's file at the path is left alone`() throws {
        defer { cleanUp() }
        do {
            let listener = try listen()
            unlink(path)
            _ = try FileDescriptor.open(path, .writeOnly, create: 0o600).rawValue
            #expect(!listener.isStillThere())
        }
        #expect(access(path, F_OK) == 0)
    }
}
