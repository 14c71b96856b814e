internal import Synchronization

/// Values that any thread leaves for the one that waits on a descriptor.
public final class Mailbox<Message: Sendable>: Sendable {
    private let messages = Mutex<[Message]>([])
    private let event: EventFD

    public init() throws(Errno) { event = try EventFD() }

    /// Readable while there is something to take. Valid as long as the mailbox lives.
    public var descriptor: Int32 { event.rawValue }

    public func put(_ message: Message) {
        messages.withLock { $0.append(message) }
        event.signal()
    }

    /// Everything that was put and not yet taken, in order.
    public func takeAll() -> [Message] {
        event.clear()
        return messages.withLock { messages in
            defer { messages = [] }
            return messages
        }
    }
}
