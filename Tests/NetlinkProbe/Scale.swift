import WGModel
import WGNetlink
import WGRoute

/// How long a big device and many routes take: a report, not a check.
enum Scale {
    static func run(peers count: Int) throws {
        let socket = try RouteSocket()
        let name = try InterfaceName("c-big")
        try socket.addLink(name: name.text, kind: "wireguard")
        guard let link = try socket.link(named: name.text) else { throw ProbeError.noReply }
        let peers = (0..<count).map { number in
            PeerChange(
                publicKey: PublicKey(bytes: DeviceProbe.keyBytes(number + 1)), replaceAllowedIPs: true,
                allowedIPs: (0..<2).map { .add(IPPrefix(host: .v4(0x0a00_0000 + UInt32(number * 2 + $0)))) })
        }
        let clock = ContinuousClock()
        let family = try WireGuardFamily()
        print("# set \(count) peers:", try clock.measure { try family.set(name, DeviceChange(peers: peers)) })
        var found = 0
        print("# get \(count) peers:", try clock.measure { found = try family.get(name).peers.count })
        try socket.setLink(index: link.index, up: true)
        let routes = (0..<count).map {
            RouteInfo(
                destination: IPPrefix(host: .v4(0x0b00_0000 + UInt32($0))), table: 7, linkIndex: link.index)
        }
        print("# add \(count) routes:", try clock.measure { for route in routes { try socket.addRoute(route) } })
        var listed = 0
        print("# list routes:", try clock.measure { listed = try socket.routes().filter { $0.table == 7 }.count })
        print(found == count && listed == count ? "ok - all are there" : "not ok - all are there")
    }
}
