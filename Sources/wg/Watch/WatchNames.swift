import WGModel

/// The names of the peers that are watched: read when a device appears, and again when it comes back.
final class WatchNames {
    private let read: (InterfaceName) -> [PublicKey: String]
    private var names: [InterfaceName: [PublicKey: String]] = [:]

    init(read: @escaping (InterfaceName) -> [PublicKey: String]) { self.read = read }

    func update(for devices: [WatchModel.Device]) {
        var current: [InterfaceName: [PublicKey: String]] = [:]
        for device in devices where device.condition == .present {
            current[device.name] = names[device.name] ?? read(device.name)
        }
        names = current
    }

    func name(of key: PublicKey, at interface: InterfaceName) -> String? { names[interface]?[key] }
}
