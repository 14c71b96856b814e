internal import CLinux
public import WGModel

/// Asks given DNS servers for the addresses of hosts, from sockets that carry a mark.
///
/// What `getaddrinfo(3)` can't do: its questions go wherever the routing tables send them, which under a full tunnel is
/// the tunnel itself, be it dead or not. Names in the hosts file come first, as there. Names are taken as they are: no
/// search domain is tried.
public struct DNSClient: Sendable {
    /// How long to wait for servers.
    public struct Patience: Hashable, Sendable {
        /// How often each server is asked.
        public var rounds: Int
        /// For one server, once.
        public var perServer: Duration
        /// For all of it.
        public var total: Duration

        public init(rounds: Int = 2, perServer: Duration = .seconds(2), total: Duration = .seconds(8)) {
            self.rounds = rounds
            self.perServer = perServer
            self.total = total
        }
    }

    private let servers: [IPAddress]
    private let mark: UInt32
    private let patience: Patience
    private let port: UInt16
    private let hostsFile: String

    /// - Parameters:
    ///   - servers: asked in this order, the next one when one doesn't answer or doesn't know.
    ///   - mark: `SO_MARK` of the sockets; 0 for none. Other marks need CAP_NET_ADMIN.
    ///   - port: where the servers listen.
    ///   - hostsFile: a path; names in it are not asked for.
    public init(
        servers: [IPAddress], mark: UInt32, patience: Patience = Patience(), port: UInt16 = 53,
        hostsFile: String = "/etc/hosts"
    ) {
        self.servers = servers
        self.mark = mark
        self.patience = patience
        self.port = port
        self.hostsFile = hostsFile
    }

    /// The addresses of a host, of both families: first those that there is a route to, and of these IPv6 before IPv4.
    ///
    /// Blocks until the servers have answered or the patience is over.
    public func addresses(of host: String) throws(Resolver.Failure) -> HostAnswer {
        let known = HostsFile(path: hostsFile).addresses(of: host)
        if !known.isEmpty { return try answer(known, timeToLive: nil) }
        guard let name = DNSName(host) else { throw Resolver.failure(EAI_NONAME) }
        var queries = [DNSQuestion.Kind.aaaa, .a].map { DNSQuery(DNSQuestion(name: name, kind: $0)) }
        ask(&queries)
        var found: [IPAddress] = []
        var timeToLive: UInt32?
        for case .addresses(let addresses, let seconds) in queries.map(\.answer) {
            found += addresses
            timeToLive = min(seconds, timeToLive ?? .max)
        }
        if found.isEmpty { throw Self.failure(queries) }
        return try answer(found, timeToLive: timeToLive)
    }

    private func ask(_ queries: inout [DNSQuery]) {
        let end = BootClock.now() + patience.total
        for _ in 0..<patience.rounds {
            for server in servers {
                let now = BootClock.now()
                guard now < end else { return }
                let exchange = DNSExchange(
                    server: server, port: port, mark: mark, end: min(end, now + patience.perServer))
                exchange.run(&queries)
                if queries.allSatisfy({ $0.answer != nil }) { return }
                // What doesn't exist has no address of the other family either.
                if queries.contains(where: \.saysThatThereIsNoHost) { return }
            }
        }
    }

    private static func failure(_ queries: [DNSQuery]) -> Resolver.Failure {
        var seconds: [UInt32?] = []
        for query in queries {
            switch query.answer {
            case .noSuchHost(let timeToLive): return Resolver.failure(EAI_NONAME, timeToLive: timeToLive)
            case .noAddress(let timeToLive): seconds.append(timeToLive)
            default: break
            }
        }
        guard seconds.count == queries.count else { return Resolver.failure(EAI_AGAIN) }
        return Resolver.failure(Int32(clinux_eai_nodata), timeToLive: seconds.compactMap(\.self).min())
    }

    private func answer(
        _ addresses: [IPAddress], timeToLive: UInt32?
    ) throws(Resolver.Failure) -> HostAnswer {
        let reachable = addresses.filter(isReachable)
        let usable = reachable.filter { !$0.isIPv4 } + reachable.filter(\.isIPv4)
        let ordered = (usable + addresses.filter { !usable.contains($0) }).map { HostAddress(address: $0) }
        guard let first = ordered.first else { throw Resolver.failure(EAI_NONAME) }
        return HostAnswer(first, others: Array(ordered.dropFirst()), timeToLive: timeToLive)
    }

