import WGModel

/// The output for scripts: one field, or all of them, with tabs between columns. Hides nothing.
struct FieldPrinter {
    let endpointText: (Endpoint) -> String
    /// Of peers, for a last column; `nil` if nobody asked for them.
    var names: [PublicKey: String]?

    private static let none = "(none)"
    private static let off = "off"

    /// Without line ends.
    func lines(_ field: ShowField, of state: DeviceState) -> [String] {
        switch field {
        case .everything: []
        case .publicKey: [text(state.publicKey)]
        case .privateKey: [text(state.privateKey)]
        case .listenPort: [String(state.listenPort)]
        case .fwmark: [mark(state.fwmark)]
        case .peers: peers(state) { _ in [] }
        case .presharedKeys: peers(state) { [text($0.presharedKey)] }
        case .endpoints: peers(state) { [endpoint($0)] }
        case .allowedIPs: peers(state) { [allowedIPs($0, separator: " ")] }
        case .latestHandshakes: peers(state) { [handshake($0)] }
        case .transfer: peers(state) { [String($0.receivedBytes), String($0.sentBytes)] }
        case .persistentKeepalive: peers(state) { [keepalive($0)] }
        case .dump:
            [columns([text(state.privateKey), text(state.publicKey), String(state.listenPort), mark(state.fwmark)])]
                + peers(state) {
                    [
                        text($0.presharedKey), endpoint($0), allowedIPs($0, separator: ","), handshake($0),
                        String($0.receivedBytes), String($0.sentBytes), keepalive($0),
                    ]
                }
        }
    }

    private func columns(_ values: [String]) -> String { values.joined(separator: "\t") }

    private func peers(_ state: DeviceState, _ values: (PeerState) -> [String]) -> [String] {
        state.peers.map { peer in
            columns([peer.publicKey.base64] + values(peer) + (names.map { [$0[peer.publicKey] ?? Self.none] } ?? []))
        }
    }

    /// A key of zeros is no key.
    private func text(_ key: (some Key)?) -> String {
        guard let key, !key.isZero else { return Self.none }
        return key.base64
    }

    private func mark(_ fwmark: UInt32) -> String {
        fwmark == 0 ? Self.off : "0x" + String(fwmark, radix: 16)
    }

    private func endpoint(_ peer: PeerState) -> String { peer.endpoint.map(endpointText) ?? Self.none }

    private func allowedIPs(_ peer: PeerState, separator: String) -> String {
        peer.allowedIPs.isEmpty ? Self.none : peer.allowedIPs.map(\.description).joined(separator: separator)
    }

    private func handshake(_ peer: PeerState) -> String { String(peer.lastHandshake?.seconds ?? 0) }

    private func keepalive(_ peer: PeerState) -> String {
        peer.persistentKeepalive == 0 ? Self.off : String(peer.persistentKeepalive)
    }
}
