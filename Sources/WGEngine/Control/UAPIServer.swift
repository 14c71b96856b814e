internal import CLinux
import WGLinux

/// The engine's UAPI socket: accepts clients and answers their requests, a part at a time and never blocking.
///
/// Control thread only. Bounded: so many connections, and what each may hold. When all places are taken, the client that
/// has been silent longest goes.
final class UAPIServer {
    static let connectionLimit = 256
    private static let readSize = 32 * 1024

    private let listener: UnixListener
    private let ready: ReadySet
    private var connections: [UInt64: UAPIConnection] = [:]
    /// When each was last served, in turns.
    private var lastServed: [UInt64: UInt64] = [:]
    private var turn: UInt64 = 0
    /// Tags of connections; those below are the listener's own.
    private var nextTag: UInt64 = 2
    private static let listenerTag: UInt64 = 0
    private static let removalTag: UInt64 = 1
    /// What clients say passes through here.
    private let buffer: UnsafeMutableRawBufferPointer

    init(listener: UnixListener) throws(Errno) {
        self.listener = listener
        ready = try ReadySet()
        buffer = .allocate(byteCount: Self.readSize, alignment: 16)
        try ready.add(listener.descriptor, .reading, tag: Self.listenerTag)
        try ready.add(listener.removalDescriptor, .reading, tag: Self.removalTag)
    }

    deinit { buffer.deallocate() }

    /// Readable when `serve` has something to do.
    var descriptor: Int32 { ready.descriptor }

    /// Serves whoever is ready. False when the socket's file has been taken away: the engine is to end.
    func serve(_ device: some UAPIDevice) -> Bool {
        turn += 1
        var isThere = true
        for tag in ready.take() {
            switch tag {
            case Self.listenerTag: acceptAll(device)
            case Self.removalTag: isThere = listener.isStillThere()
            default: serve(tag, device)
            }
        }
        return isThere
    }

    /// Ends all connections.
    func close(_ device: some UAPIDevice) {
        for tag in Array(connections.keys) { drop(tag, device) }
    }

    private func serve(_ tag: UInt64, _ device: some UAPIDevice) {
        guard let connection = connections[tag] else { return }
        let before = connection.interest
        connection.serve(device, buffer: buffer)
        lastServed[tag] = turn
        if connection.isFinished {
            forget(tag)
        } else if connection.interest != before {
            do { try ready.change(connection.descriptor, connection.interest, tag: tag) } catch { drop(tag, device) }
        }
    }

    private func acceptAll(_ device: some UAPIDevice) {
        while let client = listener.accept() {
            if connections.count == Self.connectionLimit, let silent = lastServed.min(by: { $0.value < $1.value }) {
                drop(silent.key, device)
            }
            let connection = UAPIConnection(client)
            guard (try? ready.add(connection.descriptor, connection.interest, tag: nextTag)) != nil else { continue }
            connections[nextTag] = connection
            lastServed[nextTag] = turn
            nextTag += 1
        }
    }

    private func drop(_ tag: UInt64, _ device: some UAPIDevice) {
        connections[tag]?.end(device)
        forget(tag)
    }

    private func forget(_ tag: UInt64) {
        connections[tag] = nil
        lastServed[tag] = nil
    }
}