    /// Whether a marked packet has a route there: nothing is sent.
    private func isReachable(_ address: IPAddress) -> Bool {
        (try? DNSExchange.open(.datagrams, address, port: port, mark: mark)) != nil
    }
}

/// A question, and what came of it so far.
struct DNSQuery {
    let question: DNSQuestion
    /// What a server said that knows.
    fileprivate(set) var answer: DNSReply?

    init(_ question: DNSQuestion) { self.question = question }

    fileprivate var saysThatThereIsNoHost: Bool {
        if case .noSuchHost = answer { true } else { false }
    }
}

/// The questions that are still open, put to one server.
struct DNSExchange {
    enum Transport {
        case datagrams
        case stream
    }

    /// A question under way, under a number that nobody else knows.
    private struct Flight {
        let index: Int
        let id = UInt16.random(in: 0...UInt16.max)
    }

    let server: IPAddress
    let port: UInt16
    let mark: UInt32
    /// By `BootClock`.
    let end: Duration

    /// A socket that hears nobody but the server, non-blocking.
    static func open(
        _ transport: Transport, _ server: IPAddress, port: UInt16, mark: UInt32
    ) throws(Errno) -> FileDescriptor {
        let type = transport == .stream ? SOCK_STREAM : SOCK_DGRAM
        let address = server.networkBytes
        return FileDescriptor(
            owning: try check(
                clinux_dns_open(
                    Int32(type.rawValue), server.isIPv4 ? AF_INET : AF_INET6, address, port, mark)))
    }

    /// Fills in the answers that come in time. Errors of the network are no answers.
    func run(_ queries: inout [DNSQuery]) {
        var open = queries.indices.filter { queries[$0].answer == nil }.map { Flight(index: $0) }
        guard let socket = try? Self.open(.datagrams, server, port: port, mark: mark) else { return }
        for flight in open where send(queries[flight.index].question.query(id: flight.id), to: socket) == nil { return }
        while !open.isEmpty, wait(for: socket, .reading) {
            let message: [UInt8]
            do {
                message = try socket.read(upTo: 65536)
            } catch .wouldBlock {
                continue
            } catch {
                // Nobody is there, say.
                return
            }
            guard
                let place = open.firstIndex(where: { flight in
                    DNSReply(message, to: queries[flight.index].question, id: flight.id) != nil
                })
            else { continue }
            let flight = open.remove(at: place)
            let question = queries[flight.index].question
            var reply = DNSReply(message, to: question, id: flight.id)
            if reply == .truncated { reply = askOverStream(question) }
            if reply != .refused { queries[flight.index].answer = reply }
        }
    }

    /// `nil` when no whole answer came.
    private func askOverStream(_ question: DNSQuestion) -> DNSReply? {
        guard let socket = try? Self.open(.stream, server, port: port, mark: mark) else { return nil }
        let id = UInt16.random(in: 0...UInt16.max)
        let query = question.query(id: id)
        // A query is far smaller than a socket's buffer: it goes as a whole.
        guard wait(for: socket, .writing), send([0, UInt8(query.count)] + query, to: socket) == query.count + 2 else {
            return nil
        }
        var received: [UInt8] = []
        while received.count < 2 || received.count < 2 + Int(received[0]) << 8 + Int(received[1]) {
            guard wait(for: socket, .reading), let part = try? socket.read(upTo: 65536), !part.isEmpty else {
                return nil
            }
            received += part
        }
        let count = Int(received[0]) << 8 + Int(received[1])
        let reply = DNSReply(Array(received[2..<2 + count]), to: question, id: id)
        return reply == .truncated ? nil : reply
    }

    private func send(_ bytes: [UInt8], to socket: borrowing FileDescriptor) -> Int? {
        let sent = clinux_dns_send(socket.rawValue, bytes, bytes.count)
        return sent < 0 ? nil : sent
    }

    /// False when the time is over.
    private func wait(for socket: borrowing FileDescriptor, _ interest: PollSet.Interest) -> Bool {
        while true {
            let left = end - BootClock.now()
            guard left > .zero else { return false }
            var set = PollSet()
            set.add(socket.rawValue, interest)
            guard (try? set.wait(nanoseconds: UInt64(left / .nanoseconds(1)))) != nil else { return false }
            if set.isReady(socket.rawValue) { return true }
        }
    }
}
