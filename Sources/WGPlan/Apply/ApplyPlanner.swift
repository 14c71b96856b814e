public import WGConfig
public import WGModel

/// Decides what `apply` does to a tunnel that is up, or whose link has gone, in stages, each from a snapshot of its own:
///
/// 1. For a link that has gone, `loseLink`, `createLink` and `tookLink`. `hooksToTakeBack`, of such a link. `begin`: a record,
///    where there is none; PreUp hooks: new ones, if they are wanted, or those of a link that has gone.
/// 2. `configure`: what is new to the device, and the addresses.
/// 3. `settle`: addresses that went with others; MTU, and link up.
/// 4. `setDNS`: the resolvers.
/// 5. `route`: routes, rules, settings, the device's mark.
/// 6. `finish`: what the device is to lose; PostUp hooks, as PreUp; the record.
///
/// What is new comes before what goes, and each stage looks only at how things are. So whatever ends an `apply` midway, the
/// next one does the rest: there is no way back, and none is needed. As at `up`, the record tells beforehand of what does
/// not go with the link.
public struct ApplyPlanner: Sendable {
    public let name: InterfaceName
    public let config: QuickConfig
    /// As it is written, or will be before the next operation.
    public internal(set) var record: TunnelRecord
    var written: TunnelRecord?
    private let path: String
    private let runsHooks: Bool
    /// The peers whose endpoints are to be set.
    private var asked: Set<PublicKey> = []
    var hasNewLink = false
    /// The link was made anew, and what hooks did to the old one is gone with it.
    private var isHookless: Bool

    /// - Parameters:
    ///   - path: of the configuration file.
    ///   - record: of the tunnel.
    ///   - runsHooks: whether PreUp and PostUp hooks that are new in the file are run.
    public init(name: InterfaceName, config: QuickConfig, path: String, record: TunnelRecord, runsHooks: Bool) {
        self.name = name
        self.config = config
        self.path = path
        self.record = record
        self.runsHooks = runsHooks
        isHookless = record.progress == .restoring
        written = record
    }

    /// Of a tunnel without a record, which the stock tool brought up, say. Its hooks are taken to be the file's.
    public init(
        name: InterfaceName, config: QuickConfig, path: String, host: HostIdentity, maker: ProcessIdentity,
        runsHooks: Bool
    ) {
        self.init(
            name: name, config: config, path: path,
            record: TunnelRecord(
                interface: name, host: host, progress: .up, maker: maker, configPath: path,
                hooks: TunnelRecord.Hooks(config), applied: AppliedFile(table: config.table)),
            runsHooks: runsHooks)
        written = nil
    }

    public static let beginNeeds: SnapshotParts = [.link, .device, .rules, .addresses, .settings]
    public static let tookLinkNeeds: SnapshotParts = .link
    public static let configureNeeds: SnapshotParts = [.link, .device, .addresses, .settings]
    public static let finishNeeds: SnapshotParts = .device

    /// As at `up`; the link's addresses, too.
    public var settleNeeds: SnapshotParts {
        let parts: SnapshotParts = [.link, .device, .addresses, .settings]
        guard config.mtu == nil else { return parts }
        return config.isFullTunnel ? parts.union([.paths, .rules]) : parts.union(.paths)
    }

    private var isAdopted: Bool { written == nil }

    public mutating func begin(_ snapshot: SystemSnapshot) throws(PlanError) -> Plan {
        guard isAdopted else { return Plan(dueHooks(.preUp)) }
        guard let link = snapshot.link, let device = snapshot.device else { throw .notWireGuard(name) }
        record.linkIndex = link.index
        record.effects.rules = snapshot.unrecordedRules(config.table)
        if !record.effects.rules.isEmpty { record.effects.mark = device.fwmark }
        if config.isPortAutomatic { record.save.automaticPort = device.listenPort }
        // A peer has been where it is, whatever the file says of it; only peers without an endpoint get one.
        record.applied.endpoints = AppliedFile(config).endpoints
        let unknown = snapshot.addresses.filter { !config.addresses.contains($0) && !$0.address.isLinkLocalIPv6 }
        written = record
        return Plan([.writeRecord(record)] + dueHooks(.preUp), warnings: [.adopted(name, unknown)])
    }

    /// For a link that has gone. Rules and the route of last resort are still there, and stay.
    public mutating func loseLink() -> Plan {
        record.linkIndex = 0
        record.progress = .restoring
        isHookless = true
        return Plan(takeDown(), warnings: [.linkHasGone(name)])
    }

    /// What hooks did beside a link that has gone is taken back first, or it would be there twice. They may well fail.
    public var hooksToTakeBack: Plan {
        guard isHookless else { return Plan() }
        return Plan(name.hooks(.preDown, record.hooks.preDown) + name.hooks(.postDown, record.hooks.postDown))
    }

    public func createLink() -> Plan { Plan([.removeDeadSocket(name), .createLink(name)]) }

