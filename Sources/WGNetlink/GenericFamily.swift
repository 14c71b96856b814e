internal import CMnl
import WGLinux

/// The number that a Generic Netlink family has on this kernel since its module was loaded.
struct GenericFamily {
    let id: UInt16

    /// `struct genlmsghdr`.
    static let headerSize = 4

    /// Asks the controller. The kernel tries to load the module of a family that it does not know.
    init(resolving name: String, over connection: NetlinkConnection) throws(NetlinkError) {
        let sequence = connection.nextSequence
        var request = MessageBuilder(
            type: UInt16(GENL_ID_CTRL), flags: MessageFlag.request | MessageFlag.acknowledge, sequence: sequence)
        request.appendGenericHeader(command: UInt8(CTRL_CMD_GETFAMILY), version: 1)
        request.put(UInt16(CTRL_ATTR_FAMILY_NAME), name)

        let reply: NetlinkConnection.Reply
        do throws(NetlinkError) {
            reply = try connection.exchange(.resolveFamily, request, sequence: sequence)
        } catch  where error.reason == .refused && error.errno == .noSuchFile {
            throw NetlinkError(operation: .resolveFamily, reason: .familyAbsent, errno: .protocolNotSupported)
        }
        var id: UInt16?
        for message in reply.messages {
            var reader = message.attributes(after: Self.headerSize)
            while let type = reader.next() {
                if type == UInt16(CTRL_ATTR_FAMILY_ID) { id = reader.uint16() }
            }
            if reader.isMalformed { throw .malformedReply(.resolveFamily) }
        }
        guard let id else { throw .malformedReply(.resolveFamily) }
        self.id = id
    }
}

extension MessageBuilder {
    /// `struct genlmsghdr`.
    mutating func appendGenericHeader(command: UInt8, version: UInt8) {
        append(command)
        append(version)
        append(UInt16(0))
    }
}
