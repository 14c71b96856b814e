import WGConfig
import WGLinux
import WGModel

/// The words of `wg set` after the interface's name, as a change with names that are not resolved yet.
struct SetArguments {
    struct Request {
        var change = DeviceChange()
        var listenPort: PortName?
        /// By the index of the peer in `change.peers`.
        var endpoints: [(peer: Int, name: EndpointName)] = []
    }

    /// What is wrong, and with which word: 1 is the first after `set`, the interface's name.
    struct Fault: Error, Equatable {
        enum Kind: Equatable {
            /// Not a word of the grammar, or not in this place.
            case unexpected(isAfterPeer: Bool)
            /// The last word wants another one after it.
            case missingValue
            case invalidValue(String, ValueFault)
            case keyFile(String, KeyFileFault)
        }

        let kind: Kind
        let word: String
        let position: Int
    }

    enum KeyFileFault: Error, Equatable {
        case unreadable(Errno)
        case invalid
        case trailingCharacters
    }

    private let words: [String]
    private let readKey: (String) throws(KeyFileFault) -> KeyBytes
    private var next = 0
    private var request = Request()

    init(_ words: [String], files readKey: @escaping (String) throws(KeyFileFault) -> KeyBytes) {
        self.words = words
        self.readKey = readKey
    }

    mutating func parse() throws(Fault) -> Request {
        while next < words.count {
            let word = words[next]
            next += 1
            if word == "peer" {
                let key = try value(ValueParser.publicKey)
                request.change.peers.append(PeerChange(publicKey: key))
            } else if request.change.peers.isEmpty {
                try parseDevice(word)
            } else {
                try parsePeer(word, request.change.peers.count - 1)
            }
        }
        return request
    }

    private mutating func parseDevice(_ word: String) throws(Fault) {
        switch word {
        case "listen-port": request.listenPort = try value(ValueParser.listenPort)
        case "fwmark": request.change.fwmark = try value(ValueParser.fwmark)
        case "private-key": request.change.privateKey = PrivateKey(bytes: try key())
        default: throw fault(.unexpected(isAfterPeer: false))
        }
    }

    private mutating func parsePeer(_ word: String, _ peer: Int) throws(Fault) {
        switch word {
        case "remove": request.change.peers[peer].remove = true
        case "preshared-key": request.change.peers[peer].presharedKey = PresharedKey(bytes: try key())
        case "endpoint": request.endpoints.append((peer, try value(ValueParser.endpoint)))
        case "persistent-keepalive":
            request.change.peers[peer].persistentKeepalive = try value(ValueParser.persistentKeepalive)
        case "allowed-ips":
            let list = try value(ValueParser.allowedIPs)
            request.change.peers[peer].replaceAllowedIPs = list.replaces
            request.change.peers[peer].allowedIPs += list.changes
        default: throw fault(.unexpected(isAfterPeer: true))
        }
    }

    private mutating func value<Value>(
        _ parse: (String) -> Result<Value, ValueError>
    ) throws(Fault) -> Value {
        let keyword = words[next - 1]
        let text = try operand()
        switch parse(text) {
        case .success(let value): return value
        case .failure(let error): throw fault(.invalidValue(keyword, error.fault))
        }
    }

    private mutating func key() throws(Fault) -> KeyBytes {
        let keyword = words[next - 1]
        let path = try operand()
        do {
            return try readKey(path)
        } catch {
            throw fault(.keyFile(keyword, error))
        }
    }

    private mutating func operand() throws(Fault) -> String {
        guard next < words.count else { throw fault(.missingValue) }
        next += 1
        return words[next - 1]
    }

    /// About the word that was taken last.
    private func fault(_ kind: Fault.Kind) -> Fault {
        Fault(kind: kind, word: words[next - 1], position: next + 1)
    }
}
