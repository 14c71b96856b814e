import Testing
import WGLinux
import WGModel
import WGPlan

@testable import WGQuick

/// A host whose packet filter programs only note what they are asked.
private struct FilterHost: ~Copyable {
    let scratch: Scratch

    /// - Parameter programs: what each does beside that, as shell commands.
    init(_ programs: [String: String]) throws {
        let scratch = try Scratch()
        for (name, action) in programs {
            let script = """
                #!/bin/sh
                input="$(/bin/cat)"
                printf '%s\\n' "\(name) $*" "$input" >>"\(scratch.path)/log"
                \(action)
                """
            // Written by another process: nobody whom other tests start meanwhile may inherit it open for writing.
            let text = "\(scratch.path)/\(name).text"
            try Files.replace(text, Array(script.utf8), permissions: 0o600)
            let install = try ChildProcess.start(
                "/usr/bin/install", ["install", "-m", "755", text, "\(scratch.path)/\(name)"], environment: [],
                ownGroup: false)
            guard try install.wait().isSuccess else { throw Errno.inputOutput }
        }
        self.scratch = scratch
    }

    var backend: FirewallBackend {
        get throws {
            let environment = ProcessEnvironment(
                inherited: ["PATH=\(scratch.path)"], programDirectory: nil)
            return FirewallBackend(runner: ProcessRunner(signals: try SignalQueue([]), environment: environment))
        }
    }

    var log: String { (try? Files.read("\(scratch.path)/log")).map { String(decoding: $0, as: UTF8.self) } ?? "" }
}

struct FirewallBackendTests {
    private static let nft = FirewallState(
        tool: .nft, interface: wg0, mark: 51820, families: [.ipv4], addresses: [IPPrefix("10.77.0.1/24")!])
    private static let iptables = FirewallState(
        tool: .iptables, interface: wg0, mark: 51820, families: [.ipv4], addresses: nft.addresses)
    private static let saved = """
        *mangle
        -A PREROUTING -p udp -m comment --comment "wg-quick(8) rule for wg0" -j CONNMARK --restore-mark
        -A POSTROUTING -p udp -m mark --mark 0xca6c -m comment --comment "wg-quick(8) rule for wg0" -j CONNMARK --save-mark
        COMMIT
        *raw
        -A PREROUTING -d 10.77.0.1/32 ! -i wg0 -m addrtype ! --src-type LOCAL -m comment --comment "wg-quick(8) rule for wg0" -j DROP
        COMMIT
        """

    @Test func nftGetsOneScript() throws {
        let host = try FilterHost(["nft": ""])
        try host.backend.apply(from: nil, to: Self.nft)
        #expect(host.log == "nft -f -\n" + NftRules.script(from: nil, to: Self.nft))
    }

    @Test func iptablesIsAskedWhatIsThereAndToldWhatIsToBe() throws {
        let host = try FilterHost(["iptables-save": "echo '\(Self.saved)'", "iptables-restore": ""])
        try host.backend.apply(from: Self.iptables, to: nil)
        let input = try #require(IptablesRules.input(.ipv4, of: wg0, live: Self.saved, to: nil))
        #expect(host.log == "iptables-save \n\niptables-restore -n -w 5\n" + input)
    }

    @Test func withoutRulesOfItsOwnIptablesHasNothingToRemove() throws {
        let host = try FilterHost(["iptables-save": "", "iptables-restore": ""])
        try host.backend.apply(from: Self.iptables, to: nil)
        #expect(host.log == "iptables-save \n\n")
    }

    @Test func newRulesComeBeforeAnotherToolsGo() throws {
        let host = try FilterHost(["nft": "", "iptables-save": "echo '\(Self.saved)'", "iptables-restore": ""])
        try host.backend.apply(from: Self.iptables, to: Self.nft)
        let calls = host.log.split(separator: "\n").filter { $0.hasPrefix("nft ") || $0.hasPrefix("iptables-") }
        #expect(calls == ["nft -f -", "iptables-save ", "iptables-restore -n -w 5"])
    }

    @Test func aToolThatRefusesIsAnErrorWithItsWords() throws {
        let host = try FilterHost(["nft": "echo 'Error: no' >&2; exit 1"])
        #expect(throws: QuickError.toolFailed("nft", .exited(1), said: "Error: no")) {
            try host.backend.apply(from: nil, to: Self.nft)
        }
        #expect(throws: QuickError.toolNotFound("iptables-save")) {
            try host.backend.apply(from: nil, to: Self.iptables)
        }
    }

    @Test func whatIsThereIsFoundWhoeverMadeIt() throws {
        let nothing = try FilterHost(["nft": ""])
        #expect(try nothing.backend.find(wg0) == nil)
        #expect(try nothing.backend.tools == FirewallTools(nft: true, iptables: false, ip6tables: false))
        let refused = try FilterHost([
            "nft": "exit 1", "iptables-save": "echo '\(Self.saved)'", "iptables-restore": "",
        ])
        #expect(try refused.backend.find(wg0)?.fulfils(Self.iptables) == true)
        #expect(try refused.backend.find(InterfaceName("wg1")) == nil)
        #expect(try refused.backend.tools == FirewallTools(nft: true, iptables: true, ip6tables: false))
        let tables = try FilterHost([
            "nft": """
            case "$*" in "list tables") echo 'table ip wg-quick-wg0' ;; *) echo 'table ip wg-quick-wg0 {' ;; esac
            """
        ])
        #expect(try tables.backend.find(wg0)?.isIntact == false)
        #expect(tables.log == "nft list tables\n\nnft list table ip wg-quick-wg0\n\n")
    }
}
