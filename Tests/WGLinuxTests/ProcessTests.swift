import Testing

@testable import WGLinux

struct ProcessTests {
    private func start(_ script: String, ownGroup: Bool = false) throws -> ChildProcess {
        try ChildProcess.start("/bin/sh", ["sh", "-c", script], environment: ["A=b c"], ownGroup: ownGroup)
    }

    @Test(arguments: [
        ("exit 0", ProcessEnd.exited(0), 0), ("exit 7", .exited(7), 7), ("[ \"$A\" = 'b c' ] && exit 3", .exited(3), 3),
        ("kill -TERM $$", .ended(by: .terminate), 143), ("kill -INT $$", .ended(by: .interrupt), 130),
    ])
    func anEndIsAnExitStatusOrASignal(script: String, expected: ProcessEnd, code: Int32) throws {
        let status = try start(script).wait()
        #expect(status == expected)
        #expect(status.code == code)
        #expect(status.isSuccess == (code == 0))
    }

    @Test func aMissingProgramIsAnError() {
        #expect(throws: Errno.noSuchFile) {
            try ChildProcess.start("/nonexistent", ["x"], environment: [], ownGroup: false)
        }
    }

    @Test func aRunningChildIsNotReaped() throws {
        let child = try start("read line < /dev/zero")
        #expect(try child.reap() == nil)
        child.send(.kill)
        #expect(try child.wait() == .ended(by: .kill))
    }

    @Test func aSignalReachesTheWholeGroup() throws {
        // The shell waits for a grandchild; only if that one dies too does the pipe reach its end.
        let directory = try ScratchFile.directory()
        let path = directory + "/fifo"
        _ = try start("mkfifo \(path)").wait()
        let child = try start("sh -c 'echo ready; exec tail -f /dev/null' > \(path) & wait", ownGroup: true)
        let pipe = try FileDescriptor.open(path, .readOnly)
        #expect(try pipe.read(upTo: 6) == Array("ready\n".utf8))
        child.send(.terminate)
        #expect(try child.wait() == .ended(by: .terminate))
        #expect(try pipe.read(upTo: 1) == [])
        try Files.remove(path)
    }
}

struct NetworkNamespaceTests {
    @Test func theSameNamespaceIsTheSameValue() throws {
        #expect(try NetworkNamespace.current() == NetworkNamespace.current())
        #expect(try NetworkNamespace.current().inode != 0)
    }
}

struct FilesTests {
    @Test func replacedContentReadsBackWithItsPermissions() throws {
        let directory = try ScratchFile.directory()
        let path = directory + "/record"
        try Files.replace(path, Array("one\n".utf8), permissions: 0o644)
        try Files.replace(path, Array("two\n".utf8), permissions: 0o600)
        #expect(try Files.read(path) == Array("two\n".utf8))
        #expect(try Files.status(path).permissions == 0o600)
        #expect(try Directory.names(in: directory) == ["record"])
        try Files.remove(path)
        #expect(throws: Errno.noSuchFile) { try Files.read(path) }
    }

    @Test func aFailedReplaceLeavesNothingBehind() throws {
        let directory = try ScratchFile.directory()
        let path = directory + "/taken"
        try Files.makeDirectory(path, permissions: 0o700)
        #expect(throws: Errno.self) { try Files.replace(path, [], permissions: 0o600) }
        #expect(try Directory.names(in: directory) == ["taken"])
    }

    @Test func readingStopsAtTheLimit() {
        #expect(throws: Errno(rawValue: 27)) { try Files.read("/dev/zero", limit: 100_000) }
    }

    @Test func aDirectoryMayBeThereAlready() throws {
        let path = try ScratchFile.directory() + "/d"
        try Files.makeDirectory(path, permissions: 0o700)
        try Files.makeDirectory(path, permissions: 0o700)
        #expect(try Files.status(path).isDirectory)
        #expect(!Files.isExecutable(path))
        #expect(Files.isExecutable("/bin/sh"))
    }

    @Test func pathsLoseTheirDetours() throws {
        #expect(try Files.canonicalPath("/proc/../tmp/.") == "/tmp")
        #expect(throws: Errno.noSuchFile) { try Files.canonicalPath("/nonexistent/x") }
        #expect(try Files.linkTarget("/proc/self/fd/../cwd").hasPrefix("/"))
    }
}

/// Directories of the tests' own; they are left to the system's cleaning of `/tmp`.
enum ScratchFile {
    static func directory() throws -> String {
        let path = "/tmp/wglinux-tests-\(UInt64.random(in: 0 ... .max))"
        try Files.makeDirectory(path, permissions: 0o700)
        return path
    }
}
