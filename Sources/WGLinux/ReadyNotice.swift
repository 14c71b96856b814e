internal import CLinux

/// Tells a service manager how the process is, `sd_notify(3)`: datagrams to the socket that `$NOTIFY_SOCKET` names.
///
/// The socket is made at once, as the process may give up the right to make one.
public struct ReadyNotice: ~Copyable {
    private let socket: FileDescriptor

    /// `nil` when nobody wants to know, or nobody is there.
    public init?(_ socketName: String?) {
        guard let socketName else { return nil }
        let opened = clinux_notify_open(socketName)
        guard opened >= 0 else { return nil }
        socket = FileDescriptor(owning: opened)
    }

    /// The service is up; its main process is this one.
    public func ready(status: String) { send("READY=1\nMAINPID=\(getpid())\nSTATUS=\(status)\n") }

    /// The service is about to end.
    public func stopping() { send("STOPPING=1\n") }

    private func send(_ text: String) { _ = try? sendAvailable(socket.rawValue, Array(text.utf8)[...]) }
}
