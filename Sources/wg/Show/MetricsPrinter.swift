import WGModel

/// Devices in the text format of Prometheus (exposition format 0.0.4).
///
/// Where prometheus_wireguard_exporter has a metric of the same meaning, ours has its name, so that dashboards go on
/// working. A label whose value is absent is empty, which Prometheus takes as no label.
struct MetricsPrinter {
    /// A device that was asked for.
    struct Source {
        let interface: InterfaceName
        /// `nil` if it can't be read.
        let device: NamedDevice?
    }

    let endpointText: (Endpoint) -> String

    /// All samples of a metric stand together, as the format demands. A metric without samples is left out.
    func text(of sources: [Source]) -> String {
        let devices = sources.map(LabelledDevice.init)
        var text = ""
        for metric in metrics {
            let samples = devices.flatMap(metric.samples)
            guard !samples.isEmpty else { continue }
            text += "# HELP \(metric.name) \(metric.help)\n# TYPE \(metric.name) \(metric.type.rawValue)\n"
            for sample in samples { text += "\(metric.name){\(sample.labels)} \(sample.value)\n" }
        }
        return text
    }

    /// A device with the labels that all its samples, and all those of a peer, have in common.
    private struct LabelledDevice {
        let labels: String
        let state: DeviceState?
        var peers: [(labels: String, state: PeerState)] = []

        init(_ source: Source) {
            labels = label("interface", source.interface.text)
            state = source.device?.state
            // A series that occurs twice would make the whole scrape fail.
            var seen: Set<PublicKey> = []
            for peer in source.device?.state.peers ?? [] where seen.insert(peer.publicKey).inserted {
                var peerLabels = labels + "," + label("public_key", peer.publicKey.base64)
                if let names = source.device?.names {
                    peerLabels += "," + label("name", names[peer.publicKey] ?? "")
                }
                peers.append((peerLabels, peer))
            }
        }
    }

    private struct Metric {
        enum Kind: String {
            case counter
            case gauge
        }

        let name: String
        let type: Kind
        let help: String
        let samples: (LabelledDevice) -> [(labels: String, value: String)]

        /// One sample for each device that can be read.
        static func device(
            _ name: String, _ help: String, _ sample: @escaping (DeviceState) -> (labels: String, value: String)
        ) -> Metric {
            Metric(name: name, type: .gauge, help: help) { device in
                guard let state = device.state else { return [] }
                let (labels, value) = sample(state)
                return [(device.labels + labels, value)]
            }
        }

        /// One sample for each peer.
        static func peer(
            _ name: String, _ type: Kind, _ help: String, _ value: @escaping (PeerState) -> String
        ) -> Metric {
            Metric(name: name, type: type, help: help) { $0.peers.map { ($0.labels, value($0.state)) } }
        }
    }

    private var metrics: [Metric] {
        [
            Metric(name: "wireguard_scrape_success", type: .gauge, help: "Whether the device could be read.") {
                [($0.labels, $0.state == nil ? "0" : "1")]
            },
            .device("wireguard_interface_info", "The device's public key, UDP port and mark.") { state in
                (
                    "," + label("public_key", state.publicKey.flatMap { $0.isZero ? nil : $0.base64 } ?? "")
                        + "," + label("listen_port", state.listenPort == 0 ? "" : String(state.listenPort))
                        + "," + label("fwmark", state.fwmark == 0 ? "" : "0x" + String(state.fwmark, radix: 16)), "1"
                )
            },
            .device("wireguard_peers", "Number of peers.") { ("", String($0.peers.count)) },
            Metric(name: "wireguard_peer_info", type: .gauge, help: "The peer's endpoint and allowed IPs.") { device in
                device.peers.map { ($0.labels + info($0.state), "1") }
            },
            .peer("wireguard_received_bytes_total", .counter, "Bytes received from the peer.") {
                String($0.receivedBytes)
            },
            .peer("wireguard_sent_bytes_total", .counter, "Bytes sent to the peer.") { String($0.sentBytes) },
            .peer(
                "wireguard_latest_handshake_seconds", .gauge,
                "Time of the last handshake since the Unix epoch, 0 before the first.", handshake),
            .peer(
                "wireguard_persistent_keepalive_seconds", .gauge, "Time between keepalive packets, 0 for off."
            ) { String($0.persistentKeepalive) },
        ]
    }

    private func info(_ peer: PeerState) -> String {
        "," + label("endpoint", peer.endpoint.map(endpointText) ?? "")
            + "," + label("allowed_ips", peer.allowedIPs.map(\.description).joined(separator: ","))
    }

    private func handshake(_ peer: PeerState) -> String {
        guard let time = peer.lastHandshake else { return "0" }
        guard time.seconds > 0, (1..<1_000_000_000).contains(time.nanoseconds) else { return String(time.seconds) }
        let digits = String(time.nanoseconds)
        return "\(time.seconds)." + String(repeating: "0", count: 9 - digits.count) + digits
    }
}

private func label(_ name: String, _ value: String) -> String {
    guard value.utf8.contains(where: { "\"\\\n".utf8.contains($0) }) else { return "\(name)=\"\(value)\"" }
    var escaped = ""
    for scalar in value.unicodeScalars {
        switch scalar {
        case "\"": escaped += "\\\""
        case "\\": escaped += "\\\\"
        case "\n": escaped += "\\n"
        default: escaped.unicodeScalars.append(scalar)
        }
    }
    return "\(name)=\"\(escaped)\""
}
