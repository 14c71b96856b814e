import WGLinux
import WGUAPI

/// The engine's UAPI socket: accepts clients and answers their requests, one after the other, never blocking.
///
/// Control thread only. Bounded: so many connections, and for each what one request holds and one reply; a client that
/// doesn't take its reply is not read from. When all places are taken, the client that has been silent longest goes.
final class UAPIServer {
    static let connectionLimit = 32

    /// Answers a request: the bytes of the reply.
    typealias Handler = (UAPIRequest) -> [UInt8]

    private let listener: UnixListener
    private var connections: [UAPIConnection] = []

    init(listener: UnixListener) { self.listener = listener }

    /// Adds everything that the server waits for.
    func register(in set: inout PollSet) {
        set.add(listener.descriptor)
        set.add(listener.removalDescriptor)
        for connection in connections {
            set.add(connection.descriptor, connection.interest)
        }
    }

    /// Serves whoever is ready. False when the socket's file has been taken away: the engine is to end.
    func serve(_ set: PollSet, handler: Handler) -> Bool {
        let ready = connections.filter { set.isReady($0.descriptor) }
        for connection in ready { connection.serve(handler: handler) }
        // The longest silent stands first.
        connections.removeAll { set.isReady($0.descriptor) }
        connections += ready.filter { !$0.isFinished }
        if set.isReady(listener.descriptor) { acceptAll() }
        return !set.isReady(listener.removalDescriptor) || listener.isStillThere()
    }

    private func acceptAll() {
        while let client = listener.accept() {
            if connections.count == Self.connectionLimit { connections.removeFirst() }
            connections.append(UAPIConnection(client))
        }
    }
}
