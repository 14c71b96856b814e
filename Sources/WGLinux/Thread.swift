internal import CLinux

/// A POSIX thread with a name, which takes no signals. Join or detach it exactly once.
public struct Thread: ~Copyable, Sendable {
    private let handle: pthread_t

    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts running `body`.
    ///
    /// - Parameter name: shown by `ps -T`; 15 bytes at most.
    public init(name: String, _ body: @escaping @Sendable () -> Void) throws(Errno) {
        var handle = pthread_t()
        let context = Unmanaged.passRetained(Body(body))
        let result = clinux_thread_start(
            &handle, name,
            { context in
                guard let context else { return nil }
                Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        guard result == 0 else {
            context.release()
            throw Errno(rawValue: -result)
        }
        self.handle = handle
    }

    /// Waits until the body has returned.
    public consuming func join() { pthread_join(handle, nil) }

    /// Leaves the thread to itself: what it holds is freed when its body has returned.
    public consuming func detach() { pthread_detach(handle) }
}

/// The machine's processors.
public enum Processors {
    /// How many the calling thread may run on: no more than the machine has, and fewer in a cpuset or under `taskset`.
    public static var usable: Int { Int(clinux_processors()) }
}
