public import WGModel

/// How a tunnel's resolvers are, or are to be, made known to the host: everything needed to do it, and to take it back.
public struct DNSState: Hashable, Sendable {
    public enum Backend: Hashable, Sendable {
        /// systemd-resolved, which keeps servers for each link and forgets them with the link.
        case resolved
        /// `resolvconf`: openresolv's or Debian's. The name that the entry is kept under ends in the interface's.
        case resolvconf(entry: String)
        /// `/etc/resolv.conf` itself.
        case file
    }

    public var backend: Backend
    /// In the order of preference.
    public var servers: [IPAddress]
    /// Without white space. For `resolved`, one that begins with `~` is for choosing the link only, and `~.`, all names,
    /// is left to `isDefault`.
    public var searchDomains: [String]
    /// Whether names that no other link claims go to these servers. Only `resolved` can do without.
    public var isDefault: Bool

    public init(backend: Backend, servers: [IPAddress], searchDomains: [String] = [], isDefault: Bool) {
        self.backend = backend
        self.servers = servers
        self.searchDomains = searchDomains
        self.isDefault = isDefault
    }
}

extension DNSState {
    /// One line, without its end.
    public var recordText: String {
        let words =
            switch backend {
            case .resolved: ["resolved"]
            case .resolvconf(let entry): ["resolvconf", entry]
            case .file: ["file"]
            }
        let lists = servers.map { "nameserver=\($0)" } + searchDomains.map { "search=\($0)" }
        return (words + [isDefault ? "default" : "split"] + lists).joined(separator: " ")
    }

    /// `nil` for anything that `recordText` didn't make.
    public init?(recordText: String) {
        var words = recordText.recordWords().map(String.init)[...]
        let backend: Backend
        switch words.popFirst() {
        case "resolved": backend = .resolved
        case "resolvconf":
            guard let entry = words.popFirst() else { return nil }
            backend = .resolvconf(entry: entry)
        case "file": backend = .file
        default: return nil
        }
        let scope = words.popFirst()
        self.init(backend: backend, servers: [], isDefault: scope == "default")
        for word in words {
            if let text = word.value(after: "nameserver=") {
                guard let server = IPAddress(text) else { return nil }
                servers.append(server)
            } else if let domain = word.value(after: "search=") {
                searchDomains.append(domain)
            } else {
                return nil
            }
        }
        guard self.recordText == recordText else { return nil }
    }

    /// What the change is as command lines, in the order in which it is made; with the stock tool's words where it has
    /// any. `nil` is a host that knows nothing of the tunnel's resolvers.
    public static func traceLines(_ name: InterfaceName, from: DNSState?, to: DNSState?) -> [String] {
        guard let to else { return from?.removalLines(name) ?? [] }
        // Within a back end the new takes the place of the old.
        let isReplacement = from.map { $0.backend == to.backend } ?? true
        return (isReplacement ? [] : from?.removalLines(name) ?? []) + to.settingLines(name)
    }

    private func settingLines(_ name: InterfaceName) -> [String] {
        switch backend {
        case .resolved: resolvectlArguments(name).map { "resolvectl " + $0.map(\.shellWord).joined(separator: " ") }
        case .resolvconf(let entry): ["resolvconf -a \(entry) -m 0 -x"]
        case .file: ["# /etc/resolv.conf for \(name): " + resolverLines.joined(separator: ", ")]
        }
    }

    private func removalLines(_ name: InterfaceName) -> [String] {
        switch backend {
        case .resolved: ["resolvectl revert \(name)"]
        case .resolvconf(let entry): ["resolvconf -d \(entry) -f"]
        case .file: ["# /etc/resolv.conf without \(name)"]
        }
    }

    /// One call of `resolvectl` each. What is not set is cleared, as the link may have had something before.
    public func resolvectlArguments(_ name: InterfaceName) -> [[String]] {
        let domains = searchDomains + (isDefault ? ["~."] : [])
        return [
            ["dns", name.text] + (servers.isEmpty ? [""] : servers.map(\.description)),
            ["domain", name.text] + (domains.isEmpty ? [""] : domains),
            ["default-route", name.text, isDefault ? "yes" : "no"],
        ]
    }

    /// As `resolv.conf(5)` has them.
    public var resolverLines: [String] {
        let search = searchDomains.isEmpty ? [] : ["search " + searchDomains.joined(separator: " ")]
        return servers.map { "nameserver \($0)" } + search
    }
}

extension String {
    /// An empty argument would not be seen.
    fileprivate var shellWord: String { isEmpty ? "''" : self }
}
