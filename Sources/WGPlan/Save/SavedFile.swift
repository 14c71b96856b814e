public import WGModel

/// A configuration file with the state of its tunnel in it.
public struct SavedFile: Hashable, Sendable, CustomStringConvertible {
    public var interface: InterfaceName
    public var path: String
    public var bytes: [UInt8]

    public init(interface: InterfaceName, path: String, bytes: [UInt8]) {
        self.interface = interface
        self.path = path
        self.bytes = bytes
    }

    /// Without the content, which holds keys.
    public var description: String { path }

    /// A number that tells files apart that differ by accident; FNV-1a.
    public static func digest(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
