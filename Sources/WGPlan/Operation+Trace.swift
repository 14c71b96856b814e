import WGModel

extension Operation {
    /// The command line that would have the same effect, as the stock tool shows it after `[#]`; `nil` for the
    /// tool's own book-keeping.
    public var trace: String? {
        switch self {
        case .createLink(let name): "ip link add dev \(name) type wireguard"
        case .startEngine(let name, let engine): "\(engine.shownName) \(name)"
        case .deleteLink(let name, _): "ip link delete dev \(name)"
        case .setDevice(let name, _): "wg addconf \(name) /dev/fd/63"
        case .addAddress(let prefix, let name): "ip \(prefix.familyOption) address add \(prefix) dev \(name)"
        case .removeAddress(let prefix, let name): "ip \(prefix.familyOption) address delete \(prefix) dev \(name)"
        case .setLink(let name, _, let settings):
            "ip link set mtu \(settings.mtu) \(settings.isUp ? "up" : "down") dev \(name)"
        case .addRoute(let route, let name): "ip \(route.commandLine("add", name))"
        case .removeRoute(let route, let name): "ip \(route.commandLine("delete", name))"
        case .runHook(_, let command): command
        case .writeRecord, .removeRecord: nil
        }
    }
}

extension IPPrefix {
    fileprivate var familyOption: String { address.isIPv4 ? "-4" : "-6" }
}

extension RouteState {
    fileprivate func commandLine(_ verb: String, _ name: InterfaceName) -> String {
        let line = "\(destination.familyOption) route \(verb) \(destination) dev \(name)"
        return table == RouteState.mainTable ? line : "\(line) table \(table)"
    }
}
