public import WGLinux
import WGModel
import WGPlan

/// Makes a tunnel's resolvers known, takes that back, and tells what is known of them.
struct DNSBackend {
    let runner: ProcessRunner
    /// Where this runs: the owner of what stands in `/etc/resolv.conf`.
    let host: HostIdentity
    let report: (DNSNotice) -> Void
    var resolvConf = ResolvConfFile(path: ResolvConfFile.standardPath)

    /// systemd-resolved hears of a new link from the kernel, and forgets, or does not know yet, what it is told before
    /// (systemd issue 22775).
    private static let attempts = 20
    private static let pause = Duration.milliseconds(50)

    /// Does it, or throws and has done nothing of it.
    func apply(_ name: InterfaceName, from: DNSState?, to: DNSState?) throws(QuickError) {
        if let from, from.backend != to?.backend { try remove(name, from) }
        guard let to else { return }
        switch to.backend {
        case .resolved: try setResolved(name, to)
        case .resolvconf(let entry):
            try setResolvconf(entry, to)
        case .file:
            try edit { () throws(Errno) in
                try resolvConf.set(ResolvConf.Entry(interface: name, host: host, state: to))
            }
        }
    }

    /// What is known of the tunnel to the back end of the given state; `nil` for nothing.
    func observe(_ name: InterfaceName, like state: DNSState) throws(QuickError) -> DNSState? {
        switch state.backend {
        case .resolved: return try observeResolved(name)
        case .resolvconf(let entry):
            // openresolv fails where there is no such entry.
            return ResolvconfList.state(of: entry, in: try runner.askTool("resolvconf", ["-l", entry]).output)
        case .file: return try edit { () throws(Errno) in try resolvConf.entry(name, host) }
        }
    }

    /// As long as servers from before a reboot stand in the file, no name may be found.
    func forgetOtherBoots() {
        do throws(Errno) {
            guard try resolvConf.forgetOtherBoots(than: host.bootID) else { return }
            report(.otherBootForgotten(path: resolvConf.path))
        } catch {
            report(.otherBootStays(path: resolvConf.path, error))
        }
    }

    private func remove(_ name: InterfaceName, _ state: DNSState) throws(QuickError) {
        switch state.backend {
        case .resolved:
            // What it knew has gone with the link.
            guard Resolver.interfaceIndex(of: name.text) != nil else { return }
            try run("resolvectl", ["revert", name.text])
        case .resolvconf(let entry): try run("resolvconf", ["-d", entry, "-f"])
        case .file:
            let wasThere = try edit { () throws(Errno) in try resolvConf.remove(name, host) }
            if !wasThere { report(.fileReplaced(path: resolvConf.path)) }
        }
    }

    private func setResolvconf(_ entry: String, _ state: DNSState) throws(QuickError) {
        let lines = state.resolverLines.map { "\($0)\n" }.joined()
        do {
            try run("resolvconf", ["-a", entry, "-m", "0", "-x"], input: Array(lines.utf8))
        } catch {
            // It may have the entry, and have failed to tell somebody.
            _ = try? run("resolvconf", ["-d", entry, "-f"], errors: .hidden)
            throw error
        }
    }

    private func setResolved(_ name: InterfaceName, _ state: DNSState) throws(QuickError) {
        var failure = QuickError.dnsNotTaken(name)
        for attempt in 0..<Self.attempts {
            if attempt > 0 { WallClock.sleep(Self.pause) }
            do {
                for arguments in state.resolvectlArguments(name) { try run("resolvectl", arguments, errors: .hidden) }
                if try observeResolved(name)?.servers == state.servers { return }
            } catch .toolFailed(let program, let end, let said) {
                failure = .toolFailed(program, end, said: said)
            }
        }
        _ = try? run("resolvectl", ["revert", name.text], errors: .hidden)
        throw failure
    }

    private func observeResolved(_ name: InterfaceName) throws(QuickError) -> DNSState? {
        let answers = try ["dns", "domain", "default-route"].map { (property) throws(QuickError) in
            ResolvectlText.values(try runner.runTool("resolvectl", [property, name.text], errors: .hidden))
        }
        return ResolvectlText.state(servers: answers[0], domains: answers[1], defaultRoute: answers[2])
    }

    @discardableResult
    private func run(
        _ program: String, _ arguments: [String], input: [UInt8] = [], errors: ProcessRunner.ToolErrors = .shown
    ) throws(QuickError) -> [UInt8] {
        try runner.runTool(program, arguments, input: input, errors: errors)
    }

    private func edit<Result>(_ body: () throws(Errno) -> Result) throws(QuickError) -> Result {
        do { return try body() } catch { throw .resolvConf(path: resolvConf.path, error) }
    }
}

/// What is worth a word though nothing failed.
public enum DNSNotice: Hashable, Sendable {
    /// The file holds nothing of the tunnel's any more, and stays as it is.
    case fileReplaced(path: String)
    /// The file held what a tunnel had left from before a reboot.
    case otherBootForgotten(path: String)
    /// It holds that still, as it can't be written.
    case otherBootStays(path: String, Errno)
}
