internal import CLinux
import WGLinux
import WGNetlink

/// Follows the engine's own link: up, down, MTU, deleted. Control thread only.
///
/// A link may be moved to another network namespace, while the engine's UDP sockets stay in the one that the engine was
/// started in: it is then asked about from here, as the engine has no right to follow it.
final class LinkWatch {
    /// What is new; `nil` where nothing is.
    struct News: Equatable {
        var isUp: Bool?
        var mtu: Int?
        /// The link is no more.
        var isGone = false
    }

    private let tun: Int32
    private let index: Int32
    private let monitor: LinkMonitor
    private let query: LinkQuery
    /// The link has left the namespace: whatever is heard may be about it.
    private var isElsewhere = false

    /// Watches the link with this index in the calling thread's network namespace.
    ///
    /// - Parameter tun: the link's descriptor; stays open longer than the watch.
    init(index: Int32, tun: Int32) throws(NetlinkError) {
        self.index = index
        self.tun = tun
        monitor = try LinkMonitor(hearsAllNamespaces: true)
        query = try LinkQuery()
    }

    /// Readable when there is news.
    var descriptor: Int32 { monitor.descriptor }

    /// Takes what has been heard since the last call.
    func read() -> News {
        var concernsUs = false
        while true {
            let event: LinkEvent?
            do throws(NetlinkError) {
                event = try monitor.next()
            } catch {
                // What can't be read is as good as lost.
                event = .lost
            }
            switch event {
            case nil: return concernsUs ? look() : News()
            // The index may be that of another link in another namespace: so it is only a reason to look.
            case .deleted(index), .changed(index, _, _), .lost: concernsUs = true
            case .deleted, .changed: concernsUs = concernsUs || isElsewhere
            }
        }
    }

    /// Asks for the present state.
    func look() -> News {
        var isUp: Int32 = 0
        var mtu: Int32 = 0
        let found = isElsewhere ? -ENODEV : clinux_link_state(index, &isUp, &mtu)
        if found == 0 { return News(isUp: isUp != 0, mtu: Int(mtu)) }
        let place = clinux_tun_network(tun)
        // Without a free descriptor or memory nothing can be said.
        guard place >= 0 else { return News(isGone: ![-EMFILE, -ENFILE, -ENOMEM].contains(place)) }
        let namespace = FileDescriptor(owning: place)
        isElsewhere = true
        var name = InlineArray<16, CChar>(repeating: 0)
        let text = withUnsafeMutableBytes(of: &name) { bytes in
            let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            return clinux_tun_name(tun, base) == 0 ? String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) : ""
        }
        guard let state = try? query.state(of: text, in: namespace.rawValue) else { return News(isGone: true) }
        return News(isUp: state.isUp, mtu: Int(state.mtu))
    }
}
