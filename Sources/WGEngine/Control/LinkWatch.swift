internal import CLinux
import WGLinux
import WGNetlink

/// Follows the engine's own link: up, down, MTU, deleted. Control thread only.
///
/// A link may be moved to another network namespace, while the engine's UDP sockets stay in the one that the engine was
/// started in: the watch goes after it.
final class LinkWatch {
    /// What is new; `nil` where nothing is.
    struct News: Equatable {
        var isUp: Bool?
        var mtu: Int?
        /// The link is no more.
        var isGone = false
    }

    private let tun: Int32
    private var index: Int32
    private var monitor: LinkMonitor
    /// Where the link is now; `nil` for the engine's own namespace.
    private var namespace: FileDescriptor?

    /// Watches the link with this index in the calling thread's network namespace.
    ///
    /// - Parameter tun: the link's descriptor; stays open longer than the watch.
    init(index: Int32, tun: Int32) throws(NetlinkError) {
        self.index = index
        self.tun = tun
        monitor = try LinkMonitor()
    }

    /// Readable when there is news. Another one after `read`.
    var descriptor: Int32 { monitor.descriptor }

    /// Takes what has been heard since the last call.
    func read() -> News {
        var news = News()
        while true {
            let event: LinkEvent?
            do throws(NetlinkError) {
                event = try monitor.next()
            } catch {
                // What can't be read is as good as lost.
                event = .lost
            }
            switch event {
            case nil: return news
            case .deleted(index): return follow()
            case .changed(index, let isUp, let mtu):
                news.isUp = isUp
                if let mtu { news.mtu = Int(mtu) }
            case .lost: return look()
            case .deleted, .changed: continue
            }
        }
    }

    /// Asks for the present state.
    func look() -> News {
        var isUp: Int32 = 0
        var mtu: Int32 = 0
        let isThere = inNamespace { clinux_link_state(index, &isUp, &mtu) == 0 }
        guard isThere else { return follow() }
        return News(isUp: isUp != 0, mtu: Int(mtu))
    }

    /// The link has left the namespace that is watched: watches the one that it is in, if there is any.
    private func follow() -> News {
        let place = clinux_tun_network(tun)
        guard place >= 0 else { return News(isGone: true) }
        namespace = FileDescriptor(owning: place)
        var isUp: Int32 = 0
        var mtu: Int32 = 0
        let isWatched = inNamespace {
            guard let monitor = try? LinkMonitor() else { return false }
            self.monitor = monitor
            index = clinux_tun_index(tun)
            return index > 0 && clinux_link_state(index, &isUp, &mtu) == 0
        }
        guard isWatched else { return News(isGone: true) }
        return News(isUp: isUp != 0, mtu: Int(mtu))
    }

    /// Runs the body with the calling thread in the link's namespace. False when that can't be, or the body says so.
    private func inNamespace(_ body: () -> Bool) -> Bool {
        guard let place = namespace?.rawValue else { return body() }
        guard let home = try? FileDescriptor.open("/proc/thread-self/ns/net", .readOnly),
            clinux_enter_network(place) == 0
        else { return false }
        let result = body()
        return clinux_enter_network(home.rawValue) == 0 && result
    }
}
