internal import CMnl
import WGLinux

/// Takes links away.
public enum LinkRemoval {
    /// Equals: `ip link delete`, but back as soon as the kernel tells that the link is gone, within a millisecond or two. The
    /// kernel acknowledges 10 to 30 ms later, when nothing in it can still be using the link (RCU); a child process waits
    /// for that.
    ///
    /// For processes with one thread.
    ///
    /// - Parameter index: of a link in the namespace of the thread.
    /// - Returns: `false` if it may still be there. The reason is that of a removal in the ordinary way.
    public static func remove(index: Int32) -> Bool {
        guard let monitor = try? LinkMonitor(), let transport = try? MnlTransport(.route),
            let child = try? ChildProcess.request(request(index), over: transport.descriptor),
            let end = try? child.endDescriptor()
        else { return false }
        while true {
            var set = PollSet()
            set.add(monitor.descriptor)
            set.add(end.rawValue)
            guard (try? set.wait(nanoseconds: nil)) != nil else { return false }
            while let event = try? monitor.next() {
                if event == .deleted(index: index) { return true }
            }
            if set.isReady(end.rawValue) { return (try? child.wait())?.isSuccess ?? false }
        }
    }

    private static func request(_ index: Int32) -> [UInt8] {
        var request = MessageBuilder(
            type: UInt16(RTM_DELLINK), flags: MessageFlag.request | MessageFlag.acknowledge, sequence: 1)
        // struct ifinfomsg: any family and kind.
        request.append(UInt32(0))
        request.append(index)
        request.append(UInt64(0))
        return request.finished() ?? []
    }
}
