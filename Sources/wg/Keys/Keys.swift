import WGCrypto
import WGModel

extension Program {
    func genkey() -> ExitStatus { printSecret(Random.privateKey().base64) }

    func genpsk() -> ExitStatus { printSecret(Random.presharedKey().base64) }

    func pubkey() -> ExitStatus {
        let bytes: [UInt8]
        do {
            bytes = try host.readInput(limit: KeyText.limit)
        } catch {
            return fail(messages.cannotReadInput(error))
        }
        switch KeyText.parse(PrivateKey.self, bytes, nulIsSpace: true) {
        case .key(let key): return print(X25519.publicKey(of: key).base64 + "\n")
        case .empty, .invalid: return fail(messages.invalidInputKey)
        case .trailingCharacters: return fail(messages.trailingInput)
        }
    }

    private func printSecret(_ text: String) -> ExitStatus {
        if host.outputIsOpenToOthers { host.writeError(messages.outputIsOpenToOthers) }
        return print(text + "\n")
    }
}

/// A key as a file or standard input holds it: 44 characters first, then nothing but white space.
enum KeyText {
    /// How much white space may follow a key is limited, so that no device file is read for ever.
    static let limit = 1 << 16

    enum Content<K: Key> {
        case key(K)
        /// No bytes at all.
        case empty
        case invalid
        case trailingCharacters
    }

    static func parse<K: Key>(_ type: K.Type, _ bytes: [UInt8], nulIsSpace: Bool = false) -> Content<K> {
        guard !bytes.isEmpty else { return .empty }
        guard bytes.count >= 44 else { return .invalid }
        let rest = bytes[44...]
        let isClean = rest.allSatisfy { (9...13).contains($0) || $0 == 32 || nulIsSpace && $0 == 0 }
        guard isClean, bytes.count <= limit else { return .trailingCharacters }
        guard let key = K(base64: bytes[..<44]) else { return .invalid }
        return .key(key)
    }
}
