/// Which keypairs of a peer are in use (whitepaper 5.4.5 and 6): `current` to send with, and up to two more to receive
/// with, so that no packet in flight is lost at a rekey. It decides; the owner publishes and erases.
///
/// Every operation returns what it has retired: the owner withdraws and erases that.
public struct KeypairRotation<Keypair> {
    /// The keypair before `current`: packets that were under way still arrive on it.
    public private(set) var previous: Keypair?
    /// The one to send with.
    public private(set) var current: Keypair?
    /// A responder's new keypair. It becomes `current` when the initiator has proven that it has it too, by an
    /// authenticated packet on it.
    public private(set) var next: Keypair?

    public init() {}

    /// Takes the keypair of a completed handshake in which we sent the initiation. It is current at once, since the
    /// responder has it already. An unconfirmed next one becomes the previous, because the peer may already send on it.
    public mutating func installAsInitiator(_ keypair: Keypair) -> [Keypair] {
        let retired: [Keypair?]
        if let next {
            retired = [previous, current]
            previous = next
            self.next = nil
        } else {
            retired = [previous]
            previous = current
        }
        current = keypair
        return retired.compactMap { $0 }
    }

    /// Takes the keypair of a handshake that we have just responded to: it is next. The previous one goes, so that
    /// there are never more than three generations to receive on, and so does a next one that was never confirmed.
    public mutating func installAsResponder(_ keypair: Keypair) -> [Keypair] {
        let retired = [previous, next].compactMap { $0 }
        previous = nil
        next = keypair
        return retired
    }

    /// Makes the next keypair current, if there is one and it has been confirmed: an authenticated packet came on it.
    ///
    /// - Parameter isConfirmed: whether the packet came on this very keypair. By the time the news gets here, a newer
    ///   one may have taken its place.
    /// - Returns: whether it happened, and what it has retired.
    public mutating func confirmNext(
        where isConfirmed: (Keypair) -> Bool
    ) -> (isPromoted: Bool, retired: [Keypair]) {
        guard let next, isConfirmed(next) else { return (false, []) }
        let retired = [previous].compactMap { $0 }
        previous = current
        current = next
        self.next = nil
        return (true, retired)
    }

    /// Retires the keypairs that are to go, such as those older than `SessionTimers.rejectAfterTime`.
    public mutating func retire(where isOver: (Keypair) -> Bool) -> [Keypair] {
        var retired: [Keypair] = []
        if let keypair = previous, isOver(keypair) {
            retired.append(keypair)
            previous = nil
        }
        if let keypair = current, isOver(keypair) {
            retired.append(keypair)
            current = nil
        }
        if let keypair = next, isOver(keypair) {
            retired.append(keypair)
            next = nil
        }
        return retired
    }

    /// Retires all: `SessionTimers.Actions.zeroKeys`, or the peer is removed.
    public mutating func removeAll() -> [Keypair] { retire { _ in true } }
}

extension KeypairRotation: Sendable where Keypair: Sendable {}
