import WGModel

/// Puts the messages of a `WG_CMD_GET_DEVICE` dump together.
///
/// Only the first message has the device's own attributes, or the first two, if the first peer did not fit beside
/// them: the last word counts. A peer that did not fit goes on in the next message with its key and further allowed
/// IPs, so neighbours of the same key are one peer.
struct DeviceDumpMerger {
    private(set) var state: DeviceState

    /// - Parameter name: as asked for; the kernel's word replaces it.
    init(name: InterfaceName) { state = DeviceState(name: name) }

    /// Takes one message's attributes; `false` if they make no sense.
    mutating func merge(_ attributes: AttributeReader) -> Bool {
        var reader = attributes
        while let type = reader.next() {
            switch type {
            case DeviceAttribute.ifName:
                if let name = try? InterfaceName(reader.string()) { state.name = name }
            case DeviceAttribute.privateKey:
                let key = PrivateKey(bytes: reader.keyBytes())
                state.privateKey = key.isZero ? nil : key
            case DeviceAttribute.publicKey:
                let key = PublicKey(bytes: reader.keyBytes())
                state.publicKey = key.isZero ? nil : key
            case DeviceAttribute.listenPort:
                state.listenPort = reader.uint16()
            case DeviceAttribute.fwmark:
                state.fwmark = reader.uint32()
            case DeviceAttribute.peers:
                reader.nested { peers in
                    while peers.next() != nil { peers.nested { mergePeer(&$0) } }
                }
            default:
                break
            }
        }
        return !reader.isMalformed
    }

    private mutating func mergePeer(_ attributes: inout AttributeReader) {
        guard let key = Self.publicKey(in: attributes) else {
            attributes.markMalformed()
            return
        }
        if state.peers.last?.publicKey != key { state.peers.append(PeerState(publicKey: key)) }
        Self.read(&attributes, into: &state.peers[state.peers.count - 1])
    }

    private static func publicKey(in attributes: AttributeReader) -> PublicKey? {
        var reader = attributes
        while let type = reader.next() {
            guard type == PeerAttribute.publicKey else { continue }
            let key = PublicKey(bytes: reader.keyBytes())
            return reader.isMalformed ? nil : key
        }
        return nil
    }

    private static func read(_ reader: inout AttributeReader, into peer: inout PeerState) {
        while let type = reader.next() {
            switch type {
            case PeerAttribute.presharedKey:
                let key = PresharedKey(bytes: reader.keyBytes())
                peer.presharedKey = key.isZero ? nil : key
            case PeerAttribute.endpoint:
                if let endpoint = Endpoint(socketAddress: &reader) { peer.endpoint = endpoint }
            case PeerAttribute.persistentKeepalive:
                peer.persistentKeepalive = reader.uint16()
            case PeerAttribute.lastHandshake:
                let time = HandshakeTime(seconds: reader.integer(), nanoseconds: reader.integer(at: 8))
                peer.lastHandshake = time == HandshakeTime(seconds: 0, nanoseconds: 0) ? nil : time
            case PeerAttribute.receivedBytes:
                peer.receivedBytes = reader.uint64()
            case PeerAttribute.sentBytes:
                peer.sentBytes = reader.uint64()
            case PeerAttribute.allowedIPs:
                reader.nested { list in
                    while list.next() != nil {
                        list.nested { if let prefix = allowedIP(&$0) { peer.allowedIPs.append(prefix) } }
                    }
                }
            default:
                break
            }
        }
    }

    /// `nil` for a family that is neither IPv4 nor IPv6, and for what makes no sense.
    private static func allowedIP(_ reader: inout AttributeReader) -> IPPrefix? {
        var family: UInt16?
        var length: UInt8?
        var source: AttributeReader?
        while let type = reader.next() {
            switch type {
            case AllowedIPAttribute.family: family = reader.uint16()
            case AllowedIPAttribute.address: source = reader
            case AllowedIPAttribute.prefixLength: length = reader.uint8()
            default: break
            }
        }
        guard !reader.isMalformed, let family, let length, var source else {
            reader.markMalformed()
            return nil
        }
        let address: IPAddress
        switch family {
        case AddressFamily.ipv4: address = .v4(source.bigEndian())
        case AddressFamily.ipv6: address = .v6(source.bigEndian())
        default: return nil
        }
        guard !source.isMalformed, let prefix = IPPrefix(address: address, length: Int(length)) else {
            reader.markMalformed()
            return nil
        }
        return prefix
    }
}

extension Endpoint {
    /// Reads `struct sockaddr_in` or `struct sockaddr_in6`; `nil` for any other family or size.
    fileprivate init?(socketAddress reader: inout AttributeReader) {
        let family: UInt16 = reader.integer()
        switch (family, reader.payload.count) {
        case (AddressFamily.ipv4, 16):
            self.init(address: .v4(reader.bigEndian(at: 4)), port: reader.bigEndian(at: 2))
        case (AddressFamily.ipv6, 28):
            self.init(
                address: .v6(reader.bigEndian(at: 8)), port: reader.bigEndian(at: 2),
                scopeID: reader.integer(at: 24))
        default:
            return nil
        }
    }
}
