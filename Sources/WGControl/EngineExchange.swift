import WGLinux
import WGUAPI

/// How long an engine may take over one request, and how much it may say. Beyond that it counts as broken: an operation
/// ends in a bounded time whatever the engine does.
public struct EnginePatience: Hashable, Sendable {
    /// The longest time without a byte in either direction; then the operation fails with ETIMEDOUT.
    public var silence: Duration
    /// The time for the whole, to which each byte in either direction adds its share of a second.
    public var whole: Duration
    /// How many bytes add a second: far fewer than any engine that works can do.
    public var bytesPerSecond: Int
    /// A longer answer is EMSGSIZE. A device with 500 000 peers fits.
    public var replyBytes: Int

    public init(
        silence: Duration = .seconds(30), whole: Duration = .seconds(30), bytesPerSecond: Int = 64 << 10,
        replyBytes: Int = 256 << 20
    ) {
        self.silence = silence
        self.whole = whole
        self.bytesPerSecond = bytesPerSecond
        self.replyBytes = replyBytes
    }

    /// How long the exchange may have taken once so many bytes have gone to and fro.
    func limit(after bytes: Int) -> Duration {
        whole + .microseconds(Int64(bytes) * 1_000_000 / Int64(max(1, bytesPerSecond)))
    }

    var silenceMilliseconds: Int32 { Int32(clamping: Int64(silence / .milliseconds(1))) }
}

/// One request to an engine and its answer.
struct EngineExchange: ~Copyable {
    private let socket: FileDescriptor
    private let patience: EnginePatience
    private let start = BootClock.now()
    /// In both directions.
    private var bytes = 0

    init(_ socket: consuming FileDescriptor, _ patience: EnginePatience) {
        self.socket = socket
        self.patience = patience
    }

    /// The answer; `nil` when the engine closed the connection before its end.
    ///
    /// An engine may refuse a request before it has read all of it, and close the connection: then its answer counts,
    /// and not that the rest can't be sent.
    ///
    /// - Parameter request: in pieces, each of which is made when there is room for it.
    mutating func run(
        _ request: some Sequence<[UInt8]>, _ parser: consuming UAPIReplyParser
    ) throws -> UAPIReply? {
        var pieces = request.makeIterator()
        var unsent = (pieces.next() ?? [])[...]
        var sendFailure: Errno?
        while !unsent.isEmpty, sendFailure == nil, try !wait(writing: true) {
            do {
                let count = try UnixSocket.sendSome(unsent, to: socket)
                unsent = unsent.dropFirst(count)
                bytes += count
                if unsent.isEmpty { unsent = (pieces.next() ?? [])[...] }
            } catch {
                sendFailure = error
            }
        }
        let reply: UAPIReply?
        do {
            reply = try receive(parser)
        } catch let error as Errno {
            throw sendFailure ?? error
        }
        guard let reply else {
            if let sendFailure { throw sendFailure }
            return nil
        }
        guard unsent.isEmpty || reply.errno != 0 else { throw Errno.protocolError }
        return reply
    }

    private mutating func receive(_ parser: consuming UAPIReplyParser) throws -> UAPIReply? {
        var received = 0
        while true {
            _ = try wait(writing: false)
            let piece = try socket.read(upTo: 65536)
            guard !piece.isEmpty else { return nil }
            received += piece.count
            bytes += piece.count
            guard received <= patience.replyBytes else { throw Errno.messageTooLong }
            parser.append(piece[...])
            if let reply = try parser.next() { return reply }
        }
    }

    /// Waits until there is something to read, or room to write if that is wanted.
    ///
    /// - Returns: whether there is something to read.
    private func wait(writing: Bool) throws(Errno) -> Bool {
        while true {
            let left = patience.limit(after: bytes) - (BootClock.now() - start)
            guard left > .zero else { throw .timedOut }
            var set = PollSet()
            set.add(socket.rawValue, writing ? [.reading, .writing] : .reading)
            let limit = min(left, patience.silence)
            let before = BootClock.now()
            try set.wait(nanoseconds: UInt64(limit / .nanoseconds(1)))
            if set.isReadable(socket.rawValue) { return true }
            if set.isWritable(socket.rawValue) { return false }
            // Neither: the time is over, or a signal has interrupted the wait.
            guard BootClock.now() - before < limit else { throw .timedOut }
        }
    }
}
