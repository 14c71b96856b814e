import WGModel

/// Every key of a configuration file: the one table behind parser, suggestions, completions and the man pages' test.
public enum Keyword: String, CaseIterable, Sendable {
    case privateKey = "PrivateKey"
    case listenPort = "ListenPort"
    case fwmark = "FwMark"
    case address = "Address"
    case dns = "DNS"
    case mtu = "MTU"
    case table = "Table"
    case preUp = "PreUp"
    case postUp = "PostUp"
    case preDown = "PreDown"
    case postDown = "PostDown"
    case saveConfig = "SaveConfig"
    case publicKey = "PublicKey"
    case presharedKey = "PresharedKey"
    case allowedIPs = "AllowedIPs"
    case endpoint = "Endpoint"
    case persistentKeepalive = "PersistentKeepalive"

    /// The section a key belongs to.
    public enum Section: String, CaseIterable, Sendable {
        case interface = "Interface"
        case peer = "Peer"

        /// `[Interface]` or `[Peer]`.
        public var header: String { "[\(rawValue)]" }

        /// Finds a section by its header in any case.
        init?(utf8 header: Span<UInt8>) {
            guard let position = Self.headers.position(of: header) else { return nil }
            self = Self.allCases[position]
        }

        private static let headers = NameTable(allCases.map(\.header), ignoresCase: true)
    }

    /// The program whose grammar has the key. `wg-quick` reads the keys of `wg` too.
    public enum Program: String, Sendable {
        case wg
        case wgQuick = "wg-quick"
    }

    /// What a value consists of.
    public enum Kind: Sendable {
        case privateKey, publicKey, presharedKey
        case port, fwmark, seconds, endpoint, allowedIPs
        case addresses, dns, mtu, table, boolean, command
    }

    /// As written in files, whatever the case there.
    public var name: String { rawValue }

    /// Finds a key by its name in any case.
    public init?(name: some StringProtocol) {
        self.init(utf8: Array(name.utf8).span)
    }

    /// As `init(name:)`, from bytes of text.
    init?(utf8 name: Span<UInt8>) {
        guard let position = Self.names.position(of: name) else { return nil }
        self = Self.all[position]
    }

    private static let all = allCases
    private static let names = NameTable(allCases.map(\.name), ignoresCase: true)

    /// The section it belongs to.
    public var section: Section {
        switch self {
        case .publicKey, .presharedKey, .allowedIPs, .endpoint, .persistentKeepalive: .peer
        default: .interface
        }
    }

    /// The program whose grammar has it.
    public var program: Program {
        switch self {
        case .address, .dns, .mtu, .table, .preUp, .postUp, .preDown, .postDown, .saveConfig: .wgQuick
        default: .wg
        }
    }

    /// What its value consists of.
    public var kind: Kind {
        switch self {
        case .privateKey: .privateKey
        case .listenPort: .port
        case .fwmark: .fwmark
        case .address: .addresses
        case .dns: .dns
        case .mtu: .mtu
        case .table: .table
        case .preUp, .postUp, .preDown, .postDown: .command
        case .saveConfig: .boolean
        case .publicKey: .publicKey
        case .presharedKey: .presharedKey
        case .allowedIPs: .allowedIPs
        case .endpoint: .endpoint
        case .persistentKeepalive: .seconds
        }
    }

    /// Whether a second occurrence adds to the first. Of the other keys the last one counts.
    public var isRepeatable: Bool {
        switch kind {
        case .addresses, .dns, .command, .allowedIPs: true
        default: false
        }
    }

    /// Whether the value must never be shown.
    public var isSecret: Bool { self == .privateKey || self == .presharedKey }

    /// Whether the value is a command, in which `#` and white space stand for themselves.
    public var isHook: Bool { kind == .command }

    /// One line for help and completions.
    public var summary: String {
        switch self {
        case .privateKey: "the interface's private key, base64"
        case .listenPort: "UDP port to listen on"
        case .fwmark: "mark on outgoing packets, a number or off"
        case .address: "addresses of the interface, with prefix length"
        case .dns: "DNS servers and search domains"
        case .mtu: "MTU of the interface in bytes"
        case .table: "routing table for the allowed IPs: auto, off or a number"
        case .preUp: "command to run before the interface is configured"
        case .postUp: "command to run once the interface is up"
        case .preDown: "command to run before the interface is taken down"
        case .postDown: "command to run once the interface is gone"
        case .saveConfig: "whether to write the device's state back to the file at down"
        case .publicKey: "the peer's public key, base64"
        case .presharedKey: "an additional symmetric key shared with the peer, base64"
        case .allowedIPs: "addresses the peer may send from, and that are sent to it"
        case .endpoint: "the peer's host name or address, and port"
        case .persistentKeepalive: "seconds between keepalive packets, or off"
        }
    }
}
