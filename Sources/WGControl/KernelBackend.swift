public import WGModel
import WGNetlink

/// The kernel's devices, over the Generic Netlink family "wireguard", in the namespace that the thread is in.
///
/// Each call opens a netlink socket of its own: a program makes one or two of them.
public struct KernelBackend: DeviceBackend, Sendable {
    public init() {}

    public func list() throws(ControlError) -> [InterfaceName] {
        do {
            return try LinkList.wireGuardLinks()
        } catch {
            throw ControlError(.list, nil, error)
        }
    }

    public func get(_ name: InterfaceName) throws(ControlError) -> DeviceState {
        do {
            return try WireGuardFamily().get(name)
        } catch {
            throw ControlError(.get, name, error)
        }
    }

    public func set(_ name: InterfaceName, _ change: DeviceChange) throws(ControlError) {
        do {
            try WireGuardFamily().set(name, change)
        } catch {
            throw ControlError(.set, name, error)
        }
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
