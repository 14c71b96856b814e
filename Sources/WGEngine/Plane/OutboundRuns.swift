/// A run on its way out, with what has to be known when it is sent.
struct OutboundRun {
    var messages: GsoRun
    var endpoint: UnsafeMutablePointer<EndpointRecord>?
    /// Whether it holds more than keepalives.
    var holdsData: Bool
}

/// The runs that the outbound loop has given to workers, each in a buffer of its own, in the slots of the ring. Thread T.
struct OutboundRuns {
    /// Bytes of memory to give.
    static let bufferSize = WorkerRing.capacity * GsoSender.bufferSize

    var use: WorkerUse
    /// Whose key the run is for that is being collected.
    private var keypair: UnsafeMutablePointer<KeypairRecord>?
    private let runs: UnsafeMutablePointer<OutboundRun>
    private let buffers: UnsafeMutableRawPointer

    /// - Parameter buffers: `bufferSize` bytes, for as long as the value is used.
    init(ring: WorkerRing, buffers: UnsafeMutableRawPointer) {
        use = WorkerUse(ring)
        self.buffers = buffers
        runs = .allocate(capacity: WorkerRing.capacity)
    }

    func deallocate() { runs.deallocate() }

    @inline(__always)
    private var ring: WorkerRing { use.ring }

    @inline(__always)
    var isEmpty: Bool { ring.count == 0 }

    /// Where the next run is to be collected. The ring must not be full.
    @inline(__always)
    var nextBuffer: UnsafeMutableRawPointer { buffers + ring.nextSlot &* GsoSender.bufferSize }

    /// False when what has been collected has another key, and must be given away first.
    @inline(__always)
    func accepts(_ keypair: UnsafeMutablePointer<KeypairRecord>) -> Bool { self.keypair == keypair }

    /// What is collected from now on has this key.
    mutating func begin(_ keypair: UnsafeMutablePointer<KeypairRecord>) { self.keypair = keypair }

    /// Gives away what was collected in `nextBuffer`.
    func submit(_ run: OutboundRun) {
        guard let keypair else { return }
        let messages = run.messages
        runs[ring.nextSlot] = run
        ring.submit(
            WorkerJob(
                bytes: messages.buffer, count: messages.count, segment: messages.segmentSize, keypair: keypair,
                isSealing: true, wanted: .max &>> UInt64(WorkerJob.maximumMessages &- messages.segments)))
    }

    /// Whether the oldest is to be taken back now: it is ready, or there is no room for another.
    @inline(__always)
    var isOldestDue: Bool { ring.count == WorkerRing.capacity || ring.oldestIsDone }

    /// Waits for the oldest run, of which there must be one, and takes it back.
    func takeOldest() -> OutboundRun {
        ring.finishOldest()
        let run = runs[ring.oldestSlot]
        ring.takeOldest()
        return run
    }
}
