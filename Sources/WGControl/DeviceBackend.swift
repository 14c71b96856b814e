public import WGModel

/// Something that has WireGuard devices: the kernel, or userspace engines behind their sockets.
public protocol DeviceBackend {
    /// The names of the devices, in the backend's own order.
    func list() throws(ControlError) -> [InterfaceName]

    /// Everything a device reports of itself.
    func get(_ name: InterfaceName) throws(ControlError) -> DeviceState

    /// Applies a change, in its order. Not atomic in general: after an error the kernel keeps what came before it.
    func set(_ name: InterfaceName, _ change: DeviceChange) throws(ControlError)
}
