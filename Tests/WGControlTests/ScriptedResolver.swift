import WGControl
import WGLinux
import WGModel

/// A resolver in which time passes only when nothing else is left to happen. Each host has its answers in turn, the last
/// one for ever, and each answer takes as long as it says.
final class ScriptedResolver: NameResolver {
    struct Reply {
        let answer: Answer
        var latency: Duration = .zero
    }

    var replies: [String: [Reply]] = [:]
    /// Every question, and when it was asked.
    private(set) var questions: [(host: String, time: Duration)] = []
    private(set) var mostUnderWay = 0
    private(set) var services: [String] = []
    /// At this time waiting ends for good.
    var interruption: Duration?

    private(set) var now = Duration.zero
    private var underWay: [(ticket: Int, due: Duration, answer: Answer)] = []

    static let notFound = Resolver.Failure(.noSuchHost, text: "no host")
    static let later = Resolver.Failure(.temporary, text: "later")

    func count(_ host: String) -> Int { questions.count { $0.host == host } }
    func times(_ host: String) -> [Duration] { questions.filter { $0.host == host }.map(\.time) }

    func port(ofService name: String) throws(Resolver.Failure) -> UInt16 {
        services.append(name)
        guard name == "domain" else { throw Resolver.Failure(.noSuchService, text: "no service") }
        return 53
    }

    func literal(_ host: String) -> HostAddress? { Resolver.literal(host) }

    func ask(_ host: String, ticket: Int) {
        questions.append((host, now))
        var left = replies[host] ?? [Reply(answer: .failure(Self.notFound))]
        let reply = left[0]
        if left.count > 1 { left.removeFirst() }
        replies[host] = left
        underWay.append((ticket, now + reply.latency, reply.answer))
        mostUnderWay = max(mostUnderWay, underWay.count)
    }

    func wait(_ limit: Duration?) -> [(ticket: Int, answer: Answer)]? {
        let next = [underWay.map(\.due).min(), limit.map { now + $0 }].compactMap { $0 }.min()
        guard let next else { return nil }
        if let interruption, next > interruption {
            now = interruption
            return nil
        }
        now = max(now, next)
        let ready = underWay.filter { $0.due <= now }
        underWay.removeAll { $0.due <= now }
        // Threads come back in any order.
        return ready.reversed().map { ($0.ticket, $0.answer) }
    }
}
