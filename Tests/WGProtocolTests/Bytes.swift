import TestSupport
import Testing
import WGModel
import WGProtocol

func key(_ text: String) -> KeyBytes { PublicKey(hex(text))!.bytes }

func array(_ bytes: KeyBytes) -> [UInt8] { PublicKey(bytes: bytes).array }

func flip(_ bit: Int, of bytes: [UInt8]) -> [UInt8] {
    var copy = bytes
    copy[bit / 8] ^= 1 << UInt8(bit % 8)
    return copy
}

/// Two sides that know each other.
struct Pair {
    let initiator: LocalIdentity
    let responder: LocalIdentity
    /// The responder as the initiator sees it.
    let toResponder: RemoteIdentity
    /// The initiator as the responder sees it.
    let toInitiator: RemoteIdentity
    let initiatorEphemeral: PrivateKey
    let responderEphemeral: PrivateKey
    let presharedKey: PresharedKey

    init(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        initiator = LocalIdentity(privateKey: PrivateKey(bytes: generator.key()))
        responder = LocalIdentity(privateKey: PrivateKey(bytes: generator.key()))
        toResponder = RemoteIdentity(publicKey: responder.publicKey, local: initiator)
        toInitiator = RemoteIdentity(publicKey: initiator.publicKey, local: responder)
        initiatorEphemeral = PrivateKey(bytes: generator.key())
        responderEphemeral = PrivateKey(bytes: generator.key())
        presharedKey = PresharedKey(bytes: generator.key())
    }

    static let timestamp = TAI64N(unixSeconds: 1_763_719_200, nanoseconds: 999_999_999)

    func initiation(index: UInt32 = 7) -> (message: [UInt8], state: InitiatorState)? {
        NoiseHandshake.createInitiation(
            local: initiator, remote: toResponder, ephemeral: initiatorEphemeral, timestamp: Self.timestamp,
            senderIndex: index)
    }

    func response(to received: ReceivedInitiation, index: UInt32 = 9) -> (message: [UInt8], keys: TransportKeys)? {
        NoiseHandshake.createResponse(
            to: received, remote: toInitiator, presharedKey: presharedKey, ephemeral: responderEphemeral,
            senderIndex: index)
    }
}
