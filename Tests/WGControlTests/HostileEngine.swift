import Glibc
import Synchronization
import WGLinux

/// An engine that does as a test says with each connection, one after the other, until the test ends.
final class HostileEngine {
    typealias Behaviour = @Sendable (borrowing FileDescriptor) -> Void

    private let listener: Int32
    private var thread: WGLinux.Thread?

    init(_ path: String, _ behave: @escaping Behaviour) throws {
        let listener = try UnixSocket.listen(path).release()
        self.listener = listener
        thread = try WGLinux.Thread(name: "hostile-engine") {
            while case let client = accept(listener, nil, nil), client >= 0 {
                let connection = FileDescriptor(owning: client)
                behave(connection)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        thread.take()?.join()
        close(listener)
    }
}

/// What an engine does with a connection.
enum Habit {
    /// Reads until the blank line.
    static func readRequest(_ connection: borrowing FileDescriptor) {
        var end: [UInt8] = []
        while end != [10, 10], let more = try? connection.read(upTo: 65536), !more.isEmpty {
            end = Array((end + more).suffix(2))
        }
    }

    /// Reads until the client closes.
    static func readToEnd(_ connection: borrowing FileDescriptor) {
        while let more = try? connection.read(upTo: 65536), !more.isEmpty {}
    }

    static func say(_ text: String, _ connection: borrowing FileDescriptor) {
        try? UnixSocket.send(Array(text.utf8), to: connection)
    }

    /// Says it again and again, until the client closes.
    static func repeatForEver(_ text: String, _ connection: borrowing FileDescriptor) {
        let bytes = Array(text.utf8)
        do {
            while true { try UnixSocket.send(bytes, to: connection) }
        } catch {}
    }
}

/// Counts from 0, for whoever asks next.
final class Counter: Sendable {
    private let value = Atomic(0)

    func take() -> Int { value.add(1, ordering: .relaxed).oldValue }
}
