import Testing
import WGModel

@testable import WGPlan

struct OperationTests {
    private static let settings = (down: LinkSettings(mtu: 1500, isUp: false), up: LinkSettings(mtu: 1420, isUp: true))
    private static let engine = EngineProgram(path: "/x/e", shownName: "e")
    private static let record = TunnelRecord(interface: wg0, host: host, linkIndex: 1, preDown: [], postDown: [])

    @Test(arguments: [
        Operation.addAddress(prefix("10.0.0.1/24"), wg0),
        .removeAddress(prefix("10.0.0.1/24"), wg0),
        .addRoute(RouteState(destination: prefix("::/0"), table: 7), wg0),
        .removeRoute(RouteState(destination: prefix("::/0"), table: 7), wg0),
        .setLink(wg0, from: settings.down, to: settings.up),
    ])
    func takingBackTwiceIsDoing(operation: Operation) {
        #expect(operation.inverse != operation)
        #expect(operation.inverse?.inverse == operation)
    }

    @Test func whatALinkTakesWithItIsNotTakenBackOneByOne() {
        var journal = Journal()
        journal.append(.startEngine(wg0, Self.engine))
        journal.append(.writeRecord(Self.record))
        journal.append(.runHook(.preUp, "x"))
        journal.append(.setDevice(wg0, DeviceChange()))
        journal.append(.addAddress(prefix("10.0.0.1/24"), wg0))
        journal.append(.setLink(wg0, from: Self.settings.down, to: Self.settings.up))
        journal.append(.addRoute(RouteState(destination: prefix("10.0.0.0/8")), wg0))
        #expect(journal.rollback == [.removeRecord(wg0), .deleteLink(wg0, runsEngine: true)])
    }

    @Test func onAForeignLinkEachStepIsTakenBackInReverse() {
        var journal = Journal()
        journal.append(.addAddress(prefix("10.0.0.1/24"), wg0))
        journal.append(.setLink(wg0, from: Self.settings.down, to: Self.settings.up))
        journal.append(.addRoute(RouteState(destination: prefix("10.0.0.0/8"), table: 9), wg0))
        #expect(
            Plan(journal.rollback).lines == [
                "ip -4 route delete 10.0.0.0/8 dev wg0 table 9", "ip link set mtu 1500 down dev wg0",
                "ip -4 address delete 10.0.0.1/24 dev wg0",
            ])
    }
}

struct TunnelRecordTests {
    @Test(arguments: [
        TunnelRecord(interface: wg0, host: host, linkIndex: 3, preDown: [], postDown: []),
        TunnelRecord(
            interface: wg0, host: host, linkIndex: .max, preDown: ["", "a=b # c", "pre-down=x"],
            postDown: ["é %i \\n \"q\"", "=", " "]),
    ])
    func readsBackWhatItWrote(record: TunnelRecord) {
        #expect(TunnelRecord(text: record.text) == record)
    }

    @Test func everyTruncationIsNoRecord() {
        let text = Array(TunnelRecord(interface: wg0, host: host, linkIndex: 3, preDown: ["x"], postDown: []).text.utf8)
        for count in 0..<text.count {
            #expect(TunnelRecord(text: String(decoding: text[..<count], as: UTF8.self)) == nil)
        }
    }

    @Test func describesOneLinkOfOneNamespaceOnOneBoot() {
        let record = TunnelRecord(interface: wg0, host: host, linkIndex: 9, preDown: [], postDown: [])
        var otherBoot = host
        otherBoot.bootID = "ffff"
        var otherNamespace = host
        otherNamespace.namespaceInode += 1
        #expect(record.describes(link(9), on: host))
        #expect(!record.describes(link(10), on: host))
        #expect(!record.describes(nil, on: host))
        #expect(!record.describes(link(9), on: otherBoot))
        #expect(!record.describes(link(9), on: otherNamespace))
    }
}

struct UnsupportedKeyTests {
    @Test func namesKeyAndLine() {
        let text = """
            [Interface]
            # DNS = 1.1.1.1
            D n s = 1.1.1.1
            SaveConfig = true
            SaveConfig = false
            PostUp = echo DNS
            [Peer]
            AllowedIPs = 10.0.0.0/8, 0.0.0.0/00 # x
            allowedips=::/0
            """
        #expect(
            UnsupportedKey.find(in: text) == [
                UnsupportedKey(feature: .dns, key: "Dns", line: 3),
                UnsupportedKey(feature: .saveConfig, key: "SaveConfig", line: 4),
                UnsupportedKey(feature: .fullTunnel, key: "AllowedIPs", line: 8),
                UnsupportedKey(feature: .fullTunnel, key: "allowedips", line: 9),
            ])
    }

    @Test func linesMayEndAsOnWindows() {
        let found = UnsupportedKey.find(in: "[Interface]\r\nDNS = 1.1.1.1\r\n")
        #expect(found == [UnsupportedKey(feature: .dns, key: "DNS", line: 2)])
    }

    @Test(arguments: [("off", 0), ("200", 0), ("auto", 1), ("AUTO", 1)])
    func aDefaultRouteIsFineInATableOfItsOwn(table: String, count: Int) {
        let text = "[Peer]\nAllowedIPs = 0.0.0.0/0\n[Interface]\nTable = \(table)\n"
        #expect(UnsupportedKey.find(in: text).count == count)
    }
}
