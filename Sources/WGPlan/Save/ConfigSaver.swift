public import WGConfig
public import WGModel

/// Writes the state of a tunnel into its configuration file, for `save` and `SaveConfig`.
///
/// Where the file says already what is so, it stays as it is, to the byte: it counts what `up` would make of the file, and
/// not how the file puts it. What differs is changed in its line; peers that are gone go, new ones are added. The hooks,
/// `Table`, `DNS` and `SaveConfig` are the file's own, and nothing on the device could say otherwise.
///
/// A port or a mark that was chosen for the tunnel is not written, as it would then be fixed. A host name stays as long
/// as its peer is at one of the name's addresses, or nobody knows these.
public struct ConfigSaver {
    private let document: Document
    private let live: LiveTunnel
    private let tables: RouteTableNames
    /// The file's last endpoint of each peer.
    private let endpoints: [PublicKey: EndpointName]

    /// - Parameters:
    ///   - config: what the parser made of the document.
    ///   - tables: the host's names for routing tables.
    public init(
        _ document: Document, _ config: QuickConfig, _ live: LiveTunnel, tables: RouteTableNames = RouteTableNames()
    ) {
        self.document = document
        self.live = live
        self.tables = tables
        var endpoints: [PublicKey: EndpointName] = [:]
        for peer in config.wireGuard.peers {
            if let endpoint = peer.endpoint { endpoints[peer.publicKey] = endpoint }
        }
        self.endpoints = endpoints
    }

    /// The names whose addresses have a say: their peers are somewhere else than they were.
    public var openNames: Set<EndpointName> {
        Set(
            live.device.peers.compactMap { peer in
                guard let name = endpoints[peer.publicKey], name.numeric == nil, let endpoint = peer.endpoint,
                    live.endpoints[peer.publicKey] != endpoint
                else { return nil }
                return name
            })
    }

    /// The names of open endpoints and of the port, as numbers. What has none is missing.
    public struct Answers {
        public var listenPort: UInt16?
        public var endpoints: [EndpointName: [Endpoint]]
        /// The name of the link that a scope means.
        public var scopeName: (UInt32) -> String?

        public init(
            listenPort: UInt16? = nil, endpoints: [EndpointName: [Endpoint]] = [:],
            scopeName: @escaping (UInt32) -> String? = { _ in nil }
        ) {
            self.listenPort = listenPort
            self.endpoints = endpoints
            self.scopeName = scopeName
        }
    }

    /// The file as it is to be; equal to the one that there is if nothing has changed.
    public func saved(_ answers: Answers = Answers()) throws(DocumentEditError) -> Document {
        var document = document
        // Taking an allowed IP from one peer may give it to another that the file lists before: so look again.
        for _ in 0..<6 {
            guard let config = ConfigParser.parseQuick(document, tables: tables).value else { return document }
            var editor = DocumentEditor(document)
            try saveInterface(config, answers, &editor)
            let isSettled = try savePeers(config, answers, &editor)
            if editor.document == document {
                if isSettled { break }
                try gatherAllowedIPs(config, &editor)
                if editor.document == document { break }
            }
            document = editor.document
        }
        return document
    }

    // MARK: [Interface]

    private func saveInterface(
        _ config: QuickConfig, _ answers: Answers, _ editor: inout DocumentEditor
    ) throws(DocumentEditError) {
        let file = config.wireGuard
        let key = live.device.privateKey ?? .zero
        if file.privateKey?.clamped ?? .zero != key, file.privateKey ?? .zero != key {
            try editor.set(.privateKey, to: key.isZero ? [] : [key.base64])
        }
        if let port = port(file.listenPort, answers) { try editor.set(.listenPort, to: String(port)) }
        let mark = live.device.fwmark
        if mark != file.fwmark ?? 0, file.fwmark ?? 0 != 0 || mark != live.automaticMark {
            try editor.set(.fwmark, to: mark == 0 ? [] : ["0x" + String(mark, radix: 16)])
        }
        if let mtu = config.mtu, mtu != live.mtu { try editor.set(.mtu, to: String(live.mtu)) }
        if Set(config.addresses) != Set(live.addresses) { try editor.setAddresses(live.addresses) }
    }

    /// The port to write, if the file's is another.
    private func port(_ written: PortName?, _ answers: Answers) -> UInt16? {
        let port = live.device.listenPort
        let current: UInt16? =
            switch written {
            case .number(0), nil: live.automaticPort
            case .number(let number): number
            case .service: answers.listenPort
            }
        return port == 0 || port == current ? nil : port
    }

    // MARK: Peers

