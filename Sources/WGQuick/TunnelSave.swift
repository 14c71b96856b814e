import WGConfig
import WGControl
import WGLinux
public import WGModel
public import WGPlan

/// `wg-quick save`, and what `SaveConfig` asks for at `down`.
public struct TunnelSave {
    private let name: InterfaceName
    private let path: String
    private let record: TunnelRecord?
    private let system: any QuickSystem

    /// - Parameters:
    ///   - path: of the file, without symbolic links.
    ///   - record: of the tunnel, if there is one.
    public init(name: InterfaceName, path: String, record: TunnelRecord?, system: any QuickSystem) {
        self.name = name
        self.path = path
        self.record = record
        self.system = system
    }

    private static let needs: SnapshotParts = [.link, .device, .addresses, .settings]

    /// Before `down`: nothing unless the file asks for it. A file that can't be read as one any more asks for what it asked
    /// for at `up`; one that is gone for nothing.
    public func planForDown() throws(QuickError) -> Plan {
        let wasWanted = record?.save.isWanted ?? false
        // What came up in part is not what the file is to be.
        if let record, record.progress != .up { return Plan() }
        guard let bytes = try system.contents(of: path) else {
            return Plan(warnings: wasWanted ? [.notSaved(path: path)] : [])
        }
        let parsed = ConfigParser.parseQuick(Document(bytes: bytes), tables: RouteTables.names())
        let isWanted = parsed.value?.saveConfig ?? wasWanted
        // With the device its state has gone.
        guard isWanted, try system.snapshot(name, .device).device != nil else { return Plan() }
        return try plan()
    }

    /// Writes the file, unless it says already what is so, and only to those whom it may concern.
    public func plan() throws(QuickError) -> Plan {
        guard let bytes = try system.contents(of: path) else { throw .configuration(path: path, []) }
        let document = Document(bytes: bytes)
        let tables = RouteTables.names()
        let parsed = ConfigParser.parseQuick(document, tables: tables)
        guard let config = parsed.value else { throw .configuration(path: path, parsed.diagnostics) }
        let snapshot = try system.snapshot(name, Self.needs)
        guard let link = snapshot.link, let device = snapshot.device else { throw .plan(.notWireGuard(name)) }
        guard device.isComplete else { throw .unsteady(name) }
        let live = LiveTunnel(
            device: device, addresses: addresses(config, snapshot), mtu: Int(link.mtu),
            automaticPort: record?.save.automaticPort, automaticMark: record?.effects.mark,
            endpoints: record?.save.endpoints ?? [:])
        let saver = ConfigSaver(document, config, live, tables: tables)
        let saved: Document
        do {
            saved = try saver.saved(answers(saver.openNames, config.wireGuard.listenPort))
        } catch {
            throw .unsaved(path: path, error)
        }
        return plan(from: bytes, to: saved.bytes)
    }

    /// What is not answered in a few seconds is not known.
    private func answers(_ names: Set<EndpointName>, _ port: PortName?) -> ConfigSaver.Answers {
        var answers = ConfigSaver.Answers(scopeName: Resolver.interfaceName(of:))
        if case .service(let service) = port { answers.listenPort = try? Resolver.port(ofService: service) }
        guard !names.isEmpty else { return answers }
        for (name, known) in system.memory(self.name).names { answers.endpoints[name] = known.addresses }
        for (name, found) in system.locate(Array(names), by: record?.nameServers(now: system.resolvers())) {
            if case .success(let located) = found { answers.endpoints[name, default: []] += located.endpoints }
        }
        return answers
    }

    private func plan(from old: [UInt8], to new: [UInt8]) -> Plan {
        guard new != old || system.isOpenToOthers(path) else { return Plan() }
        var plan = Plan([.saveConfig(SavedFile(interface: name, path: path, bytes: new))])
        guard var record, record.configPath == path else { return plan }
        if let digest = record.save.digest, digest != SavedFile.digest(old) { plan.warnings = [.edited(path: path)] }
        record.save.digest = SavedFile.digest(new)
        plan.operations.append(.updateRecord(record))
        return plan
    }

    /// Without the link-local address that the kernel gives to the link of an engine, and with those that the file has and
    /// the host can't.
    private func addresses(_ config: QuickConfig, _ snapshot: SystemSnapshot) -> [IPPrefix] {
        let isKernelLink = snapshot.link?.kind == "wireguard"
        let live = snapshot.addresses.filter { prefix in
            isKernelLink || !prefix.address.isLinkLocalIPv6 || config.addresses.contains(prefix)
        }
        return live + (snapshot.hasIPv6 ? [] : config.addresses.filter { $0.family == .ipv6 })
    }
}
