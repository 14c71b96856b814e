internal import CMnl
import WGLinux
public import WGModel

/// The kernel module's devices, over the Generic Netlink family "wireguard". Belongs to one thread.
///
/// Both commands want `CAP_NET_ADMIN` over the network namespace, else `EPERM`. A link that does not exist is
/// `ENODEV`, one of another kind `EOPNOTSUPP`. The namespace is the one that the thread was in at `init`.
public final class WireGuardFamily {
    private let connection: NetlinkConnection
    private let family: GenericFamily
    private let messageLimit: Int

    /// Bytes in a `set` message: as many as one list of peers can have. The stock tool takes a page.
    public static let defaultMessageLimit = DeviceChangeEncoder.longestNest + 256
    /// Every socket takes this.
    private static let page = 4096

    /// Finds the family; without the module the error's reason is `familyAbsent`.
    ///
    /// - Parameter messageLimit: bytes in a `set` message. No list of peers in one passes 65 532 bytes, however great the
    ///   limit; and it has at least one element, however small.
    public convenience init(messageLimit: Int = WireGuardFamily.defaultMessageLimit) throws(NetlinkError) {
        try self.init(connection: NetlinkConnection(.generic), messageLimit: messageLimit)
    }

    init(connection: NetlinkConnection, messageLimit: Int) throws(NetlinkError) {
        self.connection = connection
        family = try GenericFamily(resolving: WG_GENL_NAME, over: connection)
        self.messageLimit = messageLimit
    }

    /// The device's whole state; not `isComplete` when the device kept changing, however often it was asked.
    /// `WG_CMD_GET_DEVICE`; equals: `wg show NAME`.
    public func get(_ name: InterfaceName) throws(NetlinkError) -> DeviceState {
        let reply = try connection.dump(.getDevice) { sequence in
            var request = MessageBuilder(
                type: family.id, flags: MessageFlag.request | MessageFlag.dump, sequence: sequence)
            request.appendGenericHeader(command: UInt8(WG_CMD_GET_DEVICE.rawValue), version: UInt8(WG_GENL_VERSION))
            request.put(DeviceAttribute.ifName, name.text)
            return request
        }
        var merger = DeviceDumpMerger(name: name)
        for message in reply.messages {
            guard merger.merge(message.attributes(after: GenericFamily.headerSize)) else {
                throw .malformedReply(.getDevice)
            }
        }
        var state = merger.state
        state.isComplete = !reply.wasInterrupted
        return state
    }

    /// Applies a change. `WG_CMD_SET_DEVICE`; equals: `wg set NAME ...`.
    ///
    /// Not atomic: after an error, what was in earlier messages, and before the fault in its own, stays applied.
    /// Taking a single allowed IP away needs Linux 6.16; older kernels refuse with `EINVAL`.
    public func set(_ name: InterfaceName, _ change: DeviceChange) throws(NetlinkError) {
        var encoder = DeviceChangeEncoder(family: family.id, name: name, change: change, limit: messageLimit)
        while true {
            let before = encoder
            let sequence = connection.nextSequence
            guard let request = encoder.next(sequence: sequence) else { return }
            do throws(NetlinkError) {
                _ = try connection.exchange(.setDevice, request, sequence: sequence)
            } catch  where error.errno == .messageTooLong && error.reason == .refused && request.count > Self.page {
                // The system gives sockets smaller buffers than usual (net.core.wmem_default).
                encoder = before
                encoder.limit = max(request.count / 2, Self.page)
            }
        }
    }
}
