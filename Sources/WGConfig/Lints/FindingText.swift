import WGModel

/// The text of findings.
///
/// ```
/// wg0.conf:12:14: error: 10.0.0.2/32 belongs to another peer, too; this one gets it [shared-allowed-ip]
///     AllowedIPs = 10.0.0.2/32
///                  ^~~~~~~~~~~
/// wg0.conf:8:14: here
///     AllowedIPs = 10.0.0.2/32, 10.0.0.3/32
///                  ^~~~~~~~~~~
/// ```
public enum FindingText {
    /// How many findings are shown at most.
    private static let limit = 100

    /// All with their lines, a line end after the last. Of very many only the worst are shown, and the number of the
    /// others.
    public static func render(_ findings: [Finding], file: String) -> String {
        guard findings.count > limit else { return findings.map { render($0, file: file) }.joined() }
        let severities: [Finding.Severity] = [.error, .warning, .note]
        let worst = severities.flatMap { severity in
            findings.indices.filter { findings[$0].severity == severity }
        }.prefix(limit).sorted()
        let text = worst.map { render(findings[$0], file: file) }.joined()
        return text + "\(file): \(findings.count - limit) more findings like these\n"
    }

    /// What and where, the source line and the marks under it; then the other place, if there is one.
    public static func render(_ finding: Finding, file: String) -> String {
        let head = "\(finding.severity.rawValue): \(message(finding.kind)) [\(finding.code)]\n"
        guard let place = finding.place else { return "\(file): \(head)" }
        let hint = hint(finding)
        var text = "\(file):\(place.line):\(place.column): \(head)" + source(place, hint)
        if let other = finding.related { text += "\(file):\(other.line):\(other.column): here\n" + source(other, nil) }
        return text
    }

    /// One line without a position.
    public static func message(_ kind: Finding.Kind) -> String {
        switch kind {
        case .diagnostic(let kind): DiagnosticText.message(kind)
        case .lint(let lint): message(lint)
        }
    }

    /// What would be right, where that is known: "did you mean `Address'?".
    public static func hint(_ finding: Finding) -> String? {
        guard let suggestion = finding.suggestion, case .diagnostic(let kind) = finding.kind else { return nil }
        return DiagnosticText.suggestionText(suggestion, for: kind)
    }

    private static func source(_ place: Finding.Place, _ hint: String?) -> String {
        guard !place.sourceLine.isEmpty else { return hint.map { "    \($0)\n" } ?? "" }
        return DiagnosticText.marked(place.sourceLine, place.column, place.length, hint)
    }

    /// One line without a position.
    public static func message(_ lint: Lint) -> String {
        switch lint {
        case .ownPublicKey: "this is the public key of the interface itself, and the device leaves such a peer out"
        case .privateKeyAsPublicKey: "this is the interface's private key, not a peer's public key"
        case .privateKeyAsPresharedKey: "this is the interface's private key"
        case .publicKeyAsPresharedKey: "this is a public key, which is no secret"
        case .noPrivateKey: "there is no PrivateKey, and no hook sets one; nothing can be sent or received"
        case .unclampedPrivateKey: "the device will report this key in another form, which means the same"
        case .sharedPrefix(let prefix): "\(prefix) belongs to another peer, too; the last one gets it"
        case .repeatedPrefix(let prefix): "\(prefix) again"
        case .nestedPrefix(let prefix, let wider): "\(prefix) lies inside \(wider) of another peer, which gets the rest"
        case .noAllowedIPs: "this peer has no AllowedIPs: nothing is sent to it, nor taken from it"
        case .ownAddressAtPeer(let address): "\(address) is the interface's own address"
        case .endpointInsideTunnel(let prefix):
            "the endpoint lies inside \(prefix), which goes into the tunnel: its packets would go in circles"
        case .sharedEndpoint: "another peer has this endpoint, too"
        case .endpointPortZero: "nobody listens on port 0"
        case .endpointWithoutScope: "a link-local address needs the link: [ADDRESS%LINK]:PORT"
        case .nobodyCanBegin:
            "this peer has no Endpoint, and without a ListenPort it can't know where to begin a connection"
        case .halves(let isIPv4):
            "two halves keep even the tunnel's own packets in it; write \(isIPv4 ? "0.0.0.0/0" : "::/0") instead"
        case .leaksIPv6: "all of IPv4 goes through the tunnel, but IPv6 goes beside it; add ::/0"
        case .leaksIPv4: "all of IPv6 goes through the tunnel, but IPv4 goes beside it"
        case .defaultRouteWithoutDNS: "all traffic goes through the tunnel, but there is no DNS server for it"
        case .searchDomainsOnly: "search domains without a server do nothing in the stock tool"
        case .mtuTooSmallForIPv6: "IPv6 needs an MTU of at least 1280"
        case .wideAddress(let prefix): "the network \(prefix.masked) is on the link: is the prefix length right?"
        case .networkWithoutPeers(let prefix): "\(prefix) is on the link, but none of it belongs to a peer"
        case .noAddressOfFamily(let isIPv4):
            "\(isIPv4 ? "IPv4" : "IPv6") goes to this peer, but the interface has no address of that family"
        case .hookWithoutTwin: "this adds a rule that no PreDown or PostDown removes: it stays, and adds up"
        case .relativePathInHook: "what this runs depends on where wg-quick is started"
        case .hashInHook: "the `#' belongs to the command; versions of wg-quick before 2025 cut it off there"
        case .openToOthers: "others may read the file, which holds secrets; chmod 600"
        case .badFileName: "the file's name is no interface's name followed by .conf"
        case .fileNameTooLong: "the file's name is too long: an interface's name has at most 15 characters"
        }
    }
}
