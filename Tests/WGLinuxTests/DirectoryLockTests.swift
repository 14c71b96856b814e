import Testing

@testable import WGLinux

@Suite struct DirectoryLockTests {
    private func isFree(_ path: String) throws -> Bool {
        switch try DirectoryLock.take(path) {
        case .some: true
        case .none: false
        }
    }

    @Test func `a lock is one owner's at a time`() throws {
        let path = "/tmp/wg-lock-test.\(CurrentProcess.pid)"
        try Files.makeDirectory(path, permissions: 0o700)
        defer { try? Files.remove(path) }
        do {
            let lock = try DirectoryLock.take(path)
            #expect(try !isFree(path))
            _ = consume lock
        }
        #expect(try isFree(path))
    }

    @Test func `without the directory there is none`() {
        #expect(throws: Errno.noSuchFile) { _ = try isFree("/nonexistent/directory") }
    }
}
