internal import CMnl
import WGLinux
public import WGModel

/// The network interfaces of the namespace that the thread is in, as far as WireGuard is concerned.
public enum LinkList {
    /// A network interface.
    public struct Link: Hashable, Sendable {
        public var index: Int32
        public var name: String
        /// `IFLA_INFO_KIND`: "wireguard", "tun"; `nil` for hardware and loopback.
        public var kind: String?

        public init(index: Int32, name: String, kind: String? = nil) {
            self.index = index
            self.name = name
            self.kind = kind
        }
    }

    /// The kernel's WireGuard interfaces in the kernel's order. Equals: `wg show interfaces`, without engines.
    public static func wireGuardLinks() throws(NetlinkError) -> [InterfaceName] {
        try links(over: NetlinkConnection(.route)).compactMap { link in
            link.kind == WG_GENL_NAME ? try? InterfaceName(link.name) : nil
        }
    }

    /// The kind of a link: `.some(nil)` for a link without kind, `nil` for no such link.
    public static func kind(of name: InterfaceName) throws(NetlinkError) -> String?? {
        try link(named: name).map(\.kind)
    }

    /// `nil` if there is no such link. Equals: `ip -details link show dev NAME`.
    public static func link(named name: InterfaceName) throws(NetlinkError) -> Link? {
        try link(named: name, over: NetlinkConnection(.route))
    }

    /// `struct ifinfomsg`.
    static let headerSize = 16

    /// A list that kept changing is taken as it is.
    static func links(over connection: NetlinkConnection) throws(NetlinkError) -> [Link] {
        let reply = try connection.dump(.listLinks) { sequence in
            request(flags: MessageFlag.dump, sequence: sequence)
        }
        var links: [Link] = []
        for message in reply.messages where message.type == UInt16(RTM_NEWLINK) {
            links.append(try parse(message, .listLinks))
        }
        return links
    }

    static func link(
        named name: InterfaceName, over connection: NetlinkConnection
    ) throws(NetlinkError) -> Link? {
        let sequence = connection.nextSequence
        var request = request(flags: MessageFlag.acknowledge, sequence: sequence)
        request.put(UInt16(IFLA_IFNAME), name.text)
        let reply: NetlinkConnection.Reply
        do throws(NetlinkError) {
            reply = try connection.exchange(.readLink, request, sequence: sequence)
        } catch  where error.reason == .refused && error.errno == .noSuchDevice {
            return nil
        }
        guard let message = reply.messages.first(where: { $0.type == UInt16(RTM_NEWLINK) }) else {
            throw .malformedReply(.readLink)
        }
        return try parse(message, .readLink)
    }

    private static func request(flags: UInt16, sequence: UInt32) -> MessageBuilder {
        var request = MessageBuilder(
            type: UInt16(RTM_GETLINK), flags: MessageFlag.request | flags, sequence: sequence)
        // struct ifinfomsg, all zero: any family, any link.
        for _ in 0..<4 { request.append(UInt32(0)) }
        request.put(UInt16(IFLA_EXT_MASK), UInt32(1 << 3))  // RTEXT_FILTER_SKIP_STATS
        return request
    }

    private static func parse(
        _ message: NetlinkMessage, _ operation: NetlinkError.Operation
    ) throws(NetlinkError) -> Link {
        guard let index = message.field(Int32.self, at: 4) else { throw .malformedReply(operation) }
        var link = Link(index: index, name: "")
        var reader = message.attributes(after: headerSize)
        while let type = reader.next() {
            switch type {
            case UInt16(IFLA_IFNAME): link.name = reader.string()
            case UInt16(IFLA_LINKINFO):
                reader.nested { info in
                    while let type = info.next() {
                        if type == UInt16(IFLA_INFO_KIND) { link.kind = info.string() }
                    }
                }
            default: break
            }
        }
        if reader.isMalformed { throw .malformedReply(operation) }
        return link
    }
}
