import Glibc
import WGLinux
import WGModel
import WGPlan
import Testing

@testable import WGQuick

struct DNSHostReaderTests {
    private func reader(_ scratch: borrowing Scratch) -> DNSHostReader {
        let environment = ProcessEnvironment(inherited: ["PATH=\(scratch.path)/bin"], programDirectory: nil)
        let places = DNSHostReader.Places(
            resolvConf: "\(scratch.path)/resolv.conf", upstream: "\(scratch.path)/upstream",
            interfaceOrder: "\(scratch.path)/interface-order", processes: "\(scratch.path)/proc")
        return DNSHostReader(environment: environment, bootID: FakeSystem.hostIdentity.bootID, places: places)
    }

    private func write(_ path: String, _ text: String, permissions: UInt32 = 0o644) throws {
        let slash = path.lastIndex(of: "/")!
        try Files.makeDirectory(String(path[..<slash]), permissions: 0o755)
        try Files.replace(path, Array(text.utf8), permissions: permissions)
    }

    @Test func anEmptyHostHasNothing() throws {
        let scratch = try Scratch()
        #expect(reader(scratch).read() == DNSHost())
        #expect(reader(scratch).resolvers().isEmpty)
    }

    @Test func programsAreLookedForInPath() throws {
        let scratch = try Scratch()
        try write("\(scratch.path)/bin/resolvectl", "", permissions: 0o755)
        try write("\(scratch.path)/interface-order", "lo\ntun*\n")
        #expect(reader(scratch).read() == DNSHost(hasResolvectl: true))
        try Files.replace("\(scratch.path)/bin/resolvconf", withLinkTo: "resolvectl")
        #expect(reader(scratch).read().resolvconf == DNSHost.Resolvconf(isResolvectl: true))
        try write("\(scratch.path)/bin/resolvconf", "", permissions: 0o755)
        #expect(reader(scratch).read().resolvconf == DNSHost.Resolvconf(prefix: "tun."))
        // As the stock tool has it, a link gets no prefix, wherever it leads.
        try write("\(scratch.path)/bin/openresolv", "", permissions: 0o755)
        try Files.replace("\(scratch.path)/bin/resolvconf", withLinkTo: "openresolv")
        #expect(reader(scratch).read().resolvconf == DNSHost.Resolvconf())
    }

    @Test func resolvedCountsInThisNetworkNamespaceOnly() throws {
        let scratch = try Scratch()
        func process(_ id: String, _ name: String, _ namespace: String) throws {
            try write("\(scratch.path)/proc/keep", "")
            try write("\(scratch.path)/proc/\(id)/comm", name)
            try Files.makeDirectory("\(scratch.path)/proc/\(id)/ns", permissions: 0o755)
            try Files.replace("\(scratch.path)/proc/\(id)/ns/net", withLinkTo: namespace)
        }
        try process("self", "x\n", "net:[1]")
        try process("7", "systemd-resolve\n", "net:[2]")
        try process("8", "systemd-resolver\n", "net:[1]")
        #expect(!reader(scratch).read().resolvedRuns)
        try process("9", "systemd-resolve\n", "net:[1]")
        #expect(reader(scratch).read().resolvedRuns)
    }

    @Test func theServersBehindTheStubAreTheOnesInForce() throws {
        let scratch = try Scratch()
        try write("\(scratch.path)/upstream", "nameserver 192.168.1.1\nnameserver fd00::1\n")
        try write("\(scratch.path)/resolv.conf", "nameserver 10.9.0.1\nsearch x\n")
        #expect(reader(scratch).resolvers() == [IPAddress("10.9.0.1")!])
        #expect(!reader(scratch).read().resolvedIsInCharge)
        try write("\(scratch.path)/resolv.conf", "nameserver 127.0.0.53\noptions edns0\n")
        #expect(reader(scratch).resolvers() == [IPAddress("192.168.1.1")!, IPAddress("fd00::1")!])
        #expect(reader(scratch).read().resolvedIsInCharge)
        try write("\(scratch.path)/resolv.conf", "nameserver 127.0.0.53\nnameserver 1.1.1.1\n")
        #expect(reader(scratch).resolvers() == [IPAddress("127.0.0.53")!, IPAddress("1.1.1.1")!])
        #expect(!reader(scratch).read().resolvedIsInCharge)
    }

    @Test func serversFromBeforeARebootAreNotInForce() throws {
        let scratch = try Scratch()
        let path = "\(scratch.path)/resolv.conf"
        let file = ResolvConfFile(path: path)
        let state = DNSState(backend: .file, servers: [IPAddress("10.0.0.1")!], isDefault: true)
        var host = FakeSystem.hostIdentity
        for (bootID, server) in [(host.bootID, "10.0.0.1"), ("before", "127.0.0.53")] {
            try write(path, "nameserver 127.0.0.53\n")
            host.bootID = bootID
            try file.set(ResolvConf.Entry(interface: wg0, host: host, state: state))
            try write("\(scratch.path)/upstream", "nameserver \(server)\n")
            #expect(reader(scratch).resolvers() == [IPAddress(server)!])
            #expect(reader(scratch).read().resolvedIsInCharge == (bootID == "before"))
        }
    }
}

