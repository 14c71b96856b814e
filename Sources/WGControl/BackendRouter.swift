public import WGModel

/// Chooses, for each device, between the kernel and the engine behind a socket.
///
/// Sockets live in the file system, which network namespaces share: one that has this device's name may belong to an
/// engine in another namespace. Links are this namespace's own, so they decide first.
public struct BackendRouter: DeviceBackend {
    /// Who asks.
    public enum Personality: Sendable {
        /// A live socket is enough: an engine in another namespace can be steered from here. Only a kernel WireGuard
        /// link of that name in this namespace wins over it.
        case wg
        /// A socket is touched only if this namespace has a TUN link of that name: an engine's.
        case wgQuick
    }

    /// What this namespace says about a name.
    public enum Link: Hashable, Sendable {
        case absent
        case wireGuard
        /// As engines have.
        case tun
        case other
        /// The kernel doesn't tell: no netlink here.
        case unknown
    }

    private enum Choice {
        case kernel
        case engine
    }

    private let personality: Personality
    private let kernel: any DeviceBackend
    private let engines: UserspaceBackend
    private let link: (InterfaceName) -> Link

    /// - Parameter link: tells what link has a name. For tests; else the kernel is asked.
    init(
        personality: Personality, kernel: any DeviceBackend, engines: UserspaceBackend,
        link: @escaping (InterfaceName) -> Link
    ) {
        self.personality = personality
        self.kernel = kernel
        self.engines = engines
        self.link = link
    }

    /// Kernel devices first, in the order of the links, then engines in the order of their sockets.
    public func list() throws(ControlError) -> [InterfaceName] {
        let kernelNames = try kernel.list()
        let kernelSet = Set(kernelNames)
        return kernelNames
            + (try engines.list()).filter { name in
                guard !kernelSet.contains(name) else { return false }
                switch personality {
                case .wg: return true
                case .wgQuick: return link(name) == .tun
                }
            }
    }

    public func get(_ name: InterfaceName) throws(ControlError) -> DeviceState { try backend(name).get(name) }

    public func set(_ name: InterfaceName, _ change: DeviceChange) throws(ControlError) {
        try backend(name).set(name, change)
    }

    private func backend(_ name: InterfaceName) -> any DeviceBackend {
        switch choice(name) {
        case .kernel: kernel
        case .engine: engines
        }
    }

    private func choice(_ name: InterfaceName) -> Choice {
        switch (link(name), personality) {
        case (.wireGuard, _), (.absent, .wgQuick), (.other, .wgQuick), (.unknown, .wgQuick): .kernel
        case (.tun, _), (.absent, .wg), (.other, .wg), (.unknown, .wg): engines.isLive(name) ? .engine : .kernel
        }
    }
}
