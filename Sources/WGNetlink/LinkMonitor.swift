internal import CMnl
import WGLinux

/// What the kernel says of a link of its own accord.
public enum LinkEvent: Hashable, Sendable {
    case deleted(index: Int32)
    /// Also for a new link, and whenever anything about one changes.
    ///
    /// - Parameters:
    ///   - isUp: `IFF_UP`, the administrator's word.
    ///   - mtu: bytes; `nil` if the kernel left it out.
    case changed(index: Int32, isUp: Bool, mtu: UInt32?)
    /// Events were lost, because they came faster than they were read: look at the links anew.
    case lost
}

/// Hears of links that go, go up or down, or change their MTU (`RTNLGRP_LINK`), in the namespace that its thread was in
/// when it was made. Belongs to one thread, which polls `descriptor` and then calls `next` until it says `nil`.
public final class LinkMonitor {
    private let transport: MnlTransport?
    private let source: any NetlinkTransport
    private var pending: [LinkEvent] = []

    /// - Parameter hearsAllNamespaces: also of links in namespaces that `LinkQuery` has asked about; an index alone does
    ///   not tell a link then.
    public convenience init(hearsAllNamespaces: Bool = false) throws(NetlinkError) {
        do throws(Errno) {
            // RTMGRP_LINK: the mask of the group RTNLGRP_LINK.
            let transport = try MnlTransport(.route, groups: UInt32(RTMGRP_LINK), nonblocking: true)
            if hearsAllNamespaces { transport.hearAllNamespaces() }
            self.init(transport, descriptorOwner: transport)
        } catch {
            throw NetlinkError(operation: .watchLinks, errno: error)
        }
    }

    init(_ source: any NetlinkTransport, descriptorOwner: MnlTransport? = nil) {
        self.source = source
        transport = descriptorOwner
    }

    /// Readable when there are events. Closed with the monitor.
    public var descriptor: Int32 { transport?.descriptor ?? -1 }

    /// The next event, without waiting; `nil` when there is none now.
    public func next() throws(NetlinkError) -> LinkEvent? {
        while pending.isEmpty {
            let datagram: [UInt8]
            do throws(Errno) {
                datagram = try source.receive()
            } catch  where error == .wouldBlock {
                return nil
            } catch  where error.rawValue == ENOBUFS {
                return .lost
            } catch {
                throw NetlinkError(operation: .watchLinks, errno: error)
            }
            guard let messages = NetlinkMessage.split(datagram) else { throw .malformedReply(.watchLinks) }
            for message in messages {
                if let event = try Self.event(message) { pending.append(event) }
            }
        }
        return pending.removeFirst()
    }

    /// `nil` for what is not about a link as such. Bridges tell of their ports under a family of their own: there
    /// "deleted" means that the port left the bridge.
    private static func event(_ message: NetlinkMessage) throws(NetlinkError) -> LinkEvent? {
        guard message.type == UInt16(RTM_NEWLINK) || message.type == UInt16(RTM_DELLINK) else { return nil }
        guard let family = message.field(UInt8.self, at: 0), let index = message.field(Int32.self, at: 4),
            let flags = message.field(UInt32.self, at: 8)
        else { throw .malformedReply(.watchLinks) }
        guard Int32(family) == AF_UNSPEC else { return nil }
        if message.type == UInt16(RTM_DELLINK) { return .deleted(index: index) }
        var mtu: UInt32?
        var reader = message.attributes(after: LinkList.headerSize)
        while let type = reader.next() {
            if type == UInt16(IFLA_MTU) { mtu = reader.uint32() }
        }
        if reader.isMalformed { throw .malformedReply(.watchLinks) }
        return .changed(index: index, isUp: flags & UInt32(IFF_UP) != 0, mtu: mtu)
    }
}
