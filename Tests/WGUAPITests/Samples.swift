import TestSupport
import WGModel

extension SeededGenerator {
    mutating func key<K: Key>(_ type: K.Type = K.self) -> K {
        K((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &self) }) ?? .zero
    }

    mutating func maybe<Value>(_ make: (inout SeededGenerator) -> Value) -> Value? {
        Bool.random(using: &self) ? make(&self) : nil
    }

    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) -> Number {
        Number.random(in: .min ... .max, using: &self)
    }

    mutating func address() -> IPAddress {
        Bool.random(using: &self)
            ? .v4(number())
            : .v6(UInt128(number(UInt64.self)) << 64 | UInt128(number(UInt64.self)))
    }

    mutating func endpoint() -> Endpoint {
        let address = address()
        return Endpoint(address: address, port: number(), scopeID: address.isIPv4 ? 0 : maybe { $0.number() } ?? 0)
    }

    mutating func prefix() -> IPPrefix {
        let address = address()
        return IPPrefix(address: address, length: Int.random(in: 0...address.bitWidth, using: &self))
            ?? IPPrefix(host: address)
    }

    mutating func change() -> DeviceChange {
        DeviceChange(
            privateKey: maybe { $0.key() }, listenPort: maybe { $0.number() }, fwmark: maybe { $0.number() },
            replacePeers: Bool.random(using: &self),
            peers: (0..<Int.random(in: 0...4, using: &self)).map { _ in peerChange() })
    }

    mutating func peerChange() -> PeerChange {
        let remove = Int.random(in: 0..<5, using: &self) == 0
        guard !remove else { return PeerChange(publicKey: key(), remove: true) }
        return PeerChange(
            publicKey: key(), updateOnly: Bool.random(using: &self), presharedKey: maybe { $0.key() },
            endpoint: maybe { $0.endpoint() }, persistentKeepalive: maybe { $0.number() },
            replaceAllowedIPs: Bool.random(using: &self),
            allowedIPs: (0..<Int.random(in: 0...5, using: &self)).map { _ in
                Bool.random(using: &self) ? .add(prefix()) : .remove(prefix())
            })
    }

    mutating func state(named name: InterfaceName) -> DeviceState {
        DeviceState(
            name: name, privateKey: maybe { $0.key() }, listenPort: number(), fwmark: maybe { $0.number() } ?? 0,
            peers: (0..<Int.random(in: 0...4, using: &self)).map { _ in
                PeerState(
                    publicKey: key(), presharedKey: maybe { $0.key() }, endpoint: maybe { $0.endpoint() },
                    lastHandshake: maybe {
                        HandshakeTime(
                            seconds: Int64.random(in: 1...Int64.max, using: &$0),
                            nanoseconds: Int64.random(in: 0...999_999_999, using: &$0))
                    },
                    receivedBytes: number(), sentBytes: number(), persistentKeepalive: number(),
                    allowedIPs: (0..<Int.random(in: 0...5, using: &self)).map { _ in prefix() })
            })
    }
}

func publicKey(_ byte: UInt8) -> PublicKey { PublicKey(bytes: KeyBytes(repeating: byte)) }

func prefix(_ text: String) throws -> IPPrefix {
    guard let prefix = IPPrefix(text) else { throw BadSample(text: text) }
    return prefix
}

struct BadSample: Error { let text: String }

let now = HandshakeTime(seconds: 1_800_000_000, nanoseconds: 5)
