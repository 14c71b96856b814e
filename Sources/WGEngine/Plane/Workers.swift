import WGLinux

/// The threads that share the work of both directions, some for each, and the rings by which they get it. They are there
/// from the start, as the filter of system calls lets none be made later, and asleep unless there is work.
struct Workers: ~Copyable {
    let outbound: WorkerRing
    let inbound: WorkerRing
    private var threads = InlineArray<4, Thread?> { _ in nil }

    /// `nil` where the policy has no workers: then there are neither threads nor memory for them.
    static func start(_ policy: WorkerRing.Policy) throws(Errno) -> Workers? {
        guard policy.workers > 0 else { return nil }
        var workers = Workers(policy)
        do {
            for index in workers.threads.indices where index / 2 < policy.workers {
                let ring = index % 2 == 0 ? workers.outbound : workers.inbound
                workers.threads[index] = try Thread(name: "wg-worker") { ring.work() }
            }
        } catch {
            workers.end()
            throw error
        }
        return workers
    }

    private init(_ policy: WorkerRing.Policy) {
        outbound = WorkerRing(policy)
        inbound = WorkerRing(policy)
    }

    /// Ends the threads and waits for them; the rings are gone after that. Their owners must have ended, or must never have
    /// begun.
    mutating func end() {
        outbound.end()
        inbound.end()
        for index in threads.indices { threads[index].take()?.join() }
        outbound.deallocate()
        inbound.deallocate()
    }
}
