/// Whether the thread of a direction shares its work, by its load.
struct WorkerUse {
    let ring: WorkerRing
    private(set) var isShared = false
    private var busyWindows = 0

    init(_ ring: WorkerRing) { self.ring = ring }

    /// Takes the owner's load of a window, in thousandths of a processor. Call between batches, when the ring is empty.
    mutating func judge(_ load: Int) {
        if isShared {
            isShared = load >= ring.policy.aloneBelow
        } else {
            busyWindows = load > ring.policy.sharesAbove ? busyWindows &+ 1 : 0
            isShared = busyWindows >= ring.policy.windows
        }
        if isShared { busyWindows = 0 }
    }
}
