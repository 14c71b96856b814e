import WGLinux
import WGModel

/// Asks for many hosts, a few at a time, each on its own schedule.
struct HostQuestions {
    /// How many questions may be under way at a time.
    static let limit = 32

    /// A question that failed for now.
    private struct Delayed {
        let index: Int
        let due: Duration
        let failure: Resolver.Failure
    }

    private let hosts: [String]
    private let policy: ResolutionPolicy
    private let resolver: any NameResolver
    private let givesUpTogether: Bool
    private let report: (_ index: Int, Resolver.Failure, _ delay: Duration) -> Void

    private var answers: [NameResolver.Answer?]
    private var retries: [Int]
    private var firstUnasked = 0
    /// In the order in which they are due.
    private var delayed: [Delayed] = []
    private var underWay = 0
    private var hasGivenUp = false

    /// - Parameter givesUpTogether: once a host has no address for good, none is asked for again.
    init(
        _ hosts: [String], policy: ResolutionPolicy, resolver: any NameResolver, givesUpTogether: Bool,
        report: @escaping (_ index: Int, Resolver.Failure, _ delay: Duration) -> Void
    ) {
        self.hosts = hosts
        self.policy = policy
        self.resolver = resolver
        self.givesUpTogether = givesUpTogether
        self.report = report
        answers = Array(repeating: nil, count: hosts.count)
        retries = Array(repeating: 0, count: hosts.count)
    }

    /// The answers, in the order of the hosts; `nil` for those that were not waited for.
    mutating func run() -> [NameResolver.Answer?] {
        while true {
            askWhatIsDue()
            guard underWay > 0 || !delayed.isEmpty else { return answers }
            let isFull = underWay >= Self.limit
            let limit = isFull ? nil : delayed.first.map { max(.zero, $0.due - resolver.now) }
            guard let new = resolver.wait(limit) else {
                for question in delayed { answers[question.index] = .failure(question.failure) }
                return answers
            }
            for (index, answer) in new.sorted(by: { $0.ticket < $1.ticket }) { take(answer, index) }
        }
    }

    private mutating func askWhatIsDue() {
        while underWay < Self.limit {
            if firstUnasked < hosts.count {
                ask(firstUnasked)
                firstUnasked += 1
            } else if let next = delayed.first, next.due <= resolver.now {
                delayed.removeFirst()
                ask(next.index)
            } else {
                return
            }
        }
    }

    private mutating func ask(_ index: Int) {
        underWay += 1
        resolver.ask(hosts[index], ticket: index)
    }

    private mutating func take(_ answer: NameResolver.Answer, _ index: Int) {
        underWay -= 1
        guard case .failure(let failure) = answer, !failure.isPermanent, !hasGivenUp,
            let delay = policy.delay(beforeRetry: retries[index] + 1)
        else {
            answers[index] = answer
            if case .failure = answer, givesUpTogether { giveUp() }
            return
        }
        retries[index] += 1
        report(index, failure, delay)
        let due = resolver.now + delay
        let place = delayed.lastIndex { $0.due <= due }.map { $0 + 1 } ?? 0
        delayed.insert(Delayed(index: index, due: due, failure: failure), at: place)
    }

    private mutating func giveUp() {
        hasGivenUp = true
        for question in delayed { answers[question.index] = .failure(question.failure) }
        delayed = []
    }
}
