import TestSupport
import Testing
import WGModel

@testable import WGNetlink

/// The bytes of requests, one comment for each structure. Integers are as on a little-endian machine.
struct RequestTests {
    private static let name = try? InterfaceName("wg0")

    @Test("asking for the family is one controller message")
    func resolve() throws {
        let transport = ScriptedTransport([.answer(Datagram.wireGuardFamily)])
        let family = try GenericFamily(resolving: "wireguard", over: NetlinkConnection(transport))
        #expect(family.id == 0x1c)
        #expect(
            transport.requests == [
                hex(
                    """
                    24000000 1000 0500 01000000 00000000  # nlmsghdr: 36 bytes, GENL_ID_CTRL, REQUEST|ACK, number 1
                    03 01 0000                            # genlmsghdr: CTRL_CMD_GETFAMILY, version 1
                    0e00 0200 776972656775617264 00 0000  # CTRL_ATTR_FAMILY_NAME "wireguard"
                    """)
            ])
    }

    @Test("a get is a dump request with the name alone")
    func get() throws {
        let transport = ScriptedTransport([.answer(Datagram.wireGuardFamily), .answer([Datagram.done])])
        let family = try WireGuardFamily(connection: NetlinkConnection(transport), messageLimit: 4096)
        let name = try #require(Self.name)
        #expect(try family.get(name) == DeviceState(name: name))
        #expect(
            transport.requests.last
                == hex(
                    """
                    1c000000 1c00 0103 02000000 00000000  # nlmsghdr: 28 bytes, the family, REQUEST|DUMP, number 2
                    00 01 0000                            # genlmsghdr: WG_CMD_GET_DEVICE, version 1
                    0800 0200 77673000                    # WGDEVICE_A_IFNAME "wg0"
                    """))
    }

    @Test("a set has the device first, then peers and their allowed IPs in nests")
    func set() throws {
        let change = DeviceChange(
            privateKey: PrivateKey(bytes: KeyBytes(repeating: 0x11)), listenPort: 51820, fwmark: 0xca6c,
            replacePeers: true,
            peers: [
                PeerChange(
                    publicKey: PublicKey(bytes: KeyBytes(repeating: 0x22)), updateOnly: true,
                    presharedKey: PresharedKey(bytes: KeyBytes(repeating: 0x33)),
                    endpoint: Endpoint("192.0.2.1:4500"), persistentKeepalive: 25, replaceAllowedIPs: true,
                    allowedIPs: [
                        .add(try #require(IPPrefix("10.0.0.0/8"))), .remove(try #require(IPPrefix("2001:db8::/32"))),
                    ]),
                PeerChange(
                    publicKey: PublicKey(bytes: KeyBytes(repeating: 0x44)), endpoint: Endpoint("[fe80::1%7]:4500")),
                PeerChange(publicKey: PublicKey(bytes: KeyBytes(repeating: 0x55)), remove: true),
            ])
        var encoder = DeviceChangeEncoder(family: 0x1c, name: try #require(Self.name), change: change, limit: 4096)
        let message = encoder.next(sequence: 9)?.finished()
        #expect(message == hex(Self.setBytes))
        #expect(encoder.next(sequence: 10) == nil)
    }

    private static let setBytes = """
        94010000 1c00 0500 09000000 00000000  # nlmsghdr: 404 bytes, the family, REQUEST|ACK, number 9
        01 01 0000                            # genlmsghdr: WG_CMD_SET_DEVICE, version 1
        0800 0200 77673000                    # WGDEVICE_A_IFNAME "wg0"
        2400 0300                             # WGDEVICE_A_PRIVATE_KEY
          1111111111111111111111111111111111111111111111111111111111111111
        0600 0600 6cca 0000                   # WGDEVICE_A_LISTEN_PORT 51820, padding
        0800 0700 6cca0000                    # WGDEVICE_A_FWMARK 0xca6c
        0800 0500 01000000                    # WGDEVICE_A_FLAGS: REPLACE_PEERS
        3c01 0880                             # WGDEVICE_A_PEERS, nested, 316 bytes
          c000 0080                           # the first peer, nested, 192 bytes
            2400 0100                         # WGPEER_A_PUBLIC_KEY
              2222222222222222222222222222222222222222222222222222222222222222
            0800 0300 06000000                # WGPEER_A_FLAGS: REPLACE_ALLOWEDIPS|UPDATE_ONLY
            2400 0200                         # WGPEER_A_PRESHARED_KEY
              3333333333333333333333333333333333333333333333333333333333333333
            1400 0400                         # WGPEER_A_ENDPOINT: sockaddr_in, port in network order
              0200 1194 c0000201 0000000000000000
            0600 0500 1900 0000               # WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL 25, padding
            5000 0980                         # WGPEER_A_ALLOWEDIPS, nested, 80 bytes
              1c00 0080                       # an allowed IP, nested
                0600 0100 0200 0000           # WGALLOWEDIP_A_FAMILY AF_INET
                0800 0200 0a000000            # WGALLOWEDIP_A_IPADDR 10.0.0.0
                0500 0300 08 000000           # WGALLOWEDIP_A_CIDR_MASK 8
              3000 0080                       # an allowed IP, nested
                0600 0100 0a00 0000           # WGALLOWEDIP_A_FAMILY AF_INET6
                1400 0200                     # WGALLOWEDIP_A_IPADDR 2001:db8::
                  20010db8000000000000000000000000
                0500 0300 20 000000           # WGALLOWEDIP_A_CIDR_MASK 32
                0800 0400 01000000            # WGALLOWEDIP_A_FLAGS: REMOVE_ME
          4800 0080                           # the second peer, nested, 72 bytes
            2400 0100                         # WGPEER_A_PUBLIC_KEY
              4444444444444444444444444444444444444444444444444444444444444444
            2000 0400                         # WGPEER_A_ENDPOINT: sockaddr_in6, scope 7
              0a00 1194 00000000 fe800000000000000000000000000001 07000000
          3000 0080                           # the third peer, nested, 48 bytes
            2400 0100                         # WGPEER_A_PUBLIC_KEY
              5555555555555555555555555555555555555555555555555555555555555555
            0800 0300 01000000                # WGPEER_A_FLAGS: REMOVE_ME
        """
}
