import Glibc
import Testing
import WGControl
import WGLinux
import WGModel

/// A look-up that keeps each asker until somebody opens the gate.
private final class Gate: @unchecked Sendable {
    private var mutex = pthread_mutex_t()
    private var condition = pthread_cond_t()
    private var waiting = 0
    private var most = 0
    private var isOpen = false

    init() {
        pthread_mutex_init(&mutex, nil)
        pthread_cond_init(&condition, nil)
    }

    /// How many have ever waited at a time.
    var mostWaiting: Int {
        pthread_mutex_lock(&mutex)
        defer { pthread_mutex_unlock(&mutex) }
        return most
    }

    func pass() {
        pthread_mutex_lock(&mutex)
        waiting += 1
        most = max(most, waiting)
        pthread_cond_broadcast(&condition)
        while !isOpen { pthread_cond_wait(&condition, &mutex) }
        waiting -= 1
        pthread_mutex_unlock(&mutex)
    }

    func open(after count: Int) {
        pthread_mutex_lock(&mutex)
        while waiting < count { pthread_cond_wait(&condition, &mutex) }
        isOpen = true
        pthread_cond_broadcast(&condition)
        pthread_mutex_unlock(&mutex)
    }
}

@Suite struct SystemResolverTests {
    @Test func questionsAreUnderWayAtTheSameTimeAndNoMoreThan32() throws {
        let gate = Gate()
        let resolver = SystemResolver(lookUp: { host throws(Resolver.Failure) in
            gate.pass()
            return HostAnswer(HostAddress(address: .v4(UInt32(host.count))))
        })
        // It opens only once 32 threads wait together.
        let opener = try Thread(name: "opener") { gate.open(after: 32) }
        let names = (1...100).map { EndpointName(host: String(repeating: "h", count: $0), service: "1") }
        let results = EndpointResolution(resolver: resolver).resolve(names)
        opener.join()
        #expect(gate.mostWaiting == 32)
        #expect(results.count == 100)
        for name in names {
            #expect(results[name] == .success(Endpoint(address: .v4(UInt32(name.host.count)), port: 1)))
        }
    }

    @Test func aFailureComesBackAsItIs() {
        let failure = Resolver.Failure(.noSuchHost, text: "none")
        let resolver = SystemResolver(lookUp: { _ throws(Resolver.Failure) in throw failure })
        let name = EndpointName(host: "h", service: "1")
        let results = EndpointResolution(resolver: resolver).resolve([name])
        #expect(results[name] == .failure(EndpointResolution.Failure(.endpoint(name), failure)))
    }

    @Test func aWaitThatIsBrokenOffLeavesTheThreadBehind() {
        let gate = Gate()
        let resolver = SystemResolver(
            lookUp: { _ throws(Resolver.Failure) in
                gate.pass()
                return HostAnswer(HostAddress(address: .v4(1)))
            },
            wait: { _, _ in false })
        let name = EndpointName(host: "h", service: "1")
        let results = EndpointResolution(resolver: resolver).resolve([name])
        guard case .failure(let failure) = results[name] else {
            Issue.record("an answer from nowhere")
            return
        }
        #expect(!failure.failure.isPermanent)
        gate.open(after: 1)
    }
}
