import TestSupport
import Testing
import WGConfig
import WGModel
import WGPlan

/// Random files, random changes of the device: the saved file, applied anew, gives the device as it was, and what is not
/// about the changes is as it was in the file.
@Suite struct ConfigSaverPropertyTests {
    @Test func theSavedFileGivesTheLiveState() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<300 {
            let document = Document(text: text(&random))
            let config = try #require(ConfigParser.parseQuick(document).value, "\(document.text)")
            var live = tunnel(config)
            #expect(try save(document, live).text == document.text)
            for _ in 0..<Int.random(in: 0...5, using: &random) { change(&live, &random) }

            let saved = try save(document, live)
            let parsed = try #require(ConfigParser.parseQuick(saved).value, "\(saved.text)")
            #expect(state(tunnel(parsed)) == state(live), "\(document.text)\n----\n\(saved.text)")
            #expect(try save(saved, live) == saved, "\(document.text)\n----\n\(saved.text)")
            let kept = saved.text.split(separator: "\n").filter { $0.hasPrefix("# keep") }
            #expect(kept == document.text.split(separator: "\n").filter { $0.hasPrefix("# keep") }, "\(saved.text)")
            #expect(parsed.postUp == config.postUp && parsed.table == config.table)
        }
    }

    private func save(_ document: Document, _ live: LiveTunnel) throws -> Document {
        let config = try #require(ConfigParser.parseQuick(document).value)
        return try ConfigSaver(document, config, live).saved()
    }

    // MARK: What a device makes of a file

    private func tunnel(_ config: QuickConfig) -> LiveTunnel {
        var device = DeviceState(name: wg0, privateKey: config.wireGuard.privateKey?.clamped)
        if case .number(let port) = config.wireGuard.listenPort { device.listenPort = port }
        device.fwmark = config.wireGuard.fwmark ?? 0
        for peer in config.wireGuard.peers {
            var index = device.peers.firstIndex { $0.publicKey == peer.publicKey }
            if index == nil {
                index = device.peers.count
                device.peers.append(PeerState(publicKey: peer.publicKey))
            }
            guard let index else { continue }
            if let key = peer.presharedKey { device.peers[index].presharedKey = key.isZero ? nil : key }
            if let endpoint = peer.endpoint?.numeric { device.peers[index].endpoint = endpoint }
            if let seconds = peer.persistentKeepalive { device.peers[index].persistentKeepalive = seconds }
            if peer.replaceAllowedIPs { device.peers[index].allowedIPs = [] }
            for entry in peer.allowedIPs {
                let prefix = entry.prefix.masked
                if case .remove = entry {
                    device.peers[index].allowedIPs.removeAll { $0 == prefix }
                } else {
                    for other in device.peers.indices { device.peers[other].allowedIPs.removeAll { $0 == prefix } }
                    device.peers[index].allowedIPs.append(prefix)
                }
            }
        }
        return LiveTunnel(device: device, addresses: config.addresses, mtu: config.mtu ?? 1420)
    }

    /// What counts, in an order that says nothing.
    private func state(_ live: LiveTunnel) -> [String] {
        let device = live.device
        var lines = ["\(device.privateKey?.base64 ?? "-") \(device.listenPort) \(device.fwmark)"]
        lines += Set(live.addresses).map { "address \($0)" }
        lines += device.peers.map { peer in
            let prefixes = peer.allowedIPs.map(\.description).sorted().joined(separator: ",")
            let endpoint = peer.endpoint.map { "\($0)" } ?? "-"
            return
                "\(peer.publicKey) \(peer.presharedKey?.base64 ?? "-") \(endpoint) \(peer.persistentKeepalive) \(prefixes)"
        }
        return lines.sorted()
    }

    // MARK: Chance

    private static let prefixes = ["10.0.0.1/32", "10.0.0.2/32", "10.0.0.0/24", "192.0.2.0/24", "fd00::/64", "::/0"]
    private static let endpoints = ["192.0.2.1:5", "192.0.2.2:6", "[2001:db8::1]:7"]
    private static let keys = (2...5).map { PublicKey(bytes: KeyBytes(repeating: $0)) }

    private func prefixes(_ random: inout SeededGenerator) -> [IPPrefix] {
        Self.prefixes.shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random)).compactMap { IPPrefix($0) }
    }

    private func change(_ live: inout LiveTunnel, _ random: inout SeededGenerator) {
        let peers = live.device.peers.indices
        switch (Int.random(in: 0...9, using: &random), peers.randomElement(using: &random)) {
        case (0, _): live.device.listenPort = UInt16.random(in: 1...9, using: &random)
        case (1, _): live.device.fwmark = UInt32.random(in: 0...3, using: &random)
        case (2, _): live.device.privateKey = PrivateKey(bytes: random.key()).clamped
        case (3, _):
            let addresses = ["10.0.0.1/24", "10.0.0.9/32", "fd00::1/64"].compactMap { IPPrefix($0) }
            live.addresses = addresses.filter { _ in Bool.random(using: &random) }
        case (4, let index?): live.device.peers.remove(at: index)
        case (5, _):
            let absent = Self.keys.filter { key in !live.device.peers.contains { $0.publicKey == key } }
            if let key = absent.randomElement(using: &random) {
                live.device.peers.append(PeerState(publicKey: key, endpoint: Endpoint(Self.endpoints[0])))
            }
        case (6, let index?):
            live.device.peers[index].endpoint = Endpoint(Self.endpoints.randomElement(using: &random)!)
        case (7, let index?): live.device.peers[index].persistentKeepalive = UInt16.random(in: 0...2, using: &random)
        case (8, let index?):
            live.device.peers[index].presharedKey =
                Bool.random(using: &random) ? nil : PresharedKey(bytes: random.key())
        case (9, let index?):
            let list = prefixes(&random)
            for other in peers { live.device.peers[other].allowedIPs.removeAll(where: list.contains) }
            live.device.peers[index].allowedIPs = list
        default: break
        }
    }

    private func text(_ random: inout SeededGenerator) -> String {
        func maybe(_ line: String) -> [String] { Bool.random(using: &random) ? [line] : [] }
        var lines = maybe("# keep at the head") + ["[Interface]"]
        lines += maybe("PrivateKey = \(PrivateKey(bytes: random.key()).base64)") + maybe("ListenPort = 7 # why")
        lines += maybe("FwMark = 0x2") + maybe("Address = 10.0.0.1/24") + maybe("address=fd00::1/64, 10.0.0.9")
        lines +=
            maybe("MTU = 1420") + maybe("PostUp = echo '# a' ;  b") + maybe("# keep in the middle")
            + maybe("Table = off")
        lines.append("SaveConfig = true")
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            lines += maybe("") + ["[Peer]", "PublicKey = \(Self.keys.randomElement(using: &random)!) # it"]
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let list = prefixes(&random).map(\.description)
                if !list.isEmpty {
                    lines.append("AllowedIPs = \(list.joined(separator: maybe("").isEmpty ? "," : ", "))")
                }
            }
            lines += maybe("Endpoint = \(Self.endpoints.randomElement(using: &random)!)")
            lines +=
                maybe("PersistentKeepalive = 1") + maybe("presharedkey=\(PresharedKey(bytes: random.key()).base64)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
