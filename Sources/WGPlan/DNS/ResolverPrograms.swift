import WGModel

/// What `resolvectl` says of a link.
public enum ResolvectlText {
    /// The words behind `Link N (NAME):`; a long list goes on over several lines.
    public static func values(_ output: [UInt8]) -> [String] {
        let text = String(decoding: output, as: UTF8.self)
        guard let colon = text.firstIndex(of: ":") else { return [] }
        return text[text.index(after: colon)...].split { $0.isWhitespace }.map(String.init)
    }

    /// From the words for `dns`, `domain` and `default-route`; `nil` where nothing is set.
    public static func state(servers: [String], domains: [String], defaultRoute: [String]) -> DNSState? {
        // A server may have a port, a link and a name behind it.
        let addresses = servers.compactMap { text in
            IPAddress(text.prefix { $0 != "%" && $0 != "#" })
        }
        guard !addresses.isEmpty || !domains.isEmpty else { return nil }
        return DNSState(
            backend: .resolved, servers: addresses, searchDomains: domains.filter { $0 != "~." },
            isDefault: defaultRoute == ["yes"])
    }
}

/// What `resolvconf -l` says, which tells of all entries where it can't be asked for one.
public enum ResolvconfList {
    private static let heading = "# resolv.conf from "

    public static func state(of entry: String, in output: [UInt8]) -> DNSState? {
        var state = DNSState(backend: .resolvconf(entry: entry), servers: [], isDefault: true)
        var isOwn = false
        for line in output.split(separator: 10) {
            let text = String(decoding: line, as: UTF8.self)
            if text.hasPrefix(heading) {
                isOwn = text.dropFirst(heading.count) == entry
            } else if isOwn {
                state.servers += ResolvConf.servers(in: Array(line))
                let words = text.split { $0.isWhitespace }.map(String.init)
                if words.first == "search" || words.first == "domain" { state.searchDomains += words.dropFirst() }
            }
        }
        return state.resolverLines.isEmpty ? nil : state
    }
}

extension DNSState {
    /// Whether both come to the same for whoever asks: names are told apart by neither case nor the dot of the root.
    public func agrees(with other: DNSState) -> Bool {
        backend == other.backend && servers == other.servers && isDefault == other.isDefault
            && searchDomains.map(Self.normal) == other.searchDomains.map(Self.normal)
    }

    private static func normal(_ domain: String) -> String {
        let name = domain.lowercased()
        return name.hasSuffix(".") && name != "." ? String(name.dropLast()) : name
    }
}
