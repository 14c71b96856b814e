import WGModel

/// The output for scripts: one field, or all of them, with tabs between columns. Hides nothing.
struct FieldPrinter {
    let endpointText: (Endpoint) -> String
    /// Of peers, for a last column; `nil` if nobody asked for them.
    var names: [PublicKey: String]?
    /// At the beginning of each line.
    var prefix = ""

    private static let none = "(none)"
    private static let off = "off"

    /// - Parameter pause: called after each peer, so that the buffer may be emptied.
    func write(
        _ field: ShowField, of state: DeviceState, to text: inout TextBuffer, pause: (inout TextBuffer) -> Void
    ) {
        switch field {
        case .everything: return
        case .publicKey: line(&text) { append(state.publicKey, to: &$0) }
        case .privateKey: line(&text) { append(state.privateKey, to: &$0) }
        case .listenPort: line(&text) { $0.append(UInt64(state.listenPort)) }
        case .fwmark: line(&text) { append(mark: state.fwmark, to: &$0) }
        default:
            if field == .dump { line(&text) { appendDevice(state, to: &$0) } }
            let columns = field.columns
            for peer in state.peers {
                line(&text) { text in
                    text.appendBase64(peer.publicKey.bytes)
                    for column in columns {
                        text.append(ascii: "\t")
                        append(column, of: peer, to: &text, listSeparator: field == .dump ? "," : " ")
                    }
                    if let names { text.append("\t" + (names[peer.publicKey] ?? Self.none)) }
                }
                pause(&text)
            }
        }
    }

    private func line(_ text: inout TextBuffer, _ body: (inout TextBuffer) -> Void) {
        text.append(prefix)
        body(&text)
        text.append(ascii: "\n")
    }

    private func appendDevice(_ state: DeviceState, to text: inout TextBuffer) {
        append(state.privateKey, to: &text)
        text.append(ascii: "\t")
        append(state.publicKey, to: &text)
        text.append(ascii: "\t")
        text.append(UInt64(state.listenPort))
        text.append(ascii: "\t")
        append(mark: state.fwmark, to: &text)
    }

    private func append(_ column: ShowField, of peer: PeerState, to text: inout TextBuffer, listSeparator: String) {
        switch column {
        case .presharedKeys: append(peer.presharedKey, to: &text)
        case .endpoints: text.append(peer.endpoint.map(endpointText) ?? Self.none)
        case .allowedIPs where peer.allowedIPs.isEmpty: text.append(Self.none)
        case .allowedIPs: text.append(peer.allowedIPs, separator: listSeparator)
        case .latestHandshakes: text.append(peer.lastHandshake?.seconds ?? 0)
        case .transfer:
            text.append(peer.receivedBytes)
            text.append(ascii: "\t")
            text.append(peer.sentBytes)
        case .persistentKeepalive where peer.persistentKeepalive == 0: text.append(Self.off)
        case .persistentKeepalive: text.append(UInt64(peer.persistentKeepalive))
        default: break
        }
    }

    /// A key of zeros is no key.
    private func append(_ key: (some Key)?, to text: inout TextBuffer) {
        if let key, !key.isZero { text.appendBase64(key.bytes) } else { text.append(Self.none) }
    }

    private func append(mark: UInt32, to text: inout TextBuffer) {
        text.append(mark == 0 ? Self.off : "0x" + String(mark, radix: 16))
    }
}

extension ShowField {
    /// What stands behind a peer's key.
    fileprivate var columns: [ShowField] {
        switch self {
        case .peers: []
        case .dump: [.presharedKeys, .endpoints, .allowedIPs, .latestHandshakes, .transfer, .persistentKeepalive]
        default: [self]
        }
    }
}
