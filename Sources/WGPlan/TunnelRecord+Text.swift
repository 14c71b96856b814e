import WGConfig
import WGModel

/// The form in the record's file: one `key=value` a line, `-` where there is nothing.
extension TunnelRecord {
    private static let heading = "# wg-quick record 2"
    private static let ending = "# end"

    public var text: String {
        var lines = [
            Self.heading, "interface=\(interface)", "boot=\(host.bootID)",
            "namespace=\(host.namespaceDevice):\(host.namespaceInode)", "link=\(linkIndex)",
            "progress=\(progress.rawValue)", "maker=\(maker.pid):\(maker.startTime)",
            "config=\(configPath.utf8.contains(UInt8(ascii: "\n")) ? "" : configPath)",
        ]
        lines += hooks.preUp.map { "pre-up=\($0)" }
        lines += hooks.postUp.map { "post-up=\($0)" }
        lines += hooks.preDown.map { "pre-down=\($0)" }
        lines += hooks.postDown.map { "post-down=\($0)" }
        lines += effects.recordLines
        lines += endpoints.map { "endpoint=\($0.peer) \($0.name.host) \($0.name.service)" }
        lines += resolvers.map { "resolver=\($0)" }
        lines += save.recordLines
        lines += applied.recordLines
        return (lines + [Self.ending]).joined(separator: "\n") + "\n"
    }

    /// `nil` for anything that `text` didn't make: a damaged record is no record.
    public init?(text: String) {
        guard let fields = RecordFields(text, heading: Self.heading, ending: Self.ending),
            let interface = fields.only("interface").flatMap({ try? InterfaceName($0) }),
            let bootID = fields.only("boot"),
            let namespace = fields.only("namespace").map({ $0.split(separator: ":").compactMap { UInt64($0) } }),
            namespace.count == 2,
            let index = fields.only("link").flatMap({ Int32($0) }),
            let progress = fields.only("progress").flatMap({ Progress(rawValue: $0) }),
            let maker = fields.only("maker").flatMap({ ProcessIdentity(recordText: $0) }),
            let configPath = fields.only("config"), let effects = TunnelEffects(fields),
            let endpoints = fields.all("endpoint", NamedEndpoint.init(recordText:)),
            let resolvers = fields.all("resolver", IPAddress.init), let save = SaveOrigin(fields.values),
            let applied = AppliedFile(fields)
        else { return nil }
        self.init(
            interface: interface,
            host: HostIdentity(bootID: bootID, namespaceDevice: namespace[0], namespaceInode: namespace[1]),
            linkIndex: index, progress: progress, maker: maker, configPath: configPath,
            hooks: Hooks(
                preUp: fields.values["pre-up"] ?? [], postUp: fields.values["post-up"] ?? [],
                preDown: fields.values["pre-down"] ?? [], postDown: fields.values["post-down"] ?? []),
            effects: effects, endpoints: endpoints, resolvers: resolvers, save: save, applied: applied)
    }
}

/// The lines of a record, by key.
struct RecordFields {
    private(set) var values: [String: [String]] = [:]

    init?(_ text: String, heading: String, ending: String) {
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
        guard lines.popFirst().flatMap({ String($0) }) == heading, lines.popLast()?.isEmpty == true,
            lines.popLast().flatMap({ String($0) }) == ending
        else { return nil }
        for line in lines {
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")), let key = String(line[..<equals]),
                let value = String(line[line.index(after: equals)...])
            else { return nil }
            values[key, default: []].append(value)
        }
    }

    func only(_ key: String) -> String? {
        guard let found = values[key], found.count == 1 else { return nil }
        return found[0]
    }

    /// `nil` if one of them can't be read.
    func all<Value>(_ key: String, _ read: (String) -> Value?) -> [Value]? {
        var result: [Value] = []
        for text in values[key] ?? [] {
            guard let value = read(text) else { return nil }
            result.append(value)
        }
        return result
    }
}

extension TunnelEffects {
    fileprivate var recordLines: [String] {
        var lines = mark.map { ["mark=\($0)"] } ?? []
        lines += rules.map { "rule=\($0.recordText)" }
        lines += refusals.map { "refusal=\($0.destination) \($0.table) \($0.metric)" }
        lines += sysctls.map { "sysctl=\($0.path) \($0.value)" }
        if let firewall { lines.append("firewall=\(firewall.recordText)") }
        if let dns { lines.append("dns=\(dns.recordText)") }
        return lines
    }

    fileprivate init?(_ fields: RecordFields) {
        guard let marks = fields.all("mark", { UInt32($0) }), marks.count <= 1,
            let rules = fields.all("rule", RuleState.init(recordText:)),
            let refusals = fields.all("refusal", RouteState.init(refusalText:)),
            let sysctls = fields.all("sysctl", Sysctl.init(recordText:)),
            let firewalls = fields.all("firewall", FirewallState.init(recordText:)), firewalls.count <= 1,
            let dns = fields.all("dns", DNSState.init(recordText:)), dns.count <= 1
        else { return nil }
        self.init(
            mark: marks.first, rules: rules, refusals: refusals, sysctls: sysctls, firewall: firewalls.first,
            dns: dns.first)
    }
}

extension RuleState {
    fileprivate var recordText: String {
        let mark = mark.map { "\($0)" } ?? "-"
        let length = suppressPrefixLength.map { "\($0)" } ?? "-"
        return "\(family == .ipv4 ? 4 : 6) \(priority) \(invert ? "not" : "is") \(mark) \(table) \(length)"
    }

    fileprivate init?(recordText: String) {
        let words = recordText.recordWords()
        guard words.count == 6, words[0] == "4" || words[0] == "6", let priority = UInt32(words[1]),
            words[2] == "not" || words[2] == "is", let mark = optional(words[3], UInt32.self),
            let table = UInt32(words[4]), let length = optional(words[5], Int32.self)
        else { return nil }
        self.init(
            family: words[0] == "4" ? .ipv4 : .ipv6, priority: priority, mark: mark, invert: words[2] == "not",
            table: table, suppressPrefixLength: length)
    }
}

/// `.some(nil)` for `-`; `nil` for what is no number.
private func optional<Number: FixedWidthInteger>(_ word: Substring, _: Number.Type) -> Number?? {
    if word == "-" { return .some(nil) }
    return Number(word).map { .some($0) }
}

extension RouteState {
    fileprivate init?(refusalText: String) {
        let words = refusalText.recordWords()
        guard words.count == 3, let destination = IPPrefix(String(words[0])), let table = UInt32(words[1]),
            let metric = UInt32(words[2])
        else { return nil }
        self.init(destination: destination, table: table, kind: .unreachable, metric: metric)
    }
}

extension Sysctl {
    fileprivate init?(recordText: String) {
        let words = recordText.recordWords(maxSplits: 1)
        guard words.count == 2 else { return nil }
        self.init(path: String(words[0]), value: String(words[1]))
    }
}

extension TunnelRecord.NamedEndpoint {
    init?(recordText: String) {
        let words = recordText.recordWords()
        guard words.count == 3, let peer = PublicKey(base64: words[0]) else { return nil }
        self.init(peer: peer, name: EndpointName(host: String(words[1]), service: String(words[2])))
    }
}

extension ProcessIdentity {
    fileprivate init?(recordText: String) {
        let words = recordText.split(separator: ":", omittingEmptySubsequences: false)
        guard words.count == 2, let pid = Int32(words[0]), let start = UInt64(words[1]) else { return nil }
        self.init(pid: pid, startTime: start)
    }
}
