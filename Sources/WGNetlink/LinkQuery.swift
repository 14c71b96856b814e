internal import CMnl
import WGLinux

/// Asks how a link is that may be in another network namespace, over one socket in the namespace that the thread was in
/// when it was made. Nobody enters the other one: that would take CAP_SYS_ADMIN, while asking takes CAP_NET_ADMIN over it.
public final class LinkQuery {
    public struct State: Hashable, Sendable {
        /// `IFF_UP`, the administrator's word.
        public var isUp: Bool
        /// Bytes.
        public var mtu: UInt32
    }

    private let connection: NetlinkConnection

    public init() throws(NetlinkError) { connection = try NetlinkConnection(.route) }

    init(over connection: NetlinkConnection) { self.connection = connection }

    /// How the link of this name is in the namespace of the descriptor.
    public func state(of name: String, in namespace: Int32) throws(NetlinkError) -> State {
        let identifier = try identifier(of: namespace)
        let sequence = connection.nextSequence
        var request = MessageBuilder(
            type: UInt16(RTM_GETLINK), flags: MessageFlag.request | MessageFlag.acknowledge, sequence: sequence)
        // struct ifinfomsg: the name says which link.
        for _ in 0..<4 { request.append(UInt32(0)) }
        request.put(UInt16(IFLA_IF_NETNSID), identifier)
        request.put(UInt16(IFLA_IFNAME), name)
        let reply = try connection.exchange(.readLink, request, sequence: sequence)
        guard let message = reply.messages.first(where: { $0.type == UInt16(RTM_NEWLINK) }),
            let flags = message.field(UInt32.self, at: 8)
        else { throw .malformedReply(.readLink) }
        var state = State(isUp: flags & UInt32(IFF_UP) != 0, mtu: 0)
        var reader = message.attributes(after: LinkList.headerSize)
        while let type = reader.next() {
            if type == UInt16(IFLA_MTU) { state.mtu = reader.uint32() }
        }
        if reader.isMalformed { throw .malformedReply(.readLink) }
        return state
    }

    /// The id by which our namespace knows the other one; it gets one if it has none.
    private func identifier(of namespace: Int32) throws(NetlinkError) -> Int32 {
        if let known = try ask(RTM_GETNSID, namespace, nil), known >= 0 { return known }
        _ = try ask(RTM_NEWNSID, namespace, -1)
        guard let given = try ask(RTM_GETNSID, namespace, nil), given >= 0 else { throw .malformedReply(.readLink) }
        return given
    }

    private func ask(_ type: Int, _ namespace: Int32, _ wanted: Int32?) throws(NetlinkError) -> Int32? {
        let sequence = connection.nextSequence
        var request = MessageBuilder(
            type: UInt16(type), flags: MessageFlag.request | MessageFlag.acknowledge, sequence: sequence)
        // struct rtgenmsg, padded.
        request.append(UInt32(0))
        request.put(UInt16(NETNSA_FD), UInt32(bitPattern: namespace))
        if let wanted { request.put(UInt16(NETNSA_NSID), wanted) }
        let reply = try connection.exchange(.readLink, request, sequence: sequence)
        guard let message = reply.messages.first(where: { $0.type == UInt16(RTM_NEWNSID) }) else { return nil }
        var identifier: Int32?
        var reader = message.attributes(after: 4)
        while let type = reader.next() {
            if type == UInt16(NETNSA_NSID) { identifier = Int32(bitPattern: reader.uint32()) }
        }
        return identifier
    }
}
