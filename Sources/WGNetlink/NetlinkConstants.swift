internal import CMnl

/// `nlmsg_type` (linux/netlink.h).
enum MessageType {
    static let noOperation: UInt16 = 1
    static let error: UInt16 = 2
    static let done: UInt16 = 3
    static let overrun: UInt16 = 4
}

/// `nlmsg_flags` (linux/netlink.h).
enum MessageFlag {
    static let request: UInt16 = 0x001
    static let acknowledge: UInt16 = 0x004
    static let dumpInterrupted: UInt16 = 0x010
    /// On a request: everything there is.
    static let dump: UInt16 = 0x300
    /// On a request that makes something: fail if it is there.
    static let exclusive: UInt16 = 0x200
    static let create: UInt16 = 0x400
    /// On an error: the request's payload is left out.
    static let capped: UInt16 = 0x100
    /// On an error or done message: attributes follow.
    static let ackTLVs: UInt16 = 0x200
}

/// `WGDEVICE_A_...` (linux/wireguard.h).
enum DeviceAttribute {
    static let ifIndex = UInt16(WGDEVICE_A_IFINDEX.rawValue)
    static let ifName = UInt16(WGDEVICE_A_IFNAME.rawValue)
    static let privateKey = UInt16(WGDEVICE_A_PRIVATE_KEY.rawValue)
    static let publicKey = UInt16(WGDEVICE_A_PUBLIC_KEY.rawValue)
    static let flags = UInt16(WGDEVICE_A_FLAGS.rawValue)
    static let listenPort = UInt16(WGDEVICE_A_LISTEN_PORT.rawValue)
    static let fwmark = UInt16(WGDEVICE_A_FWMARK.rawValue)
    static let peers = UInt16(WGDEVICE_A_PEERS.rawValue)
}

/// `WGPEER_A_...` (linux/wireguard.h). 0 is the padding before 64-bit values.
enum PeerAttribute {
    static let publicKey = UInt16(WGPEER_A_PUBLIC_KEY.rawValue)
    static let presharedKey = UInt16(WGPEER_A_PRESHARED_KEY.rawValue)
    static let flags = UInt16(WGPEER_A_FLAGS.rawValue)
    static let endpoint = UInt16(WGPEER_A_ENDPOINT.rawValue)
    static let persistentKeepalive = UInt16(WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL.rawValue)
    static let lastHandshake = UInt16(WGPEER_A_LAST_HANDSHAKE_TIME.rawValue)
    static let receivedBytes = UInt16(WGPEER_A_RX_BYTES.rawValue)
    static let sentBytes = UInt16(WGPEER_A_TX_BYTES.rawValue)
    static let allowedIPs = UInt16(WGPEER_A_ALLOWEDIPS.rawValue)
}

/// `WGALLOWEDIP_A_...` (linux/wireguard.h).
enum AllowedIPAttribute {
    static let family = UInt16(WGALLOWEDIP_A_FAMILY.rawValue)
    static let address = UInt16(WGALLOWEDIP_A_IPADDR.rawValue)
    static let prefixLength = UInt16(WGALLOWEDIP_A_CIDR_MASK.rawValue)
    /// Linux 6.16.
    static let flags: UInt16 = 4
}

/// The flag words of linux/wireguard.h.
enum WireGuardFlag {
    static let replacePeers: UInt32 = WGDEVICE_F_REPLACE_PEERS.rawValue
    static let removePeer: UInt32 = WGPEER_F_REMOVE_ME.rawValue
    static let replaceAllowedIPs: UInt32 = WGPEER_F_REPLACE_ALLOWEDIPS.rawValue
    static let updateOnly: UInt32 = WGPEER_F_UPDATE_ONLY.rawValue
    /// Linux 6.16.
    static let removeAllowedIP: UInt32 = 1
}

/// Address families as netlink carries them.
enum AddressFamily {
    static let ipv4 = UInt16(AF_INET)
    static let ipv6 = UInt16(AF_INET6)
}