    /// - Returns: whether the file's allowed IPs were right before.
    private func savePeers(
        _ config: QuickConfig, _ answers: Answers, _ editor: inout DocumentEditor
    ) throws(DocumentEditError) -> Bool {
        var isSettled = true
        let file = FileMeaning(config.wireGuard, of: live.device)
        let present = Set(live.device.peers.map(\.publicKey))
        for key in editor.peers where !present.contains(key) && key != live.device.publicKey {
            try editor.removePeer(key)
        }
        for peer in live.device.peers {
            guard editor.peers.contains(peer.publicKey) else {
                try editor.add(newPeer(peer, answers))
                continue
            }
            let written = file.peer(peer.publicKey)
            let preshared = peer.presharedKey.flatMap { $0.isZero ? nil : $0 }
            if written.presharedKey != preshared {
                try editor.set(.presharedKey, to: preshared.map { [$0.base64] } ?? [], ofPeer: peer.publicKey)
            }
            if written.persistentKeepalive != peer.persistentKeepalive {
                let seconds = peer.persistentKeepalive
                try editor.set(.persistentKeepalive, to: seconds == 0 ? [] : ["\(seconds)"], ofPeer: peer.publicKey)
            }
            if written.allowedIPs != Set(peer.allowedIPs.map(\.masked)) {
                isSettled = false
                try editor.setAllowedIPs(peer.allowedIPs, ofPeer: peer.publicKey)
            }
            if let endpoint = endpoint(of: peer, answers) {
                try editor.set(.endpoint, to: endpoint, ofPeer: peer.publicKey)
            }
        }
        return isSettled
    }

    /// Of a peer with several sections, an earlier one takes prefixes from others even if a later one gives them up.
    private func gatherAllowedIPs(_ config: QuickConfig, _ editor: inout DocumentEditor) throws(DocumentEditError) {
        let sections = Dictionary(grouping: config.wireGuard.peers, by: \.publicKey)
        for peer in live.device.peers where (sections[peer.publicKey]?.count ?? 0) > 1 {
            try editor.remove(.allowedIPs, ofPeer: peer.publicKey)
            try editor.setAllowedIPs(peer.allowedIPs, ofPeer: peer.publicKey)
        }
    }

    private func newPeer(_ peer: PeerState, _ answers: Answers) -> PeerConfig {
        PeerConfig(
            publicKey: peer.publicKey, presharedKey: peer.presharedKey.flatMap { $0.isZero ? nil : $0 },
            endpoint: peer.endpoint.flatMap { EndpointName($0.description(scopeName: answers.scopeName)) },
            persistentKeepalive: peer.persistentKeepalive == 0 ? nil : peer.persistentKeepalive,
            allowedIPs: peer.allowedIPs.map { .add($0) })
    }

    /// The endpoint to write, if the file's does not mean it.
    private func endpoint(of peer: PeerState, _ answers: Answers) -> String? {
        guard let endpoint = peer.endpoint else { return nil }
        let text = endpoint.description(scopeName: answers.scopeName)
        guard let name = endpoints[peer.publicKey] else { return text }
        if let numeric = name.numeric { return numeric == endpoint ? nil : text }
        var known = answers.endpoints[name] ?? []
        if let last = live.endpoints[peer.publicKey] { known.append(last) }
        let isUnknown = answers.endpoints[name] == nil && openNames.contains(name)
        if known.contains(endpoint) { return nil }
        // The host may still be the one of the name, at another port.
        if known.contains(where: { $0.address == endpoint.address && $0.scopeID == endpoint.scopeID }) {
            return EndpointName(host: name.host, service: String(endpoint.port)).description
        }
        return isUnknown ? nil : text
    }
}

/// What the device's configuration in a file comes to, by the rules of the device.
private struct FileMeaning {
    struct Peer {
        var presharedKey: PresharedKey?
        var persistentKeepalive: UInt16 = 0
        var allowedIPs: Set<IPPrefix> = []
    }

    private var peers: [PublicKey: Peer] = [:]

    init(_ config: WireGuardConfig, of device: DeviceState) {
        let change = DeviceChange(
            peers: config.peers.map { peer in
                PeerChange(
                    publicKey: peer.publicKey, presharedKey: peer.presharedKey,
                    persistentKeepalive: peer.persistentKeepalive, replaceAllowedIPs: peer.replaceAllowedIPs,
                    allowedIPs: peer.allowedIPs)
            })
        var simulation = DeviceSimulation(DeviceState(name: device.name), ownKey: device.publicKey)
        simulation.apply(change)
        for peer in simulation.peers {
            peers[peer.publicKey] = Peer(
                presharedKey: peer.presharedKey, persistentKeepalive: peer.persistentKeepalive)
        }
        for case .add(let prefix) in config.peers.lazy.flatMap(\.allowedIPs) {
            guard let owner = simulation.owner(of: prefix) else { continue }
            peers[simulation.peers[owner].publicKey]?.allowedIPs.insert(prefix.masked)
        }
    }

    func peer(_ key: PublicKey) -> Peer { peers[key] ?? Peer() }
}
