public import WGConfig
public import WGModel

/// What `up` leaves for `down`, `apply` and `reresolve`, so that none of them needs guesses, nor `down` the file.
///
/// It is written before what it tells of is done: whatever kills `up`, the record names all that may have happened.
public struct TunnelRecord: Hashable, Sendable {
    public var interface: InterfaceName
    public var host: HostIdentity
    /// A link of the same name but another index is not the one this record speaks of. 0 before there is a link.
    public var linkIndex: Int32
    public var progress: Progress
    /// The process that brings, or brought, the tunnel up.
    public var maker: ProcessIdentity
    /// Absolute and without symbolic links.
    public var configPath: String
    public var hooks: Hooks
    public var effects: TunnelEffects
    /// The peers whose endpoint the file gives by a name.
    public var endpoints: [NamedEndpoint]
    /// The name servers from before the tunnel.
    public var resolvers: [IPAddress]
    public var save: SaveOrigin
    public var applied: AppliedFile

    /// How far `up` came.
    public enum Progress: String, CaseIterable, Hashable, Sendable {
        /// No hook has begun.
        case begun
        /// PreUp hooks have begun.
        case preUp
        /// PostUp hooks have begun.
        case postUp
        /// The tunnel is up.
        case up
        /// It was up, its link went away without `down`, and the hooks have not come to their end on the one that took its
        /// place.
        case restoring
        /// It was up, and `down` takes it away, or has failed to take all of it away. So its link is not missed.
        case goingDown
    }

    /// The user's commands, as written in the file, `%i` included.
    public struct Hooks: Hashable, Sendable {
        public var preUp: [String]
        public var postUp: [String]
        public var preDown: [String]
        public var postDown: [String]

        public init(
            preUp: [String] = [], postUp: [String] = [], preDown: [String] = [], postDown: [String] = []
        ) {
            self.preUp = preUp
            self.postUp = postUp
            self.preDown = preDown
            self.postDown = postDown
        }

        public init(_ config: QuickConfig) {
            self.init(
                preUp: config.preUp, postUp: config.postUp, preDown: config.preDown, postDown: config.postDown)
        }
    }

    /// A peer and the name that its endpoint has in the file.
    public struct NamedEndpoint: Hashable, Sendable {
        public var peer: PublicKey
        public var name: EndpointName

        public init(peer: PublicKey, name: EndpointName) {
            self.peer = peer
            self.name = name
        }

        /// Those of a configuration that are more than numbers.
        public static func all(in config: WireGuardConfig) -> [NamedEndpoint] {
            config.peers.compactMap { peer in
                guard let name = peer.endpoint, name.numeric == nil else { return nil }
                return NamedEndpoint(peer: peer.publicKey, name: name)
            }
        }
    }

    public init(
        interface: InterfaceName, host: HostIdentity, linkIndex: Int32 = 0, progress: Progress = .begun,
        maker: ProcessIdentity, configPath: String, hooks: Hooks = Hooks(), effects: TunnelEffects = TunnelEffects(),
        endpoints: [NamedEndpoint] = [], resolvers: [IPAddress] = [], save: SaveOrigin = SaveOrigin(),
        applied: AppliedFile = AppliedFile()
    ) {
        self.interface = interface
        self.host = host
        self.linkIndex = linkIndex
        self.progress = progress
        self.maker = maker
        self.configPath = configPath
        self.hooks = hooks
        self.effects = effects
        self.endpoints = endpoints
        self.resolvers = resolvers
        self.save = save
        self.applied = applied
    }

    /// Whether the record speaks of this very link. Before the link's index was written down, of any of that name: `up`
    /// had seen that there was none before.
    public func describes(_ link: LinkState) -> Bool {
        link.name == interface && (link.index == linkIndex || linkIndex == 0)
    }
}

/// What `up` changed beside the link and what goes with it.
public struct TunnelEffects: Hashable, Sendable {
    /// Of a full tunnel: the mark of the device's own packets, and the number of its table.
    public var mark: UInt32?
    public var rules: [RuleState]
    public var refusals: [RouteState]
    /// With the values from before.
    public var sysctls: [Sysctl]
    public var firewall: FirewallState?
    public var dns: DNSState?

    public init(
        mark: UInt32? = nil, rules: [RuleState] = [], refusals: [RouteState] = [], sysctls: [Sysctl] = [],
        firewall: FirewallState? = nil, dns: DNSState? = nil
    ) {
        self.mark = mark
        self.rules = rules
        self.refusals = refusals
        self.sysctls = sysctls
        self.firewall = firewall
        self.dns = dns
    }
}

/// A boot of a host, and one of its network namespaces.
public struct HostIdentity: Hashable, Sendable {
    /// `/proc/sys/kernel/random/boot_id`, without its line end.
    public var bootID: String
    /// The device and inode numbers of `/proc/self/ns/net`.
    public var namespaceDevice: UInt64
    public var namespaceInode: UInt64

    public init(bootID: String, namespaceDevice: UInt64, namespaceInode: UInt64) {
        self.bootID = bootID
        self.namespaceDevice = namespaceDevice
        self.namespaceInode = namespaceInode
    }
}

/// A process, told from a later one with the same number.
public struct ProcessIdentity: Hashable, Sendable {
    public var pid: Int32
    /// Clock ticks after the boot, as in `/proc/PID/stat`.
    public var startTime: UInt64

    public init(pid: Int32, startTime: UInt64) {
        self.pid = pid
        self.startTime = startTime
    }
}
