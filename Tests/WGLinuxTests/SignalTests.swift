import Glibc
import Testing

@testable import WGLinux

/// Signals go to the thread that runs the test (`raise`), never to the process: other tests run in it.
struct SignalTests {
    @Test func signalsWaitInOrderUntilTaken() throws {
        let queue = try SignalQueue([.terminate, Signal(rawValue: SIGUSR1)])
        #expect(queue.next() == nil)
        raise(SIGTERM)
        #expect(queue.next() == .terminate)
        raise(SIGUSR1)
        queue.wait()
        #expect(queue.next() == Signal(rawValue: SIGUSR1))
        #expect(queue.next() == nil)
    }

    @Test func anEndingChildEndsTheWait() throws {
        let queue = try SignalQueue([.terminate])
        let child = try ChildProcess.start(
            "/bin/sh", ["sh", "-c", "exit 5"], environment: [], ownGroup: false, signals: queue)
        let ending = try child.endDescriptor()
        var end: ProcessEnd?
        while end == nil {
            queue.wait(orReadable: ending.rawValue)
            end = try child.reap()
        }
        #expect(end == .exited(5))
    }

    @Test func childrenDoNotInheritTheBlockedSignals() throws {
        // The threads that run tests have all signals blocked.
        var set = sigset_t()
        sigaddset(&set, SIGTERM)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
        let queue = try SignalQueue([.terminate])
        let child = try ChildProcess.start(
            "/bin/sh", ["sh", "-c", "kill -TERM $$; exit 1"], environment: [], ownGroup: false, signals: queue)
        #expect(try child.wait() == .ended(by: .terminate))
        #expect(queue.next() == nil)
    }

    /// A signal that still waited when the queue goes would end the process of the tests.
    @Test func discardedSignalsDoNothingHereAndWhatTheyDoToChildren() throws {
        var set = sigset_t()
        sigaddset(&set, SIGUSR2)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
        let signal = Signal(rawValue: SIGUSR2)
        do {
            let queue = try SignalQueue([.terminate], discarding: [signal])
            raise(SIGUSR2)
            #expect(!queue.isPending)
            raise(SIGTERM)
            raise(SIGUSR2)
            #expect(queue.next() == .terminate && queue.next() == nil)
            let child = try ChildProcess.start(
                "/bin/sh", ["sh", "-c", "kill -USR2 $$; exit 1"], environment: [], ownGroup: false, signals: queue)
            #expect(try child.wait() == .ended(by: signal))
            raise(SIGUSR2)
            withExtendedLifetime(queue) {}
        }
    }

    @Test func theMaskIsAsBeforeOnceTheQueueIsGone() throws {
        var before = sigset_t()
        var after = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &before)
        do { _ = try SignalQueue([.terminate]) }
        pthread_sigmask(SIG_BLOCK, nil, &after)
        #expect(sigismember(&before, SIGTERM) == sigismember(&after, SIGTERM))
    }
}
