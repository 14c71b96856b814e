public import WGModel

extension Operation {
    /// What takes this operation back; `nil` when nothing does, or when nothing needs to.
    ///
    /// A device's configuration needs no inverse of its own: `up` sets it on a link that it made itself.
    public var inverse: Operation? {
        switch self {
        case .createLink(let name): .deleteLink(name, runsEngine: false)
        case .startEngine(let name, _): .deleteLink(name, runsEngine: true)
        case .addAddress(let prefix, let name): .removeAddress(prefix, name)
        case .removeAddress(let prefix, let name): .addAddress(prefix, name)
        case .setLink(let name, let from, let to): .setLink(name, from: to, to: from)
        case .addRoute(let route, let name): .removeRoute(route, name)
        case .removeRoute(let route, let name): .addRoute(route, name)
        case .addRule(let rule): .removeRule(rule)
        case .removeRule(let rule): .addRule(rule)
        case .setSysctl(let path, let from, let to): .setSysctl(path, from: to, to: from)
        case .setFirewall(let name, let from, let to): .setFirewall(name, from: to, to: from)
        case .setDNS(let name, let from, let to): .setDNS(name, from: to, to: from)
        case .writeRecord(let record): .removeRecord(record.interface)
        case .deleteLink, .removeDeadSocket, .setDevice, .runHook, .updateRecord, .removeRecord, .remember, .saveConfig:
            nil
        }
    }

    /// Whether a failure can leave part of it done, so that its inverse is due even then.
    ///
    /// An engine may have made its link before it gave up, a hook may have done anything, and iptables is told table by
    /// table. The others are single requests, and taking back one that was refused could take away what somebody else
    /// had put there.
    public var canHalfHappen: Bool {
        switch self {
        case .startEngine, .runHook: true
        case .setFirewall(_, let from, let to): from?.tool == .iptables || to?.tool == .iptables
        default: false
        }
    }

    /// Whether a plan goes on, with a warning, when the system does not let this be done.
    public var isDispensable: Bool {
        if case .setSysctl = self { true } else { false }
    }

    /// Whether a program of the host's is asked to forget what it keeps of a tunnel.
    public var isRemovalByProgram: Bool {
        switch self {
        case .setDNS(_, _, to: nil), .setFirewall(_, _, to: nil): true
        default: false
        }
    }

    /// The link with which the effect of this operation disappears.
    var goesWithLink: InterfaceName? {
        switch self {
        case .setDevice(let name, _), .addAddress(_, let name), .removeAddress(_, let name), .setLink(let name, _, _):
            name
        case .addRoute(let route, let name), .removeRoute(let route, let name): route.kind == .link ? name : nil
        case .setDNS(let name, let from, let to):
            [from, to].compactMap(\.?.backend).allSatisfy { $0 == .resolved } ? name : nil
        case .createLink, .startEngine, .deleteLink, .removeDeadSocket, .addRule, .removeRule, .setSysctl, .setFirewall,
            .runHook, .writeRecord, .updateRecord, .removeRecord, .remember, .saveConfig:
            nil
        }
    }
}

/// What has been done so far, as far as it can be taken back.
public struct Journal: Equatable, Sendable {
    private var inverses: [Operation] = []
    private var begun: Set<HookStage> = []
    private let name: InterfaceName
    private let hooks: TunnelRecord.Hooks

    /// - Parameter hooks: of the tunnel that is brought up; those for down are what takes back the others.
    public init(_ name: InterfaceName, hooks: TunnelRecord.Hooks = TunnelRecord.Hooks()) {
        self.name = name
        self.hooks = hooks
    }

    public mutating func append(_ operation: Operation) {
        if let inverse = operation.inverse { inverses.append(inverse) }
        if case .runHook(let stage, _) = operation { begun.insert(stage) }
    }

    /// What to do, in order, to get back to the beginning.
    ///
    /// Where a link goes in the end, what would go with it is not taken away one by one first. Once a PostUp hook has
    /// begun, PreDown comes first; once any has, PostDown comes last.
    public var rollback: [Operation] {
        var deleted: Set<InterfaceName> = []
        for case .deleteLink(let name, _) in inverses { deleted.insert(name) }
        let undone = inverses.reversed().filter { operation in
            operation.goesWithLink.map { !deleted.contains($0) } ?? true
        }
        let before = begun.contains(.postUp) ? name.hooks(.preDown, hooks.preDown) : []
        let after = begun.isDisjoint(with: [.preUp, .postUp]) ? [] : name.hooks(.postDown, hooks.postDown)
        return before + undone + after
    }
}

extension InterfaceName {
    /// The operations for the commands of a stage.
    func hooks(_ stage: HookStage, _ commands: [String]) -> [Operation] {
        commands.map { .runHook(stage, filledIn($0)) }
    }
}
