import Synchronization
import WGLinux
import WGModel

// What the other threads see, and how it is taken back: withdraw the pointer, retire what it points to, free it when
// both threads have passed a quiescent point.
extension EngineController {
    /// Replaces the sockets; the former ones are closed when nobody uses them any more.
    func publish(sockets new: UdpSockets?) {
        if let sockets { formerPort = sockets.port }
        sockets = new
        if new != nil { bindAgainAt = nil }
        if let old = exchange(new, in: shared.sockets) { reclaimer.retire(.sockets(old)) }
        // Both block on descriptors that have changed.
        SharedState.signal(shared.inboundWake)
        SharedState.signal(shared.outboundWake)
    }

    /// Replaces the endpoint, which counts as learned or configured alike.
    func setEndpoint(_ record: EndpointRecord, of peer: PeerRecord) {
        guard !record.isSame(as: peer.endpoint) else { return }
        peer.endpoint = record
        exchangeEndpoint(of: peer, for: record)
    }

    /// Lets the routing table choose the source address again.
    func forgetSource(of peer: PeerRecord) {
        guard peer.endpoint.hasSource else { return }
        setEndpoint(peer.endpoint.withoutSource, of: peer)
    }

    private func exchangeEndpoint(of peer: PeerRecord, for record: EndpointRecord?) {
        let old = exchange(record, in: shared.peers[peer.slot].pointee.endpoint)
        if let old { reclaimer.retire(.endpoint(old)) }
    }

    /// Replaces what inbound messages to us are known by.
    func publishMacChecker() {
        if let old = exchange(macChecker, in: shared.macChecker) { reclaimer.retire(.macChecker(old)) }
    }

    /// Publishes a copy of the value, or that there is none. What was there before is to be retired.
    private func exchange<Value>(
        _ value: Value?, in place: borrowing Atomic<UnsafeMutablePointer<Value>?>
    ) -> UnsafeMutablePointer<Value>? {
        let pointer = value.map { value in
            let pointer = UnsafeMutablePointer<Value>.allocate(capacity: 1)
            pointer.initialize(to: value)
            return pointer
        }
        return place.exchange(pointer, ordering: .acquiringAndReleasing)
    }

    /// Takes a removed peer's slot out of use.
    func withdrawSlot(of peer: PeerRecord) {
        let slot = shared.peers[peer.slot]
        slot.pointee.isActive.store(false, ordering: .releasing)
        exchangeEndpoint(of: peer, for: nil)
        order(.discard, peer.slot)
        reclaimer.retire(.peer(peer.slot))
    }

    /// Makes the routing snapshot agree with the allowed IPs.
    func publishRoutingIfStale() {
        guard routingIsStale else { return }
        routingIsStale = false
        let old = shared.routing.exchange(RoutingSnapshot.make(allowedIPs.entries), ordering: .acquiringAndReleasing)
        if let old { reclaimer.retire(.routing(old)) }
    }

    /// Tells T about a peer's waiting packets.
    func order(_ order: OutboundRing.Order, _ peer: Int32) {
        waitingOrders.append((order, peer))
        deliverOrders()
    }

    /// Orders stay in order: none overtakes one that found the ring full.
    func deliverOrders() {
        var delivered = 0
        for (order, peer) in waitingOrders {
            guard shared.outboundOrders.push(order, peer: peer) else { break }
            delivered += 1
        }
        guard delivered > 0 else { return }
        waitingOrders.removeFirst(delivered)
        SharedState.signal(shared.outboundWake)
    }

    /// Whether something waits for the other threads to go on: retired memory, or orders without room.
    var awaitsOthers: Bool { !reclaimer.isEmpty || !passedEarly.isEmpty || !waitingOrders.isEmpty }

    /// Begins a new epoch for what has been withdrawn. While the published routes may still lead to a removed peer, its
    /// slot is not withdrawn yet.
    func sealRetired() {
        if !routingIsStale { reclaimer.seal(shared.epoch) }
    }

    /// Takes what can't be seen any more, for `free`.
    func takePassed() -> [Reclaimer.Item] {
        defer { passedEarly = [] }
        return passedEarly + reclaimer.takePassed(shared.epoch)
    }

    /// Closes former sockets, whose port is wanted again: waits for the other threads to finish their batches.
    func closeRetiredSockets() {
        publishRoutingIfStale()
        sealRetired()
        for _ in 0..<100 where reclaimer.holdsSockets {
            for item in reclaimer.takePassed(shared.epoch) {
                // Other things have to wait until the rings have been drained.
                if case .sockets = item { free([item]) } else { passedEarly.append(item) }
            }
            if reclaimer.holdsSockets { WallClock.sleep(.milliseconds(1)) }
        }
    }

    /// Frees everything; the other threads have ended.
    func shutDown() {
        for peer in Array(peers.values) { remove(peer) }
        publish(sockets: nil)
        let routing = shared.routing.exchange(nil, ordering: .acquiringAndReleasing)
        if let routing { reclaimer.retire(.routing(routing)) }
        macChecker = nil
        publishMacChecker()
        free(passedEarly + reclaimer.takeAll())
        passedEarly = []
    }

    /// Frees what nobody can see any more. `passed` was taken before the rings were drained, so that no message about
    /// a freed slot is still to come.
    func free(_ passed: [Reclaimer.Item]) {
        for item in passed {
            switch item {
            case .keypair(let record):
                indexes.release(record.pointee.localIndex)
                arena.release(record)
            case .endpoint(let record):
                record.deinitialize(count: 1)
                record.deallocate()
            case .routing(let snapshot):
                RoutingSnapshot.free(snapshot)
            case .sockets(let sockets):
                network.close(sockets.pointee)
                sockets.deinitialize(count: 1)
                sockets.deallocate()
            case .macChecker(let checker):
                checker.deinitialize(count: 1)
                checker.deallocate()
            case .peer(let slot):
                shared.peers[slot].pointee.reset()
                slots.release(slot)
            }
        }
    }
}

extension PeerSlot {
    /// Makes a freed slot as good as new.
    fileprivate func reset() {
        raised.store(0, ordering: .relaxed)
        isWatched.store(false, ordering: .relaxed)
        sentBytes.store(0, ordering: .relaxed)
        receivedBytes.store(0, ordering: .relaxed)
        lastAuthenticatedSent.store(0, ordering: .relaxed)
        lastAuthenticatedReceived.store(0, ordering: .relaxed)
        lastDataSent.store(0, ordering: .relaxed)
        lastDataReceived.store(0, ordering: .relaxed)
        firstUnansweredDataSent.store(0, ordering: .relaxed)
        firstUnrepliedDataReceived.store(0, ordering: .relaxed)
    }
}
