import WGLinux
import WGModel
import WGPlan

/// Looks for what a host has that makes resolvers known, and for the resolvers that it uses. Starts no process.
struct DNSHostReader {
    /// Where things are; tests have theirs.
    struct Places {
        var resolvConf = ResolvConfFile.standardPath
        /// The servers that systemd-resolved itself asks.
        var upstream = "/run/systemd/resolve/resolv.conf"
        var interfaceOrder = "/etc/resolvconf/interface-order"
        var processes = "/proc"
    }

    private static let limit = 1 << 20
    private static let resolvedDirectory = "/run/systemd/resolve/"
    private static let resolvedStaticFiles = ["/usr/lib/systemd/resolv.conf", "/lib/systemd/resolv.conf"]
    /// The listeners of systemd-resolved.
    private static let stubs: Set<IPAddress> = [.v4(0x7f00_0035), .v4(0x7f00_0036)]
    /// `systemd-resolved`, as far as the kernel keeps a process's name.
    private static let resolvedName = Array("systemd-resolve\n".utf8)

    let environment: ProcessEnvironment
    let bootID: String
    let places: Places

    init(environment: ProcessEnvironment, bootID: String, places: Places = Places()) {
        self.environment = environment
        self.bootID = bootID
        self.places = places
    }

    func read() -> DNSHost {
        DNSHost(
            resolvedRuns: resolvedRuns, resolvedIsInCharge: resolvedIsInCharge,
            hasResolvectl: environment.find("resolvectl") != nil, resolvconf: resolvconf)
    }

    /// The servers in force, in order: those of `/etc/resolv.conf`, or those behind systemd-resolved's stub.
    func resolvers() -> [IPAddress] {
        let servers = servers(in: places.resolvConf)
        guard !servers.isEmpty, Self.stubs.isSuperset(of: servers) else { return servers }
        return self.servers(in: places.upstream)
    }

    private func servers(in path: String) -> [IPAddress] {
        guard let bytes = try? Files.read(path, limit: Self.limit) else { return [] }
        var conf = ResolvConf(bytes: bytes)
        // Where the file can't be written they are in it still, and the host's own are only comments.
        return ResolvConf.servers(in: conf.forgetOtherBoots(than: bootID) ? conf.bytes : bytes)
    }

    private var resolvedIsInCharge: Bool {
        if let path = try? Files.canonicalPath(places.resolvConf),
            path.hasPrefix(Self.resolvedDirectory) || Self.resolvedStaticFiles.contains(path)
        {
            return true
        }
        let servers = servers(in: places.resolvConf)
        return !servers.isEmpty && Self.stubs.isSuperset(of: servers)
    }

    /// Whether some process of that name is in this network namespace. Its bus can't be asked: that may well be
    /// shared with another namespace, whose links have numbers of their own.
    private var resolvedRuns: Bool {
        guard let own = try? Files.linkTarget("\(places.processes)/self/ns/net"),
            let names = try? Directory.names(in: places.processes)
        else { return false }
        return names.contains { name in
            guard name.utf8.first.map({ (48...57).contains($0) }) == true else { return false }
            let process = "\(places.processes)/\(name)"
            return (try? Files.read("\(process)/comm", limit: 4096)) == Self.resolvedName
                && (try? Files.linkTarget("\(process)/ns/net")) == own
        }
    }

    private var resolvconf: DNSHost.Resolvconf? {
        guard let path = environment.find("resolvconf") else { return nil }
        guard (try? Files.linkTarget(path)) != nil else {
            let order = (try? Files.read(places.interfaceOrder, limit: Self.limit)) ?? []
            return DNSHost.Resolvconf(prefix: DNSHost.prefix(interfaceOrder: order))
        }
        let program = (try? Files.canonicalPath(path)) ?? path
        return DNSHost.Resolvconf(
            isResolvectl: program.hasSuffix("/resolvectl") || program.hasSuffix("/systemd-resolve"))
    }
}
