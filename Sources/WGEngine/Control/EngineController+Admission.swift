internal import CLinux
import Synchronization
import WGCrypto
import WGModel
import WGProtocol

// What handshake messages have to pass before anything is computed for them (whitepaper 5.3 and 5.4.7).
extension EngineController {
    /// How many messages are taken before timers and clients have their turn.
    private static let handshakesPerTurn = 256
    /// How long to let messages gather under load, in real nanoseconds: being woken for each would cost more than they do.
    private static let gatheringTime: UInt64 = 4_000_000

    /// Takes what the inbound loop has found to be meant for us.
    func takeHandshakes(now: UInt64) {
        let ring = shared.handshakes
        admission?.noteQueue(ring.count, capacity: ring.capacity, now: now)
        admission?.noteShed(shared.shedHandshakes.exchange(0, ordering: .relaxed), now: now)
        ring.drain(limit: Self.handshakesPerTurn) { takeHandshake($0, now: now) }
        let isUnderLoad = admission?.isUnderLoad(now: now) ?? false
        shared.collectsHandshakes.store(isUnderLoad, ordering: .sequentiallyConsistent)
        shared.handshakeFilter.memory.arm(isUnderLoad)
    }

    /// How long to sleep at most, as nobody wakes us for messages; `nil` when the inbound loop does.
    var handshakePause: UInt64? {
        shared.collectsHandshakes.load(ordering: .relaxed) ? Self.gatheringTime : nil
    }

    /// Whether messages are left that are not to be let gather.
    var mustTakeHandshakes: Bool {
        let waiting = shared.handshakes.count
        return handshakePause == nil ? waiting > 0 : waiting >= Self.handshakesPerTurn
    }

    /// Takes a message from the ring, in place.
    func takeHandshake(_ message: UnsafeMutablePointer<ControlMessage>, now: UInt64) {
        let length = min(Int(message.pointee.payloadLength), message.pointee.payload.count)
        let endpoint = message.pointee.endpoint
        consider(message.pointee.payload.span.extracting(first: length), from: endpoint, now: now)
    }

    /// Takes a message from the network whose mac1 nobody has looked at yet.
    func receive(_ message: [UInt8], from endpoint: EndpointRecord, now: UInt64) {
        guard MessageLayout.kind(of: message) == .cookieReply || macChecker?.isValid(message) == true else { return }
        consider(message.span, from: endpoint, now: now)
    }

    /// Whatever isn't right is dropped without a word.
    private func consider(_ message: Span<UInt8>, from endpoint: EndpointRecord, now: UInt64) {
        guard isUp, let identity else { return }
        switch MessageLayout.kind(of: message) {
        case .initiation:
            guard let source = HandshakeSource(endpoint) else { return }
            switch admission?.judge(message, from: source, now: now) {
            case .take: receiveInitiation(Array(copying: message), from: endpoint, identity, now: now)
            case .answerWithCookie: answerWithCookie(message, source, at: endpoint, now: now)
            case .drop, nil: return
            }
        case .response:
            guard let index = MessageLayout.receiver(of: message), let response = awaited[index],
                !response.hasCome || admission?.admitsResponse(now: now) == true
            else { return }
            awaited[index]?.hasCome = true
            receiveResponse(Array(copying: message), from: endpoint, identity, now: now)
        case .cookieReply: receiveCookie(message, now: now)
        case .transport, nil: return
        }
    }

    private func answerWithCookie(
        _ message: Span<UInt8>, _ source: HandshakeSource, at endpoint: EndpointRecord, now: UInt64
    ) {
        guard let sockets else { return }
        let reply = admission?.cookieReply(to: message, from: source, now: now) { Random.keyBytes() }
        if let reply { network.send(reply, to: endpoint, over: sockets) }
    }

    /// A peer under load wants a mac2: on our next message, and if that is an initiation, soon.
    private func receiveCookie(_ message: Span<UInt8>, now: UInt64) {
        guard let index = MessageLayout.receiver(of: message) else { return }
        let slot = awaited[index]?.peer ?? shared.keypairs.find(index)?.pointee.peer
        guard let peer = slot.flatMap({ peers[$0] }), peer.cookies.take(message, now: now) else { return }
        if awaited[index] != nil, !peer.cookies.hasMarkedLast { handle(.cookieReceived, of: peer, now: now) }
    }
}

extension HandshakeSource {
    /// `nil` when the record is empty.
    init?(_ endpoint: EndpointRecord) {
        let address = endpoint.address
        if endpoint.isIPv4 {
            let ipv4 = withUnsafeBytes(of: address) { $0.loadUnaligned(as: sockaddr_in.self) }
            self.init(ipv4: UInt32(bigEndian: ipv4.sin_addr.s_addr), port: UInt16(bigEndian: ipv4.sin_port))
        } else {
            guard endpoint.addressLength == UInt32(MemoryLayout<sockaddr_in6>.size) else { return nil }
            let (high, low) = withUnsafeBytes(of: address.sin6_addr) { bytes in
                (
                    UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                    UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                )
            }
            self.init(ipv6: high, low, port: UInt16(bigEndian: address.sin6_port))
        }
    }
}

extension [UInt8] {
    fileprivate init(copying span: Span<UInt8>) {
        self = span.withUnsafeBufferPointer { Array($0) }
    }
}
