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
            next += 1
            let isAfterPeer = !request.change.peers.isEmpty
            guard let keyword = SetKeyword(rawValue: words[next - 1]),
                SetKeyword.expected(afterPeer: isAfterPeer).contains(keyword)
            else { throw fault(.unexpected(isAfterPeer: isAfterPeer)) }
            try parse(keyword, request.change.peers.count - 1)
        }
        return request
    }

    /// - Parameter peer: the index of the peer that the word is about, if it is about one.
    private mutating func parse(_ keyword: SetKeyword, _ peer: Int) throws(Fault) {
        switch keyword {
        case .listenPort: request.listenPort = try value(ValueParser.listenPort)
        case .fwmark: request.change.fwmark = try value(ValueParser.fwmark)
        case .privateKey: request.change.privateKey = PrivateKey(bytes: try key())
        case .peer: request.change.peers.append(PeerChange(publicKey: try value(ValueParser.publicKey)))
        case .remove: request.change.peers[peer].remove = true
        case .presharedKey: request.change.peers[peer].presharedKey = PresharedKey(bytes: try key())
        case .endpoint: request.endpoints.append((peer, try value(ValueParser.endpoint)))
        case .persistentKeepalive:
            request.change.peers[peer].persistentKeepalive = try value(ValueParser.persistentKeepalive)
        case .allowedIPs:
            let list = try value(ValueParser.allowedIPs)
            request.change.peers[peer].replaceAllowedIPs = list.replaces
            request.change.peers[peer].allowedIPs += list.changes
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
