public import WGModel

/// One effect on the system. A plan is made of these, and nothing else changes anything.
public enum Operation: Equatable, Sendable {
    /// A link of kind `wireguard`.
    case createLink(InterfaceName)
    /// Start a userspace engine, which makes the link and daemonises when it is ready.
    case startEngine(InterfaceName, EngineProgram)
    /// With an engine, also wait until the engine has gone.
    case deleteLink(InterfaceName, runsEngine: Bool)
    /// The socket of an engine that died with its link.
    case removeDeadSocket(InterfaceName)
    case setDevice(InterfaceName, DeviceChange)
    case addAddress(IPPrefix, InterfaceName)
    case removeAddress(IPPrefix, InterfaceName)
    /// Both settings in a single request.
    case setLink(InterfaceName, from: LinkSettings, to: LinkSettings)
    case addRoute(RouteState, InterfaceName)
    case removeRoute(RouteState, InterfaceName)
    case addRule(RuleState)
    case removeRule(RuleState)
    /// A path below `/proc/sys`, and values without the line's end.
    case setSysctl(String, from: String, to: String)
    /// The packet filter rules of a tunnel, in place of the old ones; `nil` is none.
    case setFirewall(InterfaceName, from: FirewallState?, to: FirewallState?)
    /// The tunnel's resolvers, by whichever back ends they are set; `nil` for none.
    case setDNS(InterfaceName, from: DNSState?, to: DNSState?)
    /// The text has its interface name filled in.
    case runHook(HookStage, String)
    /// The first record of this tunnel.
    case writeRecord(TunnelRecord)
    /// In place of the one that is there.
    case updateRecord(TunnelRecord)
    case removeRecord(InterfaceName)
    /// Goes with the record.
    case remember(InterfaceName, ReresolveMemory)
    /// In place of the file that is there.
    case saveConfig(SavedFile)
}

/// What `setLink` sets.
public struct LinkSettings: Hashable, Sendable {
    /// Bytes.
    public var mtu: UInt32
    public var isUp: Bool

    public init(mtu: UInt32, isUp: Bool) {
        self.mtu = mtu
        self.isUp = isUp
    }
}

/// The program of a userspace engine.
public struct EngineProgram: Hashable, Sendable {
    /// As it is started; no search follows.
    public var path: String
    /// As it is shown: its name without directories, or what the environment named.
    public var shownName: String

    public init(path: String, shownName: String) {
        self.path = path
        self.shownName = shownName
    }
}

/// The four moments at which the user's own commands run.
public enum HookStage: String, CaseIterable, Hashable, Sendable {
    case preUp = "PreUp"
    case postUp = "PostUp"
    case preDown = "PreDown"
    case postDown = "PostDown"
}

/// Operations in order, all decided from one snapshot.
public struct Plan: Equatable, Sendable {
    public var operations: [Operation]
    /// What the user should know before they are done.
    public var warnings: [PlanWarning]

    public init(_ operations: [Operation] = [], warnings: [PlanWarning] = []) {
        self.operations = operations
        self.warnings = warnings
    }
}

/// Something that the configuration asks for and that this system can't do; the rest is done.
public enum PlanWarning: Hashable, Sendable {
    /// The link can't have IPv6 addresses; these addresses and routes are left out.
    case noIPv6(InterfaceName, [IPPrefix])
    /// There is neither nft nor iptables: a full tunnel goes without its rules.
    case noFirewall(InterfaceName)
    /// An `up` that was killed, or whose link has gone, left something, which is taken away first.
    case leftovers(InterfaceName)
    /// The configuration file was edited while the tunnel was up; what of it the device could say otherwise is overwritten.
    case edited(path: String)
    /// The configuration file asked to be saved to, and has gone.
    case notSaved(path: String)
    /// What of the `DNS` key is left aside.
    case dns(InterfaceName, DNSWarning)
    /// Others brought the tunnel up. Its hooks are taken to be the file's, and the addresses, which the file does not
    /// have, stay.
    case adopted(InterfaceName, [IPPrefix])
    /// The tunnel's link has gone without `down`, and is made anew.
    case linkHasGone(InterfaceName)
}
