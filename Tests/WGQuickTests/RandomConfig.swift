import TestSupport
import WGConfig
import WGModel

extension QuickConfig {
    /// A configuration that a kernel would take: no address and no allowed IP twice.
    static func random(seed: UInt64) -> QuickConfig {
        var generator = SeededGenerator(seed: seed)
        func prefixes(upTo count: Int) -> [IPPrefix] {
            let candidates = (0..<Int.random(in: 0...count, using: &generator)).map { _ in
                let isIPv4 = Bool.random(using: &generator)
                // A small space, so that prefixes cover each other often.
                let address: IPAddress =
                    isIPv4
                    ? .v4(0x0a00_0000 | UInt32.random(in: 0...0xffff, using: &generator))
                    : .v6(0xfd << 120 | UInt128(UInt32.random(in: 0...0xffff, using: &generator)))
                let width = address.bitWidth
                return IPPrefix(address: address, length: Int.random(in: (width - 24)...width, using: &generator))!
                    .masked
            }
            return Array(Set(candidates)).sorted()
        }
        func hooks(_ name: String) -> [String] {
            (0..<Int.random(in: 0...2, using: &generator)).map { "\(name) %i \($0)" }
        }
        let defaults = ["0.0.0.0/0", "::/0"].filter { _ in Int.random(in: 0..<3, using: &generator) == 0 }
        let peers = (prefixes(upTo: 12) + defaults.compactMap { IPPrefix($0) }).enumerated().map { index, prefix in
            PeerConfig(
                publicKey: PublicKey(bytes: KeyBytes(repeating: UInt8(index))),
                endpoint: Bool.random(using: &generator) ? EndpointName(host: "192.0.2.1", service: "1") : nil,
                allowedIPs: [.add(prefix)])
        }
        return QuickConfig(
            addresses: prefixes(upTo: 4), mtu: Bool.random(using: &generator) ? 1280 : nil,
            table: [.automatic, .off, .number(200)].randomElement(using: &generator)!,
            preUp: hooks("pre-up"), postUp: hooks("post-up"), preDown: hooks("pre-down"),
            postDown: hooks("post-down"), wireGuard: WireGuardConfig(peers: peers))
    }
}
