import Testing
import WGLinux
import WGModel
import WGPlan

@testable import WGQuick

struct HookRunnerTests {
    private func run(_ command: String, path: String = "/usr/bin:/bin") throws {
        let environment = ProcessEnvironment(inherited: ["PATH=\(path)"], programDirectory: nil)
        let runner = ProcessRunner(signals: try SignalQueue([]), environment: environment)
        try HookRunner(runner: runner).run(.postUp, command)
    }

    @Test(arguments: [
        "true", "", "   ", "echo '# not a comment' >/dev/null", "[[ x == @(x|y) ]]", "if false; then :; fi",
        "[ \"$LC_ALL\" = C ]", "false || true",
    ])
    func succeeds(command: String) throws { try run(command) }

    @Test(arguments: [
        ("exit 3", ProcessEnd.exited(3)), ("false; true", .exited(1)), ("false | true", .exited(1)),
        ("kill -KILL $$", .ended(by: .kill)), ("no-such-command-here 2>/dev/null", .exited(127)),
    ])
    func failsWithTheCommandsOwnStatus(command: String, end: ProcessEnd) {
        #expect(throws: QuickError.hookFailed(.postUp, command, end)) { try run(command) }
    }

    @Test func withoutBashTheSystemsShellRunsIt() throws {
        try run("[ -z \"$BASH_VERSION\" ] || [ \"$0\" = sh ]", path: "/nonexistent")
    }
}

struct StateFileTests {
    private let record = TunnelRecord(
        interface: wg0, host: FakeSystem.hostIdentity, linkIndex: 3, maker: ProcessIdentity(pid: 1, startTime: 2),
        configPath: "/conf", hooks: TunnelRecord.Hooks(preDown: ["x"]))

    @Test func aRecordIsTheOwnersAloneAndNamedByNamespace() throws {
        let scratch = try Scratch()
        let file = StateFile(directory: "\(scratch.path)/run", namespaceInode: 77)
        #expect(file.read(wg0) == nil)
        try file.write(record)
        #expect(file.path(wg0) == "\(scratch.path)/run/wg0.77.quick")
        #expect(try Files.status(file.path(wg0)).permissions == 0o600)
        #expect(file.read(wg0) == record)
        #expect(StateFile(directory: "\(scratch.path)/run", namespaceInode: 78).read(wg0) == nil)
        #expect(file.readAll() == [record])
        #expect(StateFile(directory: "\(scratch.path)/run", namespaceInode: 7).readAll() == [])
        try file.remove(wg0)
        #expect(file.read(wg0) == nil)
        try file.remove(wg0)
    }

    /// One line for each endpoint of 20 000 peers comes to 1.6 MB.
    @Test func aLargeRecordIsReadBack() throws {
        let scratch = try Scratch()
        let file = StateFile(directory: scratch.path, namespaceInode: 1)
        var record = record
        record.hooks.preDown = Array(repeating: String(repeating: "x", count: 1000), count: 2000)
        try file.write(record)
        #expect(file.read(wg0) == record)
    }

    @Test func aDamagedRecordIsNone() throws {
        let scratch = try Scratch()
        let file = StateFile(directory: scratch.path, namespaceInode: 1)
        try Files.replace(file.path(wg0), [0xff, 0, 10], permissions: 0o600)
        #expect(file.read(wg0) == nil)
    }

    @Test func aDirectoryThatCannotBeMadeIsNamed() {
        let file = StateFile(directory: "/proc/nonexistent", namespaceInode: 1)
        #expect(throws: QuickError.record(path: "/proc/nonexistent/wg0.1.quick", .noSuchFile)) {
            try file.write(record)
        }
    }
}
