import WGModel

@testable import WGNetlink

/// What the kernel makes of `WG_CMD_SET_DEVICE` messages, as far as the encoder could get it wrong.
struct ModelKernel: Equatable {
    struct Peer: Equatable {
        var presharedKey: [UInt8]?
        var endpoint: [UInt8]?
        var keepalive: UInt16?
        var allowedIPs: Set<IPPrefix> = []
    }

    var privateKey: [UInt8]?
    var listenPort: UInt16?
    var fwmark: UInt32?
    var peers: [PublicKey: Peer] = [:]
    /// The longest nest seen.
    var longestNest = 0

    static func == (left: ModelKernel, right: ModelKernel) -> Bool {
        left.privateKey == right.privateKey && left.listenPort == right.listenPort && left.fwmark == right.fwmark
            && left.peers == right.peers
    }

    /// Applies one message; `false` if it makes no sense.
    mutating func apply(_ message: [UInt8]) -> Bool {
        guard let parsed = NetlinkMessage.split(message), parsed.count == 1,
            parsed[0].payload.upperBound == message.count
        else { return false }
        var reader = parsed[0].attributes(after: GenericFamily.headerSize)
        while let type = reader.next() {
            let payload = Array(message[reader.payload])
            switch type {
            case DeviceAttribute.ifName: if reader.string() != "wg0" { return false }
            case DeviceAttribute.privateKey: privateKey = payload
            case DeviceAttribute.listenPort: listenPort = reader.uint16()
            case DeviceAttribute.fwmark: fwmark = reader.uint32()
            case DeviceAttribute.flags: if reader.uint32() == 1 { peers = [:] }
            case DeviceAttribute.peers:
                longestNest = max(longestNest, payload.count + 4)
                reader.nested { list in
                    while list.next() != nil { list.nested { applyPeer(&$0, in: message) } }
                }
            default: return false
            }
        }
        return !reader.isMalformed
    }

    private mutating func applyPeer(_ reader: inout AttributeReader, in message: [UInt8]) {
        var key: PublicKey?
        var flags: UInt32 = 0
        var change = Peer()
        var list: AttributeReader?
        while let type = reader.next() {
            let payload = Array(message[reader.payload])
            switch type {
            case PeerAttribute.publicKey: key = PublicKey(bytes: reader.keyBytes())
            case PeerAttribute.flags: flags = reader.uint32()
            case PeerAttribute.presharedKey: change.presharedKey = payload
            case PeerAttribute.endpoint: change.endpoint = payload
            case PeerAttribute.persistentKeepalive: change.keepalive = reader.uint16()
            case PeerAttribute.allowedIPs: list = reader
            default: reader.markMalformed()
            }
        }
        guard let key else { return reader.markMalformed() }
        if flags & 1 != 0 {
            peers[key] = nil
            return
        }
        if flags & 4 != 0, peers[key] == nil { return }
        var peer = peers[key] ?? Peer()
        if flags & 2 != 0 { peer.allowedIPs = [] }
        peer.presharedKey = change.presharedKey ?? peer.presharedKey
        peer.endpoint = change.endpoint ?? peer.endpoint
        peer.keepalive = change.keepalive ?? peer.keepalive
        peers[key] = peer
        list?.nested { entries in
            while entries.next() != nil { entries.nested { applyAllowedIP(&$0, to: key, in: message) } }
        }
        if list?.isMalformed == true { reader.markMalformed() }
    }

    private mutating func applyAllowedIP(_ reader: inout AttributeReader, to key: PublicKey, in message: [UInt8]) {
        var address: IPAddress?
        var length: UInt8?
        var removes = false
        while let type = reader.next() {
            switch type {
            case AllowedIPAttribute.family: break
            case AllowedIPAttribute.address: address = IPAddress(networkBytes: message[reader.payload])
            case AllowedIPAttribute.prefixLength: length = reader.uint8()
            case AllowedIPAttribute.flags: removes = reader.uint32() == 1
            default: reader.markMalformed()
            }
        }
        guard let address, let length, let prefix = IPPrefix(address: address, length: Int(length)) else {
            return reader.markMalformed()
        }
        if removes {
            peers[key]?.allowedIPs.remove(prefix)
        } else {
            for other in peers.keys { peers[other]?.allowedIPs.remove(prefix) }
            peers[key]?.allowedIPs.insert(prefix)
        }
    }

    private static func socketAddress(_ endpoint: Endpoint) -> [UInt8] {
        let port = [UInt8(endpoint.port >> 8), UInt8(endpoint.port & 255)]
        let address = endpoint.address.networkBytes
        return endpoint.address.isIPv4
            ? [2, 0] + port + address + [UInt8](repeating: 0, count: 8)
            : [10, 0] + port + [0, 0, 0, 0] + address + Datagram.bytes(endpoint.scopeID)
    }

    /// What a change does, without any messages between: the encoder's meaning.
    mutating func apply(_ change: DeviceChange) {
        if let key = change.privateKey { privateKey = key.array }
        if let port = change.listenPort { listenPort = port }
        if let mark = change.fwmark { fwmark = mark }
        if change.replacePeers { peers = [:] }
        for item in change.peers {
            if item.remove { peers[item.publicKey] = nil }
            if item.remove || item.updateOnly && peers[item.publicKey] == nil { continue }
            var peer = peers[item.publicKey] ?? Peer()
            if item.replaceAllowedIPs { peer.allowedIPs = [] }
            if let key = item.presharedKey { peer.presharedKey = key.array }
            if let endpoint = item.endpoint { peer.endpoint = Self.socketAddress(endpoint) }
            if let seconds = item.persistentKeepalive { peer.keepalive = seconds }
            peers[item.publicKey] = peer
            for entry in item.allowedIPs {
                switch entry {
                case .remove(let prefix): peers[item.publicKey]?.allowedIPs.remove(prefix)
                case .add(let prefix):
                    for other in peers.keys { peers[other]?.allowedIPs.remove(prefix) }
                    peers[item.publicKey]?.allowedIPs.insert(prefix)
                }
            }
        }
    }
}
