public import WGModel

/// What `up` leaves for `down`, so that `down` needs neither the file nor guesses.
public struct TunnelRecord: Hashable, Sendable {
    public var interface: InterfaceName
    public var host: HostIdentity
    /// A link of the same name but another index is not the one this record speaks of.
    public var linkIndex: Int32
    /// As written in the file, `%i` included.
    public var preDown: [String]
    public var postDown: [String]

    public init(
        interface: InterfaceName, host: HostIdentity, linkIndex: Int32, preDown: [String], postDown: [String]
    ) {
        self.interface = interface
        self.host = host
        self.linkIndex = linkIndex
        self.preDown = preDown
        self.postDown = postDown
    }

    /// Whether the record speaks of this very link, on this boot of this host, in this network namespace.
    public func describes(_ link: LinkState?, on host: HostIdentity) -> Bool {
        guard let link else { return false }
        return link.name == interface && link.index == linkIndex && host == self.host
    }
}

/// A boot of a host, and one of its network namespaces.
public struct HostIdentity: Hashable, Sendable {
    /// `/proc/sys/kernel/random/boot_id`, without its line end.
    public var bootID: String
    /// The device and inode numbers of `/proc/self/ns/net`.
    public var namespaceDevice: UInt64
    public var namespaceInode: UInt64

    public init(bootID: String, namespaceDevice: UInt64, namespaceInode: UInt64) {
        self.bootID = bootID
        self.namespaceDevice = namespaceDevice
        self.namespaceInode = namespaceInode
    }
}

extension TunnelRecord {
    private static let heading = "# wg-quick record 1"
    private static let ending = "# end"

    /// One `key=value` a line. Hooks are single lines already.
    public var text: String {
        var lines = [
            Self.heading, "interface=\(interface)", "boot=\(host.bootID)",
            "namespace=\(host.namespaceDevice):\(host.namespaceInode)", "link=\(linkIndex)",
        ]
        lines += preDown.map { "pre-down=\($0)" }
        lines += postDown.map { "post-down=\($0)" }
        return (lines + [Self.ending]).joined(separator: "\n") + "\n"
    }

    /// `nil` for anything that `text` didn't make: a damaged record is no record.
    public init?(text: String) {
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
        guard lines.popFirst().flatMap({ String($0) }) == Self.heading, lines.popLast()?.isEmpty == true,
            lines.popLast().flatMap({ String($0) }) == Self.ending
        else { return nil }
        var values: [String: [String]] = [:]
        for line in lines {
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            guard let key = String(line[..<equals]), let value = String(line[line.index(after: equals)...]) else {
                return nil
            }
            values[key, default: []].append(value)
        }
        let namespace = values["namespace"]?.first?.split(separator: ":").compactMap { UInt64($0) } ?? []
        guard let name = values["interface"]?.first, let interface = try? InterfaceName(name),
            let bootID = values["boot"]?.first, let index = values["link"]?.first.flatMap({ Int32($0) }),
            namespace.count == 2
        else { return nil }
        self.init(
            interface: interface,
            host: HostIdentity(
                bootID: bootID, namespaceDevice: namespace[0], namespaceInode: namespace[1]),
            linkIndex: index, preDown: values["pre-down"] ?? [], postDown: values["post-down"] ?? [])
    }
}
