/// The settings of `wg set`, in the order of the help text.
enum SetKeyword: String, CaseIterable {
    case listenPort = "listen-port"
    case fwmark
    case privateKey = "private-key"
    case peer
    case remove
    case presharedKey = "preshared-key"
    case endpoint
    case persistentKeepalive = "persistent-keepalive"
    case allowedIPs = "allowed-ips"

    /// What a setting is about, and with it where it may stand.
    enum Place {
        /// Before the first peer.
        case device
        /// After a peer's name.
        case peer
        /// Names a peer, after anything.
        case heading
    }

    var place: Place {
        switch self {
        case .listenPort, .fwmark, .privateKey: .device
        case .peer: .heading
        case .remove, .presharedKey, .endpoint, .persistentKeepalive, .allowedIPs: .peer
        }
    }

    /// What may come next, before the first peer or after one.
    static func expected(afterPeer isAfterPeer: Bool) -> [SetKeyword] {
        allCases.filter { $0.place == (isAfterPeer ? .peer : .device) } + [.peer]
    }

    /// What follows the word, in capitals.
    var valueName: String? {
        switch self {
        case .listenPort: "PORT"
        case .fwmark: "MARK"
        case .privateKey, .presharedKey: "FILE"
        case .peer: "KEY"
        case .remove: nil
        case .endpoint: "HOST:PORT"
        case .persistentKeepalive: "SECONDS"
        case .allowedIPs: "LIST"
        }
    }

    /// For the help text, in one line or two.
    var summary: String {
        switch self {
        case .listenPort: "UDP port, or a service's name; 0 lets the device choose"
        case .fwmark: "mark on outgoing packets, decimal or 0x...; off or 0 for none"
        case .privateKey: "file with the private key; an empty file removes it"
        case .peer: "the peer that the following words are about"
        case .remove: "remove this peer"
        case .presharedKey: "file with the preshared key; an empty file removes it"
        case .endpoint: "where to reach the peer"
        case .persistentKeepalive: "0 to 65535; off or 0 for none"
        case .allowedIPs:
            "comma-separated; takes the place of the peer's list, unless\n"
                + "entries begin with + or -, which add and remove; \"\" is none"
        }
    }

    /// The word and what follows it.
    var usage: String { rawValue + (valueName.map { " " + $0 } ?? "") }

    /// All settings as a help line has them.
    static var synopsis: String {
        func list(_ place: Place) -> String {
            allCases.filter { $0.place == place }.map { "[\($0.usage)]" }.joined(separator: " ")
        }
        return "\(list(.device)) [\(peer.usage) \(list(.peer))]..."
    }
}
