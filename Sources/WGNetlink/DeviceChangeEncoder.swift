internal import CMnl
import WGModel

/// Makes the `WG_CMD_SET_DEVICE` messages for a change, each within a limit of bytes, and as long as one nest of peers
/// can be.
///
/// The device's own attributes are in the first message. A peer whose allowed IPs do not all fit goes on in the next
/// message with its key and further allowed IPs; what the first part said is not said again, but for "update only",
/// without which the continuation would create the peer.
struct DeviceChangeEncoder {
    private let family: UInt16
    private let name: InterfaceName
    private let change: DeviceChange
    /// Bytes in a message. One that holds a single element may be longer.
    var limit: Int

    private var isFirst = true
    private var peerIndex = 0
    /// The current peer's attributes were in an earlier message.
    private var isContinued = false
    private var allowedIPIndex = 0

    /// Where the current message's peers begin.
    private var peersStart = 0

    /// An attribute says its length in 16 bits, and ends on a multiple of 4. A message has one attribute of peers: of
    /// several, the kernel reads the last.
    static let longestNest = 65_532

    init(family: UInt16, name: InterfaceName, change: DeviceChange, limit: Int) {
        self.family = family
        self.name = name
        self.change = change
        self.limit = limit
    }

    /// `nil` when everything has been said.
    mutating func next(sequence: UInt32) -> MessageBuilder? {
        guard isFirst || peerIndex < change.peers.count else { return nil }
        var message = MessageBuilder(
            type: family, flags: MessageFlag.request | MessageFlag.acknowledge, sequence: sequence,
            capacity: change.peers.isEmpty ? 256 : min(max(limit, 256), Self.longestNest + 256))
        message.appendGenericHeader(command: UInt8(WG_CMD_SET_DEVICE.rawValue), version: UInt8(WG_GENL_VERSION))
        message.put(DeviceAttribute.ifName, name.text)
        let fixed = message.count
        if isFirst { putDevice(&message) }
        isFirst = false
        // A message that says nothing yet takes one element in any case: that is what keeps things going.
        putPeers(&message, mustTakeOne: message.count == fixed)
        return message
    }

    private func putDevice(_ message: inout MessageBuilder) {
        if let key = change.privateKey { message.put(DeviceAttribute.privateKey, key) }
        if let port = change.listenPort { message.put(DeviceAttribute.listenPort, port) }
        if let mark = change.fwmark { message.put(DeviceAttribute.fwmark, mark) }
        if change.replacePeers { message.put(DeviceAttribute.flags, WireGuardFlag.replacePeers) }
    }

    private mutating func putPeers(_ message: inout MessageBuilder, mustTakeOne: Bool) {
        guard peerIndex < change.peers.count else { return }
        let mark = message.count
        peersStart = mark
        var isEmpty = true
        message.nest(DeviceAttribute.peers) { message in
            while peerIndex < change.peers.count {
                let peer = change.peers[peerIndex]
                let progress = putPeer(peer, &message, mustTakeOne: mustTakeOne && isEmpty)
                if progress != .nothing { isEmpty = false }
                guard progress == .complete else { break }
                peerIndex += 1
                isContinued = false
                allowedIPIndex = 0
            }
        }
        if isEmpty { message.rollBack(to: mark) }
    }

    private func fits(_ message: MessageBuilder) -> Bool {
        message.count <= limit && message.count - peersStart <= Self.longestNest
    }

    private enum Progress {
        case nothing
        case part
        case complete
    }

    private mutating func putPeer(
        _ peer: PeerChange, _ message: inout MessageBuilder, mustTakeOne: Bool
    ) -> Progress {
        let mark = message.count
        var progress = Progress.nothing
        message.nest(0) { message in
            putAttributes(of: peer, &message)
            if !isContinued {
                guard fits(message) || mustTakeOne else { return }
                progress = .part
            }
            guard !peer.remove, allowedIPIndex < peer.allowedIPs.count else {
                progress = .complete
                return
            }
            let taken = putAllowedIPs(of: peer, &message, mustTakeOne: mustTakeOne && progress == .nothing)
            if allowedIPIndex == peer.allowedIPs.count {
                progress = .complete
            } else if taken > 0 {
                progress = .part
            }
        }
        if progress == .nothing {
            message.rollBack(to: mark)
        } else {
            isContinued = true
        }
        return progress
    }

    private func putAttributes(of peer: PeerChange, _ message: inout MessageBuilder) {
        message.put(PeerAttribute.publicKey, peer.publicKey)
        if peer.remove {
            message.put(PeerAttribute.flags, WireGuardFlag.removePeer)
            return
        }
        var flags: UInt32 = peer.updateOnly ? WireGuardFlag.updateOnly : 0
        if peer.replaceAllowedIPs && !isContinued { flags |= WireGuardFlag.replaceAllowedIPs }
        if flags != 0 { message.put(PeerAttribute.flags, flags) }
        guard !isContinued else { return }
        if let key = peer.presharedKey { message.put(PeerAttribute.presharedKey, key) }
        if let endpoint = peer.endpoint { message.put(PeerAttribute.endpoint, endpoint) }
        if let seconds = peer.persistentKeepalive { message.put(PeerAttribute.persistentKeepalive, seconds) }
    }

    /// How many fitted.
    private mutating func putAllowedIPs(
        of peer: PeerChange, _ message: inout MessageBuilder, mustTakeOne: Bool
    ) -> Int {
        let start = allowedIPIndex
        let mark = message.count
        message.nest(PeerAttribute.allowedIPs) { message in
            while allowedIPIndex < peer.allowedIPs.count {
                let before = message.count
                message.nest(0) { Self.putAllowedIP(peer.allowedIPs[allowedIPIndex], &$0) }
                if !fits(message), !(mustTakeOne && allowedIPIndex == start) {
                    message.rollBack(to: before)
                    return
                }
                allowedIPIndex += 1
            }
        }
        if allowedIPIndex == start { message.rollBack(to: mark) }
        return allowedIPIndex - start
    }

    private static func putAllowedIP(_ change: AllowedIPChange, _ message: inout MessageBuilder) {
        let prefix = change.prefix
        message.put(
            AllowedIPAttribute.family, prefix.address.isIPv4 ? AddressFamily.ipv4 : AddressFamily.ipv6)
        message.put(AllowedIPAttribute.address, prefix.address)
        message.put(AllowedIPAttribute.prefixLength, prefix.length)
        if case .remove = change { message.put(AllowedIPAttribute.flags, WireGuardFlag.removeAllowedIP) }
    }
}
