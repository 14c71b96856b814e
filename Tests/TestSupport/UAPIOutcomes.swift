public import WGModel
public import WGUAPI

/// What a stream of steps amounts to, request by request.
public enum UAPIRequest: Equatable, Sendable {
    case get
    case set(DeviceChange)
}

/// Puts the settings of a request together: a later line of the same key wins, `replace_allowed_ips` drops the allowed
/// IPs that came before it, and a repeated `public_key` starts another change of the same peer.
public struct UAPIRequestReader {
    private var change = DeviceChange()

    public init() {}

    /// The request that ends with this step.
    public mutating func take(_ step: UAPIRequestStep) -> UAPIRequest? {
        switch step {
        case .get: return .get
        case .setting(let setting):
            change.take(setting)
            return nil
        case .endOfSet:
            defer { change = DeviceChange() }
            return .set(change)
        }
    }

    /// The request so far has failed.
    public mutating func drop() { change = DeviceChange() }
}

/// Every outcome of a stream of requests that arrives in pieces, up to the point where more bytes are needed.
public func requestOutcomes(_ bytes: [UInt8], piece: Int) -> [Result<UAPIRequest, UAPIError>] {
    var parser = UAPIRequestParser()
    var reader = UAPIRequestReader()
    var found: [Result<UAPIRequest, UAPIError>] = []
    for start in stride(from: 0, to: bytes.count, by: piece) {
        parser.append(bytes[start..<min(start + piece, bytes.count)])
        while true {
            do {
                guard let step = try parser.next() else { break }
                if let request = reader.take(step) { found.append(.success(request)) }
            } catch {
                reader.drop()
                found.append(.failure(error))
                if error.closesConnection { return found }
            }
        }
    }
    return found
}

extension DeviceChange {
    fileprivate mutating func take(_ setting: UAPISetting) {
        switch setting {
        case .privateKey(let key): privateKey = key
        case .listenPort(let port): listenPort = port
        case .fwmark(let mark): fwmark = mark
        case .replacePeers: replacePeers = true
        case .peer(let key): peers.append(PeerChange(publicKey: key))
        default: peers[peers.count - 1].take(setting)
        }
    }

    /// The same as lines of a request, in the order in which the kernel module applies them.
    public var settings: [UAPISetting] {
        var settings: [UAPISetting] = []
        if let mark = fwmark { settings.append(.fwmark(mark)) }
        if let port = listenPort { settings.append(.listenPort(port)) }
        if replacePeers { settings.append(.replacePeers) }
        if let key = privateKey { settings.append(.privateKey(key)) }
        return settings + peers.flatMap(\.settings)
    }
}

extension PeerChange {
    fileprivate mutating func take(_ setting: UAPISetting) {
        switch setting {
        case .remove: remove = true
        case .updateOnly: updateOnly = true
        case .presharedKey(let key): presharedKey = key
        case .endpoint(let endpoint): self.endpoint = endpoint
        case .persistentKeepalive(let seconds): persistentKeepalive = seconds
        case .replaceAllowedIPs:
            replaceAllowedIPs = true
            allowedIPs = []
        case .allowedIP(let change): allowedIPs.append(change)
        case .privateKey, .listenPort, .fwmark, .replacePeers, .peer: break
        }
    }

    fileprivate var settings: [UAPISetting] {
        var settings: [UAPISetting] = [.peer(publicKey)]
        if remove { return settings + [.remove] }
        if updateOnly { settings.append(.updateOnly) }
        if let key = presharedKey { settings.append(.presharedKey(key)) }
        if let endpoint { settings.append(.endpoint(endpoint)) }
        if let seconds = persistentKeepalive { settings.append(.persistentKeepalive(seconds)) }
        if replaceAllowedIPs { settings.append(.replaceAllowedIPs) }
        return settings + allowedIPs.map { .allowedIP($0) }
    }
}
