internal import CLinux
import WGNetlink

/// Follows the engine's own link: up, down, MTU, deleted. Control thread only.
final class LinkWatch {
    /// What is new; `nil` where nothing is.
    struct News: Equatable {
        var isUp: Bool?
        var mtu: Int?
        /// The link has left the namespace that the engine was started in.
        var isGone = false
    }

    private let index: Int32
    private let monitor: LinkMonitor

    /// Watches the link with this index in the calling thread's network namespace.
    init(index: Int32) throws(NetlinkError) {
        self.index = index
        monitor = try LinkMonitor()
    }

    /// Readable when there is news.
    var descriptor: Int32 { monitor.descriptor }

    /// Takes what has been heard since the last call.
    func read() -> News {
        var news = News()
        while true {
            // An event that can't be read is as good as lost.
            let event = (try? monitor.next()).map { $0 } ?? LinkEvent.lost
            switch event {
            case .deleted(index): news.isGone = true
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
        guard clinux_link_state(index, &isUp, &mtu) == 0 else { return News(isGone: true) }
        return News(isUp: isUp != 0, mtu: Int(mtu))
    }
}
