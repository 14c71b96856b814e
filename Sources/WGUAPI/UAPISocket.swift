public import WGModel

/// Where engines and their clients meet.
public enum UAPISocket {
    /// The directory that holds one socket for each device.
    public static let directory = "/var/run/wireguard"

    /// The name of a device's socket in it.
    public static func fileName(for name: InterfaceName) -> String { "\(name).sock" }
}