struct ResolvConfFileTests {
    private static let host = FakeSystem.hostIdentity
    private static let wg1 = try! InterfaceName("wg1")
    private static let former = "nameserver 192.168.1.1\noptions rotate\n"

    private func entry(_ name: InterfaceName, _ server: String) -> ResolvConf.Entry {
        let state = DNSState(backend: .file, servers: [IPAddress(server)!], isDefault: true)
        return ResolvConf.Entry(interface: name, host: Self.host, state: state)
    }

    @Test func whatIsFromBeforeARebootGoesAndTheFormerFileComesBack() throws {
        let scratch = try Scratch()
        let file = ResolvConfFile(path: "\(scratch.path)/resolv.conf")
        #expect(try !file.forgetOtherBoots(than: "now"))
        try Files.replace("\(scratch.path)/target", Array(Self.former.utf8), permissions: 0o600)
        try Files.replace(file.path, withLinkTo: "target")
        try file.set(entry(wg0, "10.0.0.1"))
        let before = try text(file)
        #expect(try !file.forgetOtherBoots(than: Self.host.bootID))
        #expect(try text(file) == before)
        #expect(try file.forgetOtherBoots(than: "now"))
        #expect(try Files.linkTarget(file.path) == "target")
    }

    private func text(_ file: ResolvConfFile) throws -> String {
        String(decoding: try Files.read(file.path), as: UTF8.self)
    }

    @Test func thePermissionsStay() throws {
        let scratch = try Scratch()
        let file = ResolvConfFile(path: "\(scratch.path)/resolv.conf")
        try Files.replace(file.path, Array(Self.former.utf8), permissions: 0o640)
        try file.set(entry(wg0, "10.0.0.1"))
        #expect(try Files.status(file.path).permissions == 0o640)
        #expect(try text(file).contains("\nnameserver 10.0.0.1\n# wg-quick: end\n#wg-quick: nameserver 192.168.1.1\n"))
        #expect(try file.entry(wg0, Self.host)?.servers == [IPAddress("10.0.0.1")!])
        #expect(try file.remove(wg0, Self.host))
        #expect(try text(file) == Self.former)
        #expect(try Files.status(file.path).permissions == 0o640)
        #expect(try Directory.names(in: scratch.path) == ["resolv.conf"])
        #expect(try !file.remove(wg0, Self.host))
        #expect(try text(file) == Self.former)
    }

    @Test func aMissingFileIsMissingAgain() throws {
        let scratch = try Scratch()
        let file = ResolvConfFile(path: "\(scratch.path)/resolv.conf")
        #expect(try !file.remove(wg0, Self.host))
        try file.set(entry(wg0, "10.0.0.1"))
        try file.set(entry(Self.wg1, "10.1.0.1"))
        #expect(try file.remove(wg0, Self.host))
        #expect(ResolvConf.servers(in: try Files.read(file.path)) == [IPAddress("10.1.0.1")!])
        #expect(try file.remove(Self.wg1, Self.host))
        #expect(try Directory.names(in: scratch.path).isEmpty)
    }

    @Test(arguments: [true, false]) func aLinkIsALinkAgain(isDangling: Bool) throws {
        let scratch = try Scratch()
        let file = ResolvConfFile(path: "\(scratch.path)/resolv.conf")
        if !isDangling { try Files.replace("\(scratch.path)/target", Array(Self.former.utf8), permissions: 0o600) }
        try Files.replace(file.path, withLinkTo: "target")
        try file.set(entry(wg0, "10.0.0.1"))
        #expect(throws: Errno.invalidArgument) { try Files.linkTarget(file.path) }
        #expect(try text(file).contains("options rotate") == !isDangling)
        #expect(try Files.status(file.path).permissions == 0o644)
        #expect(try file.remove(wg0, Self.host))
        #expect(try Files.linkTarget(file.path) == "target")
        if !isDangling { #expect(try text(file) == Self.former) }
    }

    @Test func whatStandsBehindIsOverwrittenInPlaceAndCut() throws {
        let scratch = try Scratch()
        let path = "\(scratch.path)/file"
        for (old, new) in [("", "a\n"), ("longer\n", "a\n"), ("a\n", "longer\n"), ("same\n", "same\n")] {
            try Files.replace(path, Array(old.utf8), permissions: 0o600)
            try Files.overwrite(path, Array(new.utf8))
            #expect(try Files.read(path) == Array(new.utf8))
        }
    }

    @Test func aFailureNamesTheReasonAndChangesNothing() throws {
        let file = ResolvConfFile(path: "/proc/version")
        let before = try Files.read(file.path)
        #expect(throws: Errno.self) { try file.set(entry(wg0, "10.0.0.1")) }
        #expect(try Files.read(file.path) == before)
    }
}
