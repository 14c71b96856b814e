import WGModel

extension Operation {
    /// The command lines that would have the same effect, as the stock tool shows them after `[#]`; none for the
    /// tool's own book-keeping.
    public var traceLines: [String] {
        switch self {
        case .setFirewall(_, let from, let to): FirewallState.traceLines(from: from, to: to)
        case .setDNS(let name, let from, let to): DNSState.traceLines(name, from: from, to: to)
        default: trace.map { [$0] } ?? []
        }
    }

    /// As `traceLines`, in one.
    public var trace: String? {
        switch self {
        case .createLink(let name): "ip link add dev \(name) type wireguard"
        case .startEngine(let name, let engine): "\(engine.shownName) \(name)"
        case .deleteLink(let name, _): "ip link delete dev \(name)"
        case .setDevice(let name, let change): change.trace(name)
        case .addAddress(let prefix, let name): "ip \(prefix.familyOption) address add \(prefix) dev \(name)"
        case .removeAddress(let prefix, let name): "ip \(prefix.familyOption) address delete \(prefix) dev \(name)"
        case .setLink(let name, _, let settings):
            "ip link set mtu \(settings.mtu) \(settings.isUp ? "up" : "down") dev \(name)"
        case .addRoute(let route, let name): "ip \(route.commandLine("add", name))"
        case .removeRoute(let route, let name): "ip \(route.commandLine("delete", name))"
        case .addRule(let rule): "ip \(rule.commandLine("add"))"
        case .removeRule(let rule): "ip \(rule.commandLine("delete"))"
        case .setSysctl(let path, _, let value): "sysctl -q \(path.dotted)=\(value)"
        case .setFirewall, .setDNS: traceLines.isEmpty ? nil : traceLines.joined(separator: "; ")
        case .runHook(_, let command): command
        case .saveConfig(let file): "wg showconf \(file.interface)"
        case .removeDeadSocket, .writeRecord, .updateRecord, .removeRecord, .remember: nil
        }
    }
}

extension DeviceChange {
    /// A change of the mark alone is a command of its own, and so is one of the endpoint of a peer that is there.
    fileprivate func trace(_ name: InterfaceName) -> String {
        if let fwmark, self == DeviceChange(fwmark: fwmark) { return "wg set \(name) fwmark \(fwmark)" }
        if let peer = peers.first, let endpoint = peer.endpoint,
            self == DeviceChange(peers: [PeerChange(publicKey: peer.publicKey, updateOnly: true, endpoint: endpoint)])
        {
            return "wg set \(name) peer \(peer.publicKey) endpoint \(endpoint)"
        }
        return "wg addconf \(name) /dev/fd/63"
    }
}

extension String {
    /// A path below `/proc/sys` as `sysctl(8)` names it: the separators change places.
    fileprivate var dotted: String {
        String(
            decoding: utf8.map {
                $0 == UInt8(ascii: "/") ? UInt8(ascii: ".") : $0 == UInt8(ascii: ".") ? UInt8(ascii: "/") : $0
            }, as: UTF8.self)
    }
}

extension IPFamily {
    fileprivate var option: String { self == .ipv4 ? "-4" : "-6" }
}

extension IPPrefix {
    fileprivate var familyOption: String { family.option }
}

extension RouteState {
    fileprivate func commandLine(_ verb: String, _ name: InterfaceName) -> String {
        var words = [destination.familyOption, "route", verb]
        switch kind {
        case .link: words += ["\(destination)", "dev \(name)"]
        case .unreachable: words += ["unreachable", "\(destination)"]
        }
        if table != RouteState.mainTable { words.append("table \(table)") }
        if metric != 0 { words.append("metric \(metric)") }
        return words.joined(separator: " ")
    }
}

extension RuleState {
    /// Without the priority, which is what the kernel would have chosen.
    fileprivate func commandLine(_ verb: String) -> String {
        var words = [family.option, "rule", verb]
        if invert { words.append("not") }
        if let mark { words.append("fwmark \(mark)") }
        words.append("table \(table == RouteState.mainTable ? "main" : "\(table)")")
        if let suppressPrefixLength { words.append("suppress_prefixlength \(suppressPrefixLength)") }
        return words.joined(separator: " ")
    }
}
