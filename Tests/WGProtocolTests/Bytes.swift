import Testing
import WGModel
import WGProtocol

/// Bytes from hexadecimal; anything else in the text is left out.
func hex(_ text: String) -> [UInt8] {
    let digits = text.utf8.compactMap { UInt8(String(UnicodeScalar($0)), radix: 16) }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

func key(_ text: String) -> KeyBytes { PublicKey(hex(text))!.bytes }

func array(_ bytes: KeyBytes) -> [UInt8] { PublicKey(bytes: bytes).array }

func flip(_ bit: Int, of bytes: [UInt8]) -> [UInt8] {
    var copy = bytes
    copy[bit / 8] ^= 1 << UInt8(bit % 8)
    return copy
}

/// SplitMix64: the same numbers in every run.
struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    mutating func key() -> KeyBytes { KeyBytes { _ in UInt8.random(in: 0...255, using: &self) } }
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
        var generator = Generator(state: seed)
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
