import Glibc
import Testing
import WGLinux

/// A directory of this test's own.
private func withDirectory(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/d-linux.XXXXXX".utf8CString)
    let path = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer {
        for name in (try? Directory.names(in: path)) ?? [] { unlink("\(path)/\(name)") }
        rmdir(path)
    }
    try body(path)
}

@Suite struct UnixSocketTests {
    @Test func connectingFailsWithTheKernelsReason() throws {
        try withDirectory { path in
            #expect(throws: Errno.noSuchFile) { _ = try UnixSocket.connect("\(path)/none", timeoutMilliseconds: 1000) }
            do { _ = try UnixSocket.listen("\(path)/stale") }
            #expect(throws: Errno.connectionRefused) {
                _ = try UnixSocket.connect("\(path)/stale", timeoutMilliseconds: 1000)
            }
            let long = String(repeating: "a", count: 120)
            #expect(throws: Errno.nameTooLong) {
                _ = try UnixSocket.connect("\(path)/\(long)", timeoutMilliseconds: 1000)
            }
            #expect(throws: Errno.addressInUse) { _ = try UnixSocket.listen("\(path)/stale") }
        }
    }

    @Test func sendingToAPeerThatLeftIsAnErrorAndNoSignal() throws {
        try withDirectory { path in
            let listener = try UnixSocket.listen("\(path)/s")
            let client = try UnixSocket.connect("\(path)/s", timeoutMilliseconds: 1000)
            close(accept(listener.rawValue, nil, nil))
            #expect(throws: Errno.brokenPipe) {
                for _ in 0..<2 { try UnixSocket.send([1], to: client) }
            }
        }
    }

    @Test func aReadWithoutAnAnswerEndsAfterItsTime() throws {
        try withDirectory { path in
            let listener = try UnixSocket.listen("\(path)/s")
            let client = try UnixSocket.connect("\(path)/s", timeoutMilliseconds: 20)
            #expect(throws: Errno.wouldBlock) { try client.read(upTo: 1) }
            #expect(listener.rawValue >= 0)
        }
    }

    @Test func namesOfADirectoryAreAllOfThem() throws {
        try withDirectory { path in
            #expect(try Directory.names(in: path) == [])
            _ = try FileDescriptor.open("\(path)/b", .writeOnly, create: 0o600)
            let listener = try UnixSocket.listen("\(path)/.a")
            #expect(try Directory.names(in: path).sorted() == [".a", "b"])
            #expect(Directory.isSocket("\(path)/.a"))
            #expect(!Directory.isSocket("\(path)/b"))
            #expect(!Directory.isSocket("\(path)/none"))
            #expect(throws: Errno.noSuchFile) { try Directory.names(in: "\(path)/none") }
            #expect(listener.rawValue >= 0)
        }
    }

    @Test(arguments: [
        (UInt32(0o600), false), (0o660, false), (0o601, true), (0o602, true), (0o604, true), (0o644, true),
    ])
    func aFileIsOpenToOthersWithAnyOfTheirBits(mode: UInt32, isOpen: Bool) throws {
        try withDirectory { path in
            let file = try FileDescriptor.open("\(path)/f", .writeOnly, create: 0o600)
            fchmod(file.rawValue, mode)
            #expect(Terminal.isFileOpenToOthers(file.rawValue) == isOpen)
            #expect(!Terminal.isTerminal(file.rawValue))
        }
    }

    @Test func aDeviceFileIsNotOpenToOthers() throws {
        let file = try FileDescriptor.open("/dev/null", .writeOnly)
        #expect(!Terminal.isFileOpenToOthers(file.rawValue))
    }
}
