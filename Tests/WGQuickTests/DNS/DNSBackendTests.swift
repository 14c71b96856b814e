import Testing
import WGLinux
import WGModel
import WGPlan

@testable import WGQuick

/// With programs made of shell that write down what they are asked.
struct DNSBackendTests {
    private static let host = FakeSystem.hostIdentity
    private static let server = IPAddress("10.0.0.1")!

    private func backend(
        _ scratch: borrowing Scratch, report: @escaping (DNSNotice) -> Void = { _ in }
    ) throws -> DNSBackend {
        let environment = ProcessEnvironment(
            inherited: ["PATH=\(scratch.path):/usr/bin:/bin", "D=\(scratch.path)"], programDirectory: nil)
        return DNSBackend(
            runner: ProcessRunner(signals: try SignalQueue([]), environment: environment), host: Self.host,
            report: report, resolvConf: ResolvConfFile(path: "\(scratch.path)/resolv.conf"))
    }

    private func program(_ name: String, _ scratch: borrowing Scratch, _ body: String) throws {
        let text = "#!/bin/sh\n[ \"$1\" != probe ] || exit 0\necho \"\(name) $*\" >>$D/log\n\(body)\n"
        try Files.replace("\(scratch.path)/\(name)", Array(text.utf8), permissions: 0o755)
        // As long as a process that another test is starting still has the file open, it can't be run.
        let runner = try backend(scratch).runner
        while (try? runner.askTool(name, ["probe"])) == nil {}
    }

    private func log(_ scratch: borrowing Scratch) throws -> [String] {
        String(decoding: (try? Files.read("\(scratch.path)/log")) ?? [], as: UTF8.self).split(separator: "\n").map(
            String.init)
    }

    private static let entry = DNSState(
        backend: .resolvconf(entry: "tun.wg0"), servers: [server], searchDomains: ["a", "b"], isDefault: true)
    private static let link = DNSState(backend: .resolved, servers: [server], searchDomains: ["a"], isDefault: true)
    private static let file = DNSState(backend: .file, servers: [server], isDefault: true)

    @Test func resolvconfIsToldOnItsStandardInput() throws {
        let scratch = try Scratch()
        try program("resolvconf", scratch, "case $1 in -a) sed 's/^/< /' >>$D/log; esac")
        let backend = try backend(scratch)
        try backend.apply(wg0, from: nil, to: Self.entry)
        try backend.apply(wg0, from: Self.entry, to: nil)
        #expect(
            try log(scratch) == [
                "resolvconf -a tun.wg0 -m 0 -x", "< nameserver 10.0.0.1", "< search a b", "resolvconf -d tun.wg0 -f",
            ])
    }

    @Test func aFailureOfResolvconfIsOne() throws {
        let scratch = try Scratch()
        try program("resolvconf", scratch, "exit 4")
        let backend = try backend(scratch)
        #expect(throws: QuickError.toolFailed("resolvconf", .exited(4), said: "")) {
            try backend.apply(wg0, from: nil, to: Self.entry)
        }
        #expect(try backend.observe(wg0, like: Self.entry) == nil)
    }

    @Test func resolvconfsEntryIsRead() throws {
        let scratch = try Scratch()
        try program(
            "resolvconf", scratch, "printf '# resolv.conf from tun.wg0\\nnameserver 10.0.0.1\\nsearch a b\\n'; exit 1")
        #expect(try backend(scratch).observe(wg0, like: Self.entry) == Self.entry)
    }

    /// Keeps what it is told in files, but for the first time.
    private static let forgetfulResolvectl = """
        if [ $# -eq 2 ] && [ $1 != revert ]; then echo "Link 7 ($2): $(cat $D/$1 2>/dev/null)"; exit; fi
        [ -e $D/known ] || { : >$D/known; exit 0; }
        property=$1; shift 2; echo "$*" >$D/$property
        """

    @Test func resolvedIsToldAgainUntilItKnows() throws {
        let scratch = try Scratch()
        try program("resolvectl", scratch, Self.forgetfulResolvectl.replacing("$D/known", with: "$D/known.$1"))
        let backend = try backend(scratch)
        try backend.apply(wg0, from: nil, to: Self.link)
        let round = ["resolvectl dns wg0 10.0.0.1", "resolvectl domain wg0 a ~.", "resolvectl default-route wg0 yes"]
        #expect(try log(scratch).filter { $0.split(separator: " ").count > 3 } == round + round)
        #expect(try backend.observe(wg0, like: Self.link) == Self.link)
    }

    @Test func whatResolvedRefusesIsTakenBack() throws {
        let scratch = try Scratch()
        try program("resolvectl", scratch, "[ $1 = revert ] || { echo 'no such link' >&2; exit 1; }")
        let backend = try backend(scratch)
        #expect(throws: QuickError.toolFailed("resolvectl", .exited(1), said: "no such link")) {
            try backend.apply(wg0, from: nil, to: Self.link)
        }
        #expect(try log(scratch).last == "resolvectl revert wg0")
    }

    @Test func resolvedForgetsWithTheLink() throws {
        let scratch = try Scratch()
        try backend(scratch).apply(try InterfaceName("no-such-link"), from: Self.link, to: nil)
        #expect(try log(scratch).isEmpty)
    }

    @Test func aFileThatOthersReplacedIsToldOf() throws {
        let scratch = try Scratch()
        var notices: [DNSNotice] = []
        let backend = try backend(scratch) { notices.append($0) }
        let path = "\(scratch.path)/resolv.conf"
        try backend.apply(wg0, from: nil, to: Self.file)
        #expect(try backend.observe(wg0, like: Self.file) == Self.file)
        try Files.replace(path, Array("nameserver 9.9.9.9\n".utf8), permissions: 0o644)
        #expect(try backend.observe(wg0, like: Self.file) == nil)
        try backend.apply(wg0, from: Self.file, to: nil)
        #expect(notices == [.fileReplaced(path: path)])
        #expect(try Files.read(path) == Array("nameserver 9.9.9.9\n".utf8))
    }

    @Test func whatIsFromBeforeARebootIsTakenOutAndToldOf() throws {
        let scratch = try Scratch()
        var notices: [DNSNotice] = []
        var backend = try backend(scratch) { notices.append($0) }
        let path = "\(scratch.path)/resolv.conf"
        try Files.replace(path, Array("nameserver 9.9.9.9\n".utf8), permissions: 0o644)
        try backend.apply(wg0, from: nil, to: Self.file)
        backend.forgetOtherBoots()
        #expect(notices == [])
        backend = DNSBackend(
            runner: backend.runner, host: HostIdentity(bootID: "now", namespaceDevice: 4, namespaceInode: 5),
            report: backend.report, resolvConf: backend.resolvConf)
        backend.forgetOtherBoots()
        #expect(notices == [.otherBootForgotten(path: path)])
        #expect(try Files.read(path) == Array("nameserver 9.9.9.9\n".utf8))
    }

    @Test func anotherBackEndIsLeftFirst() throws {
        let scratch = try Scratch()
        try program("resolvconf", scratch, "[ $1 = -d ]")
        let backend = try backend(scratch)
        try backend.apply(wg0, from: Self.entry, to: Self.file)
        #expect(try log(scratch) == ["resolvconf -d tun.wg0 -f"])
        #expect(try backend.observe(wg0, like: Self.file) == Self.file)
    }
}