    /// In place of the kernel's link.
    public func startEngine(_ engine: EngineProgram) -> Plan { Plan([.startEngine(name, engine)]) }

    public mutating func tookLink(_ snapshot: SystemSnapshot) throws(PlanError) -> Plan {
        guard let link = snapshot.link else { throw .interfaceVanished(name) }
        record.linkIndex = link.index
        hasNewLink = true
        return Plan(takeDown())
    }

    /// The device's configuration as the file has it, with the endpoints that are to be set only: names that did not
    /// change are not asked for, and a peer that roamed stays where it is.
    public mutating func wanted(_ snapshot: SystemSnapshot) -> WireGuardConfig {
        let live = Dictionary(
            (snapshot.device?.peers ?? []).map { ($0.publicKey, $0) }, uniquingKeysWith: { first, _ in first })
        let file = AppliedFile(config)
        var wanted = config.wireGuard
        for index in wanted.peers.indices where wanted.peers[index].endpoint != nil {
            let key = wanted.peers[index].publicKey
            let hasNone = live[key]?.endpoint == nil
            if hasNone || file.endpoint(of: key) != record.applied.endpoint(of: key) {
                asked.insert(key)
            } else {
                wanted.peers[index].endpoint = nil
            }
        }
        return wanted
    }

    /// - Parameter change: `wanted` with its names resolved.
    public mutating func configure(_ change: DeviceChange, _ snapshot: SystemSnapshot) throws(PlanError) -> Plan {
        guard let device = snapshot.device else { throw .interfaceVanished(name) }
        try snapshot.refuseLeak(of: config.routedIPv6, beside: name)
        var desired = wholeDevice(change)
        let fileMark = config.wireGuard.fwmark ?? 0
        if record.effects.mark == nil, fileMark != 0 { desired.fwmark = fileMark }
        // A new device has to have the mark before its first packet, or its own rules send that back to it.
        if device.fwmark == 0, let mark = record.effects.mark { desired.fwmark = mark }
        // 0 asks for a port that the device chooses, and it chooses another each time that it hears it.
        if change.listenPort == 0, device.listenPort != record.save.automaticPort { desired.listenPort = 0 }
        let additions = StateDiff.change(from: device, to: desired).additions
        let addresses = config.addresses.filter { snapshot.hasIPv6 || $0.family == .ipv4 }
        let skipped = config.addresses.filter { !addresses.contains($0) }
        let own = record.applied.addresses + record.applied.adding
        let stale = snapshot.addresses.filter { own.contains($0) && !addresses.contains($0) }
        record.applied.adding += addresses.filter { !own.contains($0) }
        return Plan(
            takeDown() + (additions == DeviceChange() ? [] : [.setDevice(name, additions)])
                + missing(addresses, snapshot) + removal(of: stale, snapshot),
            warnings: skipped.isEmpty ? [] : [.noIPv6(name, skipped)])
    }

    /// A kernel that does not promote secondary addresses takes them away with the first of their network, and with the
    /// last address all routes.
    private func removal(of stale: [IPPrefix], _ snapshot: SystemSnapshot) -> [Operation] {
        let all = Set(snapshot.addresses + config.addresses)
        let removals = stale.reversed().map { Operation.removeAddress($0, name) }
        let takesOthers = stale.contains { gone in
            gone.family == .ipv4 && all.contains { $0 != gone && $0.masked == gone.masked }
        }
        let path = Sysctl.promoteSecondaries(name)
        guard takesOthers, let now = snapshot.sysctls[path], now == "0" else { return removals }
        return [.setSysctl(path, from: now, to: "1")] + removals + [.setSysctl(path, from: "1", to: now)]
    }

    private func missing(_ addresses: [IPPrefix], _ snapshot: SystemSnapshot) -> [Operation] {
        addresses.filter { !snapshot.addresses.contains($0) }.map { .addAddress($0, name) }
    }

    /// - Parameter snapshot: with the paths, if the file has no MTU.
    public func settle(_ snapshot: SystemSnapshot) throws(PlanError) -> Plan {
        guard let link = snapshot.link else { throw .interfaceVanished(name) }
        let addresses = config.addresses.filter { snapshot.hasIPv6 || $0.family == .ipv4 }
        let mtu = config.mtu.flatMap(UInt32.init(exactly:)) ?? MTUPolicy.automatic(snapshot)
        let before = LinkSettings(mtu: link.mtu, isUp: link.isUp)
        let after = LinkSettings(mtu: mtu, isUp: true)
        return Plan(
            missing(addresses, snapshot) + (before == after ? [] : [.setLink(name, from: before, to: after)]))
    }

