import WGLinux

/// The kernel's settings in `/proc/sys`, of the network namespace that this process is in.
enum KernelSettings {
    /// `nil` if there is no such setting, or if it can't be read.
    static func value(_ path: String) -> String? {
        guard let bytes = try? Files.read("/proc/sys/\(path)", limit: 4096) else { return nil }
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// The links that can have IPv6 addresses.
    static var linksWithIPv6: [String] {
        let directory = "net/ipv6/conf"
        let names = (try? Directory.names(in: "/proc/sys/\(directory)")) ?? []
        return names.filter { name in
            name != "all" && name != "default" && value("\(directory)/\(name)/disable_ipv6") == "0"
        }
    }

    /// Equals: `sysctl -q PATH=VALUE`.
    static func set(_ path: String, to value: String) throws(Errno) {
        try Files.write("/proc/sys/\(path)", Array("\(value)\n".utf8))
    }

    /// Whether a module is loaded or built in, or there is one to load.
    static func hasModule(_ name: String) -> Bool {
        guard !Files.exists("/sys/module/\(name)") else { return true }
        guard let release = value("kernel/osrelease"),
            let list = try? Files.read("/lib/modules/\(release)/modules.dep", limit: 1 << 26)
        else { return false }
        let file = Array("/\(name).ko".utf8)
        return list.split(separator: UInt8(ascii: "\n")).contains { line in
            line.prefix { $0 != UInt8(ascii: ":") }.split(separator: UInt8(ascii: "/")).last
                .map { $0.starts(with: file.dropFirst()) } ?? false
        }
    }
}
