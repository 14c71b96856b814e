public import WGLinux

/// Where addresses of hosts come from, and how time passes meanwhile. Belongs to one thread.
public protocol NameResolver: AnyObject {
    typealias Answer = Result<HostAnswer, Resolver.Failure>

    func port(ofService name: String) throws(Resolver.Failure) -> UInt16

    /// The address that a text is by itself. Asks nobody.
    func literal(_ host: String) -> HostAddress?

    /// Begins to ask for a host. Several questions may be under way; the ticket comes back with the answer.
    func ask(_ host: String, ticket: Int)

    /// Waits for an answer, at most so long; `nil` is for ever.
    ///
    /// - Returns: the answers that are there, or `nil` when there is a reason to ask no further.
    func wait(_ limit: Duration?) -> [(ticket: Int, answer: Answer)]?

    /// Time since some moment that stays the same.
    var now: Duration { get }
}

/// `getaddrinfo(3)`, each question in a thread of its own, as it blocks and can't be called off.
///
/// Nothing is made, neither thread nor descriptor, before the first question. Threads that still wait for an answer
/// end with the process.
public final class SystemResolver: NameResolver {
    /// Waits until the descriptor is readable or the time in milliseconds is over; negative is for ever. False when
    /// there is a reason to wait no longer.
    public typealias Wait = (_ milliseconds: Int32, _ descriptor: Int32) -> Bool

    private typealias Message = (ticket: Int, answer: Answer)

    private let lookUp: @Sendable (String) throws(Resolver.Failure) -> HostAnswer
    private let waitForReadable: Wait
    private var mailbox: Mailbox<Message>?
    /// From questions for which there was no thread.
    private var answered: [Message] = []

    public init(
        lookUp: @escaping @Sendable (String) throws(Resolver.Failure) -> HostAnswer = Resolver.addresses(of:),
        wait: @escaping Wait = SystemResolver.poll
    ) {
        self.lookUp = lookUp
        waitForReadable = wait
    }

    public func port(ofService name: String) throws(Resolver.Failure) -> UInt16 {
        try Resolver.port(ofService: name)
    }

    public func literal(_ host: String) -> HostAddress? { Resolver.literal(host) }

    public func ask(_ host: String, ticket: Int) {
        let question = { @Sendable [lookUp] () -> Answer in
            do throws(Resolver.Failure) { return .success(try lookUp(host)) } catch { return .failure(error) }
        }
        do {
            let mailbox = try mailbox ?? Mailbox<Message>()
            self.mailbox = mailbox
            try Thread(name: "wg-resolver") { mailbox.put((ticket, question())) }.detach()
        } catch {
            answered.append((ticket, question()))
        }
    }

    public func wait(_ limit: Duration?) -> [(ticket: Int, answer: Answer)]? {
        let limit = answered.isEmpty ? limit : .zero
        let milliseconds = limit.map { Int32(clamping: Int64(($0 / .milliseconds(1)).rounded(.up))) } ?? -1
        guard waitForReadable(milliseconds, mailbox?.descriptor ?? -1) else { return nil }
        defer { answered = [] }
        return answered + (mailbox?.takeAll() ?? [])
    }

    public var now: Duration { BootClock.now() }

    /// Waits whatever signals come.
    public static func poll(_ milliseconds: Int32, _ descriptor: Int32) -> Bool {
        var set = PollSet()
        set.add(descriptor)
        // An error, as an interruption, is an early end of the wait.
        try? set.wait(nanoseconds: milliseconds < 0 ? nil : UInt64(milliseconds) * 1_000_000)
        return true
    }
}