    /// - Parameters:
    ///   - change: as it was at `configure`.
    ///   - file: the content of the configuration file.
    public mutating func finish(
        _ change: DeviceChange, file: [UInt8]?, _ snapshot: SystemSnapshot
    ) throws(PlanError) -> Plan {
        guard let device = snapshot.device else { throw .interfaceVanished(name) }
        let rest = StateDiff.change(from: device, to: wholeDevice(change)).removals(device)
        let hooks = dueHooks(.postUp)
        record.progress = .up
        record.configPath = path
        record.endpoints = TunnelRecord.NamedEndpoint.all(in: config.wireGuard)
        record.applied = applied(change)
        note(change, file, device)
        if runsHooks || changedHooks.isEmpty { record.hooks = TunnelRecord.Hooks(config) }
        return Plan((rest == DeviceChange() ? [] : [.setDevice(name, rest)]) + hooks + takeDown())
    }

    /// What `UpPlanner.note` keeps, of a tunnel that was up before.
    private mutating func note(_ change: DeviceChange, _ file: [UInt8]?, _ device: DeviceState) {
        record.save.isWanted = config.saveConfig
        if let file { record.save.digest = SavedFile.digest(file) }
        // Without a port in the file the device keeps any that others have set, which is none of its own choice.
        let chosen = config.wireGuard.listenPort == nil ? record.save.automaticPort : nil
        record.save.automaticPort = config.isPortAutomatic ? chosen ?? device.listenPort : nil
        let named = Set(record.endpoints.map(\.peer))
        record.save.endpoints = record.save.endpoints.filter { named.contains($0.key) }
        for peer in change.peers where named.contains(peer.publicKey) {
            if let endpoint = peer.endpoint { record.save.endpoints[peer.publicKey] = endpoint }
        }
    }

    /// A peer whose name had no address still has what an earlier file said.
    private func applied(_ change: DeviceChange) -> AppliedFile {
        var file = AppliedFile(config)
        let answered = Set(change.peers.filter { $0.endpoint != nil }.map(\.publicKey))
        let open = asked.subtracting(answered)
        file.endpoints.removeAll { open.contains($0.peer) }
        file.endpoints += record.applied.endpoints.filter { open.contains($0.peer) }
        return file
    }

    /// All peers of the file and no others; what the file does not say of key, port and mark stays. Port 0 says nothing.
    func wholeDevice(_ change: DeviceChange) -> DeviceChange {
        var desired = change
        desired.replacePeers = true
        desired.fwmark = nil
        if desired.listenPort == 0 { desired.listenPort = nil }
        return desired
    }

    /// The record, where it is not what is written.
    mutating func takeDown() -> [Operation] {
        guard written != record else { return [] }
        written = record
        return [.updateRecord(record)]
    }

    // MARK: Hooks

    /// The PreUp and PostUp hooks that the file has and that did not run, and those that did and are no longer in it.
    public var changedHooks: [ChangedHook] {
        func changes(_ stage: HookStage, _ before: [String], _ now: [String]) -> [ChangedHook] {
            now.filter { !before.contains($0) }.map { ChangedHook(stage: stage, command: $0, isNew: true) }
                + before.filter { !now.contains($0) }.map { ChangedHook(stage: stage, command: $0, isNew: false) }
        }
        return changes(.preUp, record.hooks.preUp, config.preUp) + changes(.postUp, record.hooks.postUp, config.postUp)
    }

    /// Those that ran for a link that has gone, or all of the file; of a link that stays, those that are new.
    private func dueHooks(_ stage: HookStage) -> [Operation] {
        if isHookless {
            let hooks = runsHooks ? TunnelRecord.Hooks(config) : record.hooks
            return name.hooks(stage, stage == .preUp ? hooks.preUp : hooks.postUp)
        }
        guard runsHooks else { return [] }
        return name.hooks(stage, changedHooks.filter { $0.stage == stage && $0.isNew }.map(\.command))
    }
}

/// A hook that differs between the file and what ran.
public struct ChangedHook: Hashable, Sendable {
    public var stage: HookStage
    /// As written in the file.
    public var command: String
    /// Else it ran, and the file has it no more.
    public var isNew: Bool

    public init(stage: HookStage, command: String, isNew: Bool) {
        self.stage = stage
        self.command = command
        self.isNew = isNew
    }
}

extension DeviceChange {
    /// Without what takes something away from the device.
    fileprivate var additions: DeviceChange {
        var change = self
        change.replacePeers = false
        change.peers = peers.compactMap { peer in
            guard !peer.remove else { return nil }
            var kept = peer
            kept.allowedIPs.removeAll { if case .remove = $0 { true } else { false } }
            return kept == PeerChange(publicKey: peer.publicKey) ? nil : kept
        }
        return change
    }

    /// Only what takes peers and allowed IPs away.
    fileprivate func removals(_ device: DeviceState) -> DeviceChange {
        if replacePeers {
            return DeviceChange(peers: device.peers.map { PeerChange(publicKey: $0.publicKey, remove: true) })
        }
        return DeviceChange(
            peers: peers.compactMap { peer in
                let removed = peer.allowedIPs.filter { if case .remove = $0 { true } else { false } }
                if peer.remove { return PeerChange(publicKey: peer.publicKey, remove: true) }
                return removed.isEmpty
                    ? nil : PeerChange(publicKey: peer.publicKey, updateOnly: true, allowedIPs: removed)
            })
    }
}
