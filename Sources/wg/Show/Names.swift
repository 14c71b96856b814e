import WGConfig
import WGLinux
import WGModel

extension Program {
    /// Where wg-quick, and whoever keeps names in comments, has an interface's configuration.
    private static var configDirectory: String { "/etc/wireguard" }

    /// The names that the interface's configuration file has for its peers. Without such a file there are none; if it
    /// can't be read, a warning says so.
    func peerNames(of interface: InterfaceName) -> [PublicKey: String] {
        let path = "\(Self.configDirectory)/\(interface).conf"
        let bytes: [UInt8]
        do {
            bytes = try host.readFile(path, limit: Self.fileLimit)
        } catch .noSuchFile {
            return [:]
        } catch {
            host.writeError(messages.noNames(path, error))
            return [:]
        }
        guard bytes.count <= Self.fileLimit else {
            host.writeError(messages.noNames(path, .messageTooLong))
            return [:]
        }
        return PeerNames.read(Document(bytes: bytes))
    }
}
