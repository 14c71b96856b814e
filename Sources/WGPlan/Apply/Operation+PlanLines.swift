public import WGModel

extension Operation {
    /// The command lines that would have the same effect, for a list of what is to be done: as `traceLines`, but a device's
    /// configuration is written out, without secrets.
    ///
    /// - Parameter names: of endpoints whose addresses nobody asked for; these have an unspecified address.
    public func planLines(names: [PublicKey: EndpointName] = [:]) -> [String] {
        guard case .setDevice(let name, let change) = self else { return traceLines }
        return [(["wg", "set", "\(name)"] + change.words(names)).joined(separator: " ")]
    }

    /// One word for what is done, or two; `nil` for book-keeping.
    public var kind: String? {
        switch self {
        case .createLink: "create-link"
        case .startEngine: "start-engine"
        case .deleteLink: "delete-link"
        case .setDevice: "set-device"
        case .addAddress: "add-address"
        case .removeAddress: "remove-address"
        case .setLink: "set-link"
        case .addRoute: "add-route"
        case .removeRoute: "remove-route"
        case .addRule: "add-rule"
        case .removeRule: "remove-rule"
        case .setSysctl: "set-sysctl"
        case .setFirewall: "set-firewall"
        case .setDNS: "set-dns"
        case .runHook: "run-hook"
        case .saveConfig: "save-config"
        case .removeDeadSocket, .writeRecord, .updateRecord, .removeRecord, .remember: nil
        }
    }
}

extension DeviceChange {
    /// What follows `wg set NAME`.
    fileprivate func words(_ names: [PublicKey: EndpointName]) -> [String] {
        var words: [String] = []
        if privateKey != nil { words += ["private-key", Self.hidden] }
        if let listenPort { words += ["listen-port", "\(listenPort)"] }
        if let fwmark { words += ["fwmark", "\(fwmark)"] }
        return words + peers.flatMap { $0.words(names) }
    }

    fileprivate static let hidden = "(hidden)"
}

extension PeerChange {
    fileprivate func words(_ names: [PublicKey: EndpointName]) -> [String] {
        let words = ["peer", "\(publicKey)"]
        guard !remove else { return words + ["remove"] }
        return words + settings(names) + prefixes
    }

    private func settings(_ names: [PublicKey: EndpointName]) -> [String] {
        var words: [String] = []
        if let presharedKey {
            words += ["preshared-key", presharedKey.isZero ? "/dev/null" : DeviceChange.hidden]
        }
        if let endpoint {
            let name = endpoint.address.isUnspecified ? names[publicKey] : nil
            words += ["endpoint", name.map(\.description) ?? "\(endpoint)"]
        }
        if let persistentKeepalive { words += ["persistent-keepalive", "\(persistentKeepalive)"] }
        return words
    }

    private var prefixes: [String] {
        let list = allowedIPs.map { entry in
            switch entry {
            case .add(let prefix): replaceAllowedIPs ? "\(prefix)" : "+\(prefix)"
            case .remove(let prefix): "-\(prefix)"
            }
        }
        return list.isEmpty ? [] : ["allowed-ips", list.joined(separator: ",")]
    }
}
