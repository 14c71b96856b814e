import WGCrypto
import WGModel

/// A UDP datagram to be sent.
struct Datagram {
    /// The source, host byte order.
    var address: UInt32 = 0x0a42_0001
    var port: UInt16 = 1000
    var payload: [UInt8]
}

/// One kind of packet that can be had without a peer's keys.
enum Attack: String {
    /// Of any size up to 1400 bytes.
    case random
    /// Initiations whose first MAC is right, all from one source.
    case oneSource = "initiations"
    /// The same from 65 000 sources.
    case manySources = "initiations-65000"
    /// Of one source, and with a second MAC, which is wrong.
    case wrongCookies = "initiations-mac2"
    /// Genuine data packets again, from their own source.
    case replays
    /// All four types, cut short.
    case truncated
    case empty
    case mix

    /// What is sent, over and over.
    func datagrams(key: PublicKey, captured: [CapturedPacket]) -> [Datagram] {
        switch self {
        case .random: (0..<4096).map { _ in Datagram(payload: Random.bytes(Int.random(in: 1...1400))) }
        case .oneSource, .manySources: (0..<8192).map { _ in Datagram(payload: Self.initiation(key)) }
        case .wrongCookies:
            (0..<8192).map { _ in Datagram(payload: Self.initiation(key).dropLast(16) + Random.bytes(16)) }
        case .replays: captured.map { Datagram(address: $0.address, port: $0.port, payload: $0.payload) }
        case .truncated: captured.isEmpty ? [] : (0..<4096).map { _ in Self.truncated(key, captured) }
        case .empty: [Datagram(payload: [])]
        case .mix: Self.mixed(key, captured)
        }
    }

    private static func mixed(_ key: PublicKey, _ captured: [CapturedPacket]) -> [Datagram] {
        let kinds = [Attack.random, .oneSource, .replays, .truncated, .empty]
        let pools = kinds.map { $0.datagrams(key: key, captured: captured) }
        guard pools.allSatisfy({ !$0.isEmpty }) else { return [] }
        return (0..<8192).flatMap { number in
            var round = pools.map { $0[number % $0.count] }
            // Every other initiation comes from somewhere else.
            if number % 2 == 0 { round[1].address += UInt32(number) }
            return round
        }
    }

    /// 148 bytes that nobody can tell from a genuine initiation without a Diffie-Hellman computation.
    private static func initiation(_ key: PublicKey) -> [UInt8] {
        var message = [1, 0, 0, 0] + Random.bytes(112)
        let macKey = Blake2s.hash(Array("mac1----".utf8).span, key.bytes.span)
        let mac = Blake2s.mac(key: macKey.span, message.span)
        message += mac.indices.map { mac[$0] }
        return message + [UInt8](repeating: 0, count: 16)
    }

    private static func truncated(_ key: PublicKey, _ captured: [CapturedPacket]) -> Datagram {
        switch Int.random(in: 0..<4) {
        case 0: return Datagram(payload: Array(initiation(key).prefix(.random(in: 0..<148))))
        case 1: return Datagram(payload: [2, 0, 0, 0] + Random.bytes(.random(in: 0..<88)))
        case 2: return Datagram(payload: [3, 0, 0, 0] + Random.bytes(.random(in: 0..<60)))
        default:
            let whole = captured[.random(in: 0..<captured.count)]
            var payload = Array(whole.payload.prefix(.random(in: 0..<whole.payload.count)))
            // A counter that is still to come: what is long enough has to be decrypted to be known for what it is.
            for index in 11..<14 where index < payload.count { payload[index] = .random(in: 0...255) }
            return Datagram(address: whole.address, port: whole.port, payload: payload)
        }
    }
}
