import Testing
import WGLinux
import WGModel

@testable import WGNetlink

/// Answers of a real kernel, replayed.
struct RecordedDumpTests {
    @Test("a recorded device is what the stock tool showed of it", arguments: ["get-handshake", "get-continued"])
    func likeStock(name: String) throws {
        let state = try Self.get(name)
        #expect(Self.dumpLines(state) == Fixture.dump(name).map { String($0) })
    }

    @Test("a peer that goes on in the next message is one peer")
    func continued() throws {
        #expect(Fixture.datagrams("get-continued").count == 2)
        #expect(try Self.get("get-continued").peers.map(\.allowedIPs.count) == [150, 1, 200])
    }

    @Test("a new device has a name and nothing else")
    func empty() throws {
        #expect(try Self.get("get-empty") == DeviceState(name: InterfaceName("c-empty")))
    }

    @Test(
        "a device without the link, or of another kind, is a refusal",
        arguments: [
            ("get-no-link", Errno.noSuchDevice), ("get-other-kind", Errno.notSupported),
        ])
    func refusals(name: String, errno: Errno) throws {
        let error = try #require(throws: NetlinkError.self) { try Self.get(name) }
        #expect(error == NetlinkError(operation: .getDevice, errno: errno))
    }

    @Test("the controller's answer has the family's number")
    func family() throws {
        let transport = ScriptedTransport([.answer(Fixture.datagrams("family"))])
        #expect(try GenericFamily(resolving: "wireguard", over: NetlinkConnection(transport)).id == 0x20)
    }

    @Test("links are listed in the kernel's order with their kinds")
    func links() throws {
        let transport = ScriptedTransport([.answer(Fixture.datagrams("links"))])
        let links = try LinkList.links(over: NetlinkConnection(transport))
        #expect(
            links == [
                .init(index: 1, name: "lo"), .init(index: 2, name: "c-empty", kind: "wireguard"),
                .init(index: 3, name: "wg0", kind: "wireguard"), .init(index: 5, name: "wg2", kind: "wireguard"),
            ])
    }

    @Test("a link that is there is found; one that is not is nil")
    func link() throws {
        let transport = ScriptedTransport([
            .answer(Fixture.datagrams("link")), .answer(Fixture.datagrams("link-none")),
        ])
        let connection = NetlinkConnection(transport)
        #expect(
            try LinkList.link(named: InterfaceName("wg0"), over: connection)
                == LinkList.Link(index: 3, name: "wg0", kind: "wireguard"))
        #expect(try LinkList.link(named: InterfaceName("none"), over: connection) == nil)
    }

    @Test("rules are listed with their marks, tables and inversion; multicast routing's are left out")
    func rules() throws {
        let transport = ScriptedTransport([.answer(Fixture.datagrams("rules"))])
        let rules = try PolicyRules.list(over: NetlinkConnection(transport))
        func plain(_ family: PolicyRule.Family, _ priority: UInt32, _ table: UInt32) -> PolicyRule {
            PolicyRule(family: family, priority: priority, table: table)
        }
        var suppressing = plain(.ipv4, 32_764, 254)
        suppressing.suppressPrefixLength = 0
        #expect(
            rules == [
                plain(.ipv4, 0, 255), suppressing,
                PolicyRule(
                    family: .ipv4, priority: 32_765, fwmark: 51820, mask: 0xffff_ffff, invert: true, table: 51820),
                plain(.ipv4, 32_766, 254), plain(.ipv4, 32_767, 253), plain(.ipv6, 0, 255),
                PolicyRule(
                    family: .ipv6, priority: 32_765, fwmark: 0x10, mask: 0xff, table: 7, hasOtherSelectors: true),
                plain(.ipv6, 32_766, 254),
            ])
    }

    @Test(
        "a refusal carries the kernel's text, with or without the request's copy",
        arguments: [
            "rule-refused", "rule-refused-uncapped",
        ])
    func extack(name: String) throws {
        let transport = ScriptedTransport([.answer(Fixture.datagrams(name))])
        let error = try #require(throws: NetlinkError.self) {
            try PolicyRules.change(
                PolicyRule(family: .ipv6, table: 0), .addRule, over: NetlinkConnection(transport))
        }
        #expect(error == NetlinkError(operation: .addRule, errno: .invalidArgument, extack: "Invalid table"))
    }

    @Test("a link's life is heard from its making to its end")
    func monitor() throws {
        let transport = ScriptedTransport([.answer(Fixture.datagrams("monitor"))])
        try transport.send([])
        let monitor = LinkMonitor(transport)
        var events: [LinkEvent] = []
        while let event = try monitor.next() { events.append(event) }
        #expect(
            events == [
                .changed(index: 6, isUp: false, mtu: 1420), .changed(index: 6, isUp: false, mtu: 1380),
                .changed(index: 6, isUp: true, mtu: 1380), .changed(index: 6, isUp: false, mtu: 1380),
                .deleted(index: 6),
            ])
    }

    static func get(_ name: String) throws -> DeviceState {
        let transport = ScriptedTransport([
            .answer(Fixture.datagrams("family")), .answer(Fixture.datagrams(name)),
        ])
        let family = try WireGuardFamily(connection: NetlinkConnection(transport), messageLimit: 4096)
        return try family.get(try InterfaceName("asked-for"))
    }

    /// The format of `wg show NAME dump`.
    private static func dumpLines(_ state: DeviceState) -> [String] {
        let device = [
            state.privateKey?.base64 ?? "(none)", state.publicKey?.base64 ?? "(none)", "\(state.listenPort)",
            state.fwmark == 0 ? "off" : "0x" + String(state.fwmark, radix: 16),
        ]
        let peers = state.peers.map { peer in
            [
                peer.publicKey.base64, peer.presharedKey?.base64 ?? "(none)",
                peer.endpoint?.description { $0 == 1 ? "lo" : nil } ?? "(none)",
                peer.allowedIPs.isEmpty
                    ? "(none)" : peer.allowedIPs.map(\.description).joined(separator: ","),
                "\(peer.lastHandshake?.seconds ?? 0)", "\(peer.receivedBytes)", "\(peer.sentBytes)",
                peer.persistentKeepalive == 0 ? "off" : "\(peer.persistentKeepalive)",
            ]
        }
        return ([device] + peers).map { $0.joined(separator: "\t") }
    }
}
