import WGModel

/// What `wg watch` prints when nobody looks: a line for each peer, tabs between columns, whose number never changes.
struct WatchLines {
    /// nil without `--names`.
    let name: ((InterfaceName, PublicKey) -> String?)?
    let endpointText: (Endpoint) -> String

    func lines(of model: WatchModel) -> [String] {
        model.devices.flatMap { device in
            device.peers.map { peer in
                var columns = [
                    String(model.now.seconds), device.name.text, peer.state.publicKey.base64,
                    peer.state.endpoint.map(endpointText) ?? "(none)", String(peer.state.lastHandshake?.seconds ?? 0),
                    String(peer.state.receivedBytes), String(peer.state.sentBytes), rate(peer.rate?.received),
                    rate(peer.rate?.sent),
                ]
                if let name {
                    let text = name(device.name, peer.state.publicKey) ?? "(none)"
                    columns.append(WatchText.harmless(text, asciiOnly: false))
                }
                return columns.joined(separator: "\t")
            }
        }
    }

    /// Whole bytes per second.
    private func rate(_ value: Double?) -> String { value.map { $0 < 0x1p63 ? String(UInt64($0 + 0.5)) : "-" } ?? "-" }
}
