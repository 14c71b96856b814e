import WGModel

/// The keys of the protocol's lines, requests and replies.
enum UAPIKey: String, CaseIterable {
    case privateKey = "private_key"
    case ownPublicKey = "own_public_key"
    case listenPort = "listen_port"
    case fwmark = "fwmark"
    case replacePeers = "replace_peers"
    case publicKey = "public_key"
    case remove = "remove"
    case updateOnly = "update_only"
    case presharedKey = "preshared_key"
    case endpoint = "endpoint"
    case persistentKeepalive = "persistent_keepalive_interval"
    case replaceAllowedIPs = "replace_allowed_ips"
    case allowedIP = "allowed_ip"
    case protocolVersion = "protocol_version"
    case lastHandshakeSeconds = "last_handshake_time_sec"
    case lastHandshakeNanoseconds = "last_handshake_time_nsec"
    case receivedBytes = "rx_bytes"
    case sentBytes = "tx_bytes"
    case errno = "errno"

    init?(utf8 name: Span<UInt8>) {
        guard let position = Self.names.position(of: name) else { return nil }
        self = Self.all[position]
    }

    private static let all = allCases
    private static let names = NameTable(allCases.map(\.rawValue), ignoresCase: false)
}
