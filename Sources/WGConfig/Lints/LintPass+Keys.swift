import WGModel

extension LintPass {
    mutating func checkKeys() {
        let ownKeys = [facts.publicKey].compactMap { $0 }
        var publicKeys: [PublicKey: LintSource.PlaceRange] = [:]
        for peer in peers {
            guard let key = peer.publicKey else { continue }
            if publicKeys[key.value] == nil { publicKeys[key.value] = key.range }
            if ownKeys.contains(key.value) { report(.ownPublicKey, key.range, related: interface.privateKey?.range) }
            if isPrivateKey(key.value.bytes) {
                report(.privateKeyAsPublicKey, key.range, related: interface.privateKey?.range)
            }
        }
        for peer in peers {
            guard let key = peer.presharedKey, !key.value.isZero else { continue }
            if isPrivateKey(key.value.bytes) {
                report(.privateKeyAsPresharedKey, key.range, related: interface.privateKey?.range)
            } else if let place = publicKeys[PublicKey(bytes: key.value.bytes)] {
                report(.publicKeyAsPresharedKey, key.range, related: place)
            }
        }
        guard let key = interface.privateKey, !key.value.isZero else {
            if !interface.hooks.contains(where: { $0.command.hasBytes(of: "private-key") }) {
                report(.noPrivateKey, interface.privateKey?.range ?? interface.header)
            }
            return
        }
        if key.value != key.value.clamped { report(.unclampedPrivateKey, key.range) }
    }

    private func isPrivateKey(_ bytes: KeyBytes) -> Bool {
        guard let key = interface.privateKey?.value, !key.isZero else { return false }
        return PrivateKey(bytes: bytes).clamped == key.clamped
    }
}
