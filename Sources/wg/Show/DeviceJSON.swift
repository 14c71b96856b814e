import WGCommandLine
import WGModel

/// What a device reports, and the names of its peers if somebody asked for them.
struct NamedDevice {
    let state: DeviceState
    let names: [PublicKey: String]?
}

/// Devices as JSON. The man page documents the schema. Under the same number members are added to it, but none is taken
/// away or gets another meaning.
struct DeviceJSON {
    private static let schema = 1

    /// Whether keys are written, and not only that there are some.
    let showsSecrets: Bool
    let scopeName: (UInt32) -> String?

    func text(of devices: [NamedDevice]) -> String {
        Self.document { json in
            json.name("devices")
            json.array(devices, write)
        }
    }

    static func text(of interfaces: [InterfaceName]) -> String {
        document { json in
            json.name("interfaces")
            json.array(interfaces) { $0.string($1.text) }
        }
    }

    private static func document(_ members: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        json.object {
            $0.member("schema", schema)
            members(&$0)
        }
        return json.text + "\n"
    }

    private func write(_ json: inout JSONWriter, _ device: NamedDevice) {
        let state = device.state
        json.object { json in
            json.member("name", state.name.text)
            json.member("publicKey", text(state.publicKey))
            writeSecret(&json, "hasPrivateKey", "privateKey", state.privateKey)
            json.member("listenPort", nonZero(state.listenPort))
            json.member("fwmark", nonZero(state.fwmark))
            json.member("isComplete", state.isComplete)
            json.name("peers")
            json.array(state.peers) { write(&$0, $1, device.names) }
        }
    }

    private func write(_ json: inout JSONWriter, _ peer: PeerState, _ names: [PublicKey: String]?) {
        json.object { json in
            json.member("publicKey", peer.publicKey.base64)
            if let names { json.member("name", names[peer.publicKey]) }
            writeSecret(&json, "hasPresharedKey", "presharedKey", peer.presharedKey)
            json.member("endpoint", peer.endpoint, write)
            json.name("allowedIPs")
            json.array(peer.allowedIPs) { $0.string($1.description) }
            json.member("latestHandshake", peer.lastHandshake.flatMap { $0.seconds == 0 ? nil : $0 }) { json, time in
                json.object {
                    $0.member("seconds", time.seconds)
                    $0.member("nanoseconds", time.nanoseconds)
                }
            }
            json.member("receivedBytes", peer.receivedBytes)
            json.member("sentBytes", peer.sentBytes)
            json.member("persistentKeepalive", nonZero(peer.persistentKeepalive))
        }
    }

    private func write(_ json: inout JSONWriter, _ endpoint: Endpoint) {
        json.object {
            $0.member("text", endpoint.description(scopeName: scopeName))
            $0.member("address", endpoint.address.description)
            $0.member("scope", endpoint.scopeID == 0 ? nil : scopeName(endpoint.scopeID) ?? String(endpoint.scopeID))
            $0.member("port", endpoint.port)
        }
    }

    private func writeSecret(_ json: inout JSONWriter, _ question: String, _ name: String, _ key: (some Key)?) {
        let text = text(key)
        json.member(question, text != nil)
        if showsSecrets { json.member(name, text) }
    }

    /// A key of zeros is no key.
    private func text(_ key: (some Key)?) -> String? { key.flatMap { $0.isZero ? nil : $0.base64 } }

    private func nonZero<Value: BinaryInteger>(_ value: Value) -> Value? { value == 0 ? nil : value }
}
