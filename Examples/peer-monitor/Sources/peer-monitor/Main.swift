import Foundation
import WireGuardControl

/// peer-monitor                            lists devices and their peers
/// peer-monitor follow DEVICE              tells what happens to a device, until it is interrupted
/// peer-monitor invite DEVICE ADDRESS/LENGTH   adds a peer with a new key, and prints the peer's configuration
/// peer-monitor allow PEER ALLOWED-IPS     edits a configuration file on its way from standard input to standard output
@main
struct PeerMonitor {
    static func main() async {
        let words = Array(CommandLine.arguments.dropFirst())
        do {
            switch (words.first, words.count) {
            case (nil, _): try list()
            case ("follow", 2): try await follow(InterfaceName(words[1]))
            case ("invite", 3): try invite(to: InterfaceName(words[1]), allowedIPs: words[2])
            case ("allow", 3): try allow(words[1], words[2])
            default: throw Failure(text: "usage: peer-monitor [follow DEVICE | invite DEVICE IPS | allow PEER IPS]")
            }
        } catch {
            FileHandle.standardError.write(Data("peer-monitor: \(error)\n".utf8))
            exit(1)
        }
    }

    static func list() throws {
        let devices = WireGuardDevices()
        for name in try devices.list() {
            let state = try devices.state(of: name)
            say("\(name): port \(state.listenPort), \(state.peers.count) peers")
            for peer in state.peers {
                say("  \(peer.publicKey) at \(peer.endpoint.map { "\($0)" } ?? "an unknown address")")
            }
        }
    }

    static func follow(_ name: InterfaceName) async throws {
        for try await event in WireGuardDevices().changes(of: name, every: .milliseconds(200)) {
            switch event.kind {
            case .appeared(let state): say("\(name) is there, with \(state.peers.count) peers")
            case .vanished: say("\(name) is gone")
            case .interfaceChanged(let state): say("\(name) listens on port \(state.listenPort)")
            case .peerAdded(let peer): say("\(peer.publicKey) was added")
            case .peerRemoved(let peer): say("\(peer.publicKey) was removed")
            case .peerChanged(let peer):
                say("\(peer.publicKey) may use \(peer.allowedIPs.map(\.description).joined(separator: ", "))")
            case .endpointChanged(let key, let endpoint):
                say("\(key) is at \(endpoint.map { "\($0)" } ?? "no address")")
            case .handshakeCompleted(let key, _): say("\(key) is connected")
            case .wentStale(let key): say("\(key) is silent")
            case .transferred(let key, let received, let sent):
                say("\(key) sent us \(received) bytes and got \(sent)")
            }
        }
    }

    static func invite(to name: InterfaceName, allowedIPs: String) throws {
        let devices = WireGuardDevices()
        let list = try ValueParser.allowedIPs(allowedIPs).get()
        let key = PrivateKey.generate()
        let peer = PeerChange(publicKey: key.publicKey, replaceAllowedIPs: true, allowedIPs: list.changes)
        try devices.apply(DeviceChange(peers: [peer]), to: name)

        var editor = DocumentEditor(Document(text: "# from peer-monitor\n"))
        try editor.set(.privateKey, to: key.base64)
        try editor.set(.address, to: allowedIPs)
        if let ours = try devices.state(of: name).publicKey {
            try editor.add(PeerConfig(publicKey: ours, persistentKeepalive: 25), comment: "the host of \(name)")
        }
        say(editor.document.text, terminator: "")
    }

    static func allow(_ peer: String, _ allowedIPs: String) throws {
        let document = Document(bytes: [UInt8](FileHandle.standardInput.readDataToEndOfFile()))
        let result = ConfigParser.parseQuick(document)
        guard result.value != nil else {
            throw Failure(text: DiagnosticText.render(result.diagnostics, file: "standard input"))
        }
        let key = try ValueParser.publicKey(peer).get()
        var editor = DocumentEditor(document)
        try editor.set(.allowedIPs, to: allowedIPs, ofPeer: key)
        FileHandle.standardOutput.write(Data(editor.document.bytes))
    }

    /// At once, even into a pipe.
    static func say(_ text: String, terminator: String = "\n") {
        FileHandle.standardOutput.write(Data((text + terminator).utf8))
    }

    struct Failure: Error, CustomStringConvertible {
        let text: String
        var description: String { text }
    }
}
