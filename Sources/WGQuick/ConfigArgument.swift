public import WGLinux
public import WGModel

/// What the user gave after `up` or `down`: an interface's name, or a configuration file.
public struct ConfigArgument: Hashable, Sendable {
    /// The name as given, before symbolic links are followed.
    public let name: InterfaceName
    /// As given, or made from the name.
    public let path: String

    public enum Fault: Error, Hashable, Sendable {
        case missing(path: String)
        /// Something other than a missing file stands in the way.
        case unreachable(path: String, Errno)
        /// The file's name is not an interface's name followed by `.conf`.
        case badFileName(path: String)
        /// More than 15 bytes.
        case nameTooLong(String)
    }

    /// A name means a file in the configuration directory; everything else is a path.
    public init(_ argument: String, directory: String = "/etc/wireguard") throws(Fault) {
        if Self.isName(argument), let name = try? InterfaceName(argument) {
            self.name = name
            path = "\(directory)/\(argument).conf"
            return
        }
        let base = argument.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        let stem = base.hasSuffix(".conf") ? String(base.dropLast(5)) : base
        if Self.hasNameCharacters(stem), stem.utf8.count > 15, base == argument || base != stem {
            throw .nameTooLong(stem)
        }
        guard base != stem, Self.isName(stem), let name = try? InterfaceName(stem) else {
            throw Files.exists(argument) ? .badFileName(path: argument) : .missing(path: argument)
        }
        self.name = name
        path = argument
    }

    /// The file itself: absolute, without symbolic links.
    public func locate() throws(Fault) -> Located { try Self.locate(path) }

    /// As `locate()`, for a file of any name.
    public static func locate(_ path: String) throws(Fault) -> Located {
        do {
            let canonical = try Files.canonicalPath(path)
            let file = try Files.status(canonical).permissions
            let slash = canonical.lastIndex(of: "/") ?? canonical.startIndex
            let directory = try Files.status(slash == canonical.startIndex ? "/" : String(canonical[..<slash]))
            return Located(path: canonical, isOpenToOthers: file & directory.permissions & 0o007 != 0)
        } catch .noSuchFile {
            throw .missing(path: path)
        } catch {
            throw .unreachable(path: path, error)
        }
    }

    public struct Located: Hashable, Sendable {
        public let path: String
        /// The file's permissions for others, as far as those of its directory let them through.
        public let isOpenToOthers: Bool
    }

    private static func isName(_ text: String) -> Bool {
        hasNameCharacters(text) && (1...15).contains(text.utf8.count)
    }

    private static func hasNameCharacters(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 48...57, 65...90, 97...122: true
                default: "_=+.-".utf8.contains(byte)
                }
            }
    }
}
