public import WGModel
import WGLinux

/// The kernel's devices, over Generic Netlink.
public struct KernelBackend: DeviceBackend, Sendable {
    public init() {}
    public func list() throws(ControlError) -> [InterfaceName] { [] }
    public func get(_ name: InterfaceName) throws(ControlError) -> DeviceState {
        throw ControlError(.get, name, .kernel, .protocolNotSupported)
    }
    public func set(_ name: InterfaceName, _ change: DeviceChange) throws(ControlError) {
        throw ControlError(.set, name, .kernel, .protocolNotSupported)
    }
    public static func link(_ name: InterfaceName) -> BackendRouter.Link {
        Resolver.interfaceIndex(of: name.text) == nil ? .absent : .other
    }
}

extension BackendRouter {
    public init(
        personality: Personality, runDirectory: String = "/var/run/wireguard",
        publicKey: UserspaceBackend.KeyDerivation? = nil
    ) {
        self.init(
            personality: personality, kernel: KernelBackend(),
            engines: UserspaceBackend(runDirectory: runDirectory, publicKey: publicKey), link: KernelBackend.link)
    }
}
