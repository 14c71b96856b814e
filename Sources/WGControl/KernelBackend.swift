public import WGModel
import WGNetlink

/// The kernel's devices, over the Generic Netlink family "wireguard", in the namespace that the thread is in.
///
/// Each call opens a netlink socket of its own: a program makes one or two of them.
public struct KernelBackend: DeviceBackend, Sendable {
    private let open: @Sendable () throws(NetlinkError) -> any KernelDevices
    private let randomKey: @Sendable () -> PublicKey

    public init() {
        self.init(
            open: { () throws(NetlinkError) in try WireGuardFamily() },
            randomKey: { PublicKey(bytes: KeyBytes { _ in .random(in: .min ... .max) }) })
    }

    /// - Parameter randomKey: the public key for a peer that exists for a moment, and that nobody has the private key of.
    init(
        open: @escaping @Sendable () throws(NetlinkError) -> any KernelDevices,
        randomKey: @escaping @Sendable () -> PublicKey
    ) {
        self.open = open
        self.randomKey = randomKey
    }

    public func list() throws(ControlError) -> [InterfaceName] {
        do {
            return try LinkList.wireGuardLinks()
        } catch {
            throw ControlError(.list, nil, error)
        }
    }

    public func get(_ name: InterfaceName) throws(ControlError) -> DeviceState {
        do {
            return try open().get(name)
        } catch {
            throw ControlError(.get, name, error)
        }
    }

    /// On kernels that can't take a single allowed IP from a peer (before 6.16), a peer that exists for a moment takes it.
    public func set(_ name: InterfaceName, _ change: DeviceChange) throws(ControlError) {
        let devices: any KernelDevices
        do {
            devices = try open()
        } catch {
            throw ControlError(.set, name, error)
        }
        let throwAway = randomKey()
        try AllowedIPRemoval.apply(
            change,
            get: { () throws(ControlError) in
                do throws(NetlinkError) {
                    return try devices.get(name)
                } catch {
                    throw ControlError(.get, name, error)
                }
            },
            set: { (change: DeviceChange) throws(ControlError) in
                do throws(NetlinkError) {
                    try devices.set(name, change)
                } catch {
                    if change.peers.last == PeerChange(publicKey: throwAway, remove: true) {
                        try? devices.set(name, DeviceChange(peers: change.peers.suffix(1)))
                    }
                    throw ControlError(.set, name, error)
                }
            },
            rewrite: { AllowedIPRemoval.detour($0, on: $1, over: throwAway) })
    }

    /// What the namespace says about a name.
    static func link(_ name: InterfaceName) -> BackendRouter.Link {
        do {
            guard let kind = try LinkList.kind(of: name) else { return .absent }
            switch kind {
            case "wireguard": return .wireGuard
            case "tun": return .tun
            default: return .other
            }
        } catch {
            return .unknown
        }
    }
}

/// What is asked of the kernel. The seam where tests put one of their own.
protocol KernelDevices {
    func get(_ name: InterfaceName) throws(NetlinkError) -> DeviceState
    func set(_ name: InterfaceName, _ change: DeviceChange) throws(NetlinkError)
}

extension WireGuardFamily: KernelDevices {}

extension ControlError {
    init(_ operation: Operation, _ name: InterfaceName?, _ error: NetlinkError) {
        self.init(operation, name, .kernel, error.errno, kernelText: error.extack)
    }
}

extension BackendRouter {
    /// The kernel of this namespace, and the engines of one directory.
    ///
    /// - Parameter publicKey: derives the public keys of engines' devices; see `UserspaceBackend`.
    public init(
        personality: Personality, runDirectory: String = UserspaceBackend.standardDirectory,
        publicKey: UserspaceBackend.KeyDerivation? = nil
    ) {
        self.init(
            personality: personality, kernel: KernelBackend(),
            engines: UserspaceBackend(runDirectory: runDirectory, publicKey: publicKey), link: KernelBackend.link)
    }
}
