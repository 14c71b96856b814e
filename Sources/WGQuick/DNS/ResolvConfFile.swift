import WGLinux
import WGModel
import WGPlan

/// Edits `/etc/resolv.conf`: each change is one replacement of the file, so that an end at any moment leaves the old or
/// the new.
struct ResolvConfFile {
    static let standardPath = "/etc/resolv.conf"
    private static let limit = 1 << 20

    let path: String

    func entry(_ name: InterfaceName, _ host: HostIdentity) throws(Errno) -> DNSState? {
        try read().conf.entry(name, host)?.state
    }

    func set(_ entry: ResolvConf.Entry) throws(Errno) {
        try inTurn { () throws(Errno) in
            var (conf, file) = try read()
            conf.set(entry)
            try write(conf, file)
        }
    }

    /// - Returns: whether there was anything of the tunnel's. If not, the file was replaced by others, and stays.
    func remove(_ name: InterfaceName, _ host: HostIdentity) throws(Errno) -> Bool {
        try inTurn { () throws(Errno) in
            var (conf, file) = try read()
            guard conf.remove(name, host) else { return false }
            try write(conf, file)
            return true
        }
    }

    /// - Returns: whether there was anything from before a reboot. A file that can't be read has nothing.
    func forgetOtherBoots(than bootID: String) throws(Errno) -> Bool {
        // Nearly always there is none, and then nobody has to wait for a turn.
        guard var conf = try? read().conf, conf.forgetOtherBoots(than: bootID) else { return false }
        return try inTurn { () throws(Errno) in
            var (conf, file) = try read()
            guard conf.forgetOtherBoots(than: bootID) else { return false }
            try write(conf, file)
            return true
        }
    }

    private var temporary: String { "\(path).wg-quick" }

    private func inTurn<Result>(_ body: () throws(Errno) -> Result) throws(Errno) -> Result {
        try Files.withLock(onDirectory: directory) { () throws(Errno) in
            // One that was killed may have left it.
            try? Files.remove(temporary)
            return try body()
        }
    }

    private var directory: String {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The status is that of a file that is replaced by one like it.
    private func read() throws(Errno) -> (conf: ResolvConf, file: Files.Status?) {
        let target: String?
        do {
            target = try Files.linkTarget(path)
        } catch .invalidArgument {
            target = nil
        } catch .noSuchFile {
            return (conf(bytes: [], origin: .missing), nil)
        }
        guard let target else {
            let conf = conf(bytes: try Files.read(path, limit: Self.limit), origin: .file)
            return (conf, try Files.status(path))
        }
        // It would not be read back from its line.
        guard !target.utf8.contains(UInt8(ascii: "\n")) else { throw .invalidArgument }
        do {
            return (conf(bytes: try Files.read(path, limit: Self.limit), origin: .link(target)), nil)
        } catch .noSuchFile {
            return (conf(bytes: [], origin: .link(target)), nil)
        }
    }

    private func conf(bytes: [UInt8], origin: ResolvConf.Origin) -> ResolvConf {
        var conf = ResolvConf(bytes: bytes)
        if conf.entries.isEmpty { conf.origin = origin }
        return conf
    }

    private func write(_ conf: ResolvConf, _ file: Files.Status?) throws(Errno) {
        if conf.entries.isEmpty {
            switch conf.origin {
            case .link(let target): return try Files.replace(path, withLinkTo: target, temporary: temporary)
            case .missing where conf.others.isEmpty: return try Files.remove(path)
            case .missing, .file: break
            }
        }
        do {
            try Files.replace(
                path, conf.bytes, permissions: file?.permissions ?? 0o644, owner: file?.owner, temporary: temporary)
        } catch  where error == .busy || error == .readOnlyFileSystem {
            try Files.overwrite(path, conf.bytes)
        }
    }
}
