import Testing
import WGControl
import WGLinux
import WGModel

@testable import wg

@Suite struct WgWatchFrameTests {
    private func frame(
        _ columns: Int, _ rows: Int, ascii: Bool = false, color: Bool = false, name: String? = nil
    ) -> WatchFrame {
        WatchFrame(
            size: ScreenSize(columns: columns, rows: rows), usesColor: color, asciiOnly: ascii, title: "title",
            name: { _, _ in name }, endpointText: { $0.description(scopeName: { _ in nil }) })
    }

    /// Two rounds; the peers of each device received 1 KiB, 2 KiB and so on in the second between them.
    private func model(_ devices: [(name: String, peers: Int)]) throws -> WatchModel {
        var model = WatchModel()
        for (second, factor) in [(1, UInt64(0)), (2, 1024)] {
            let round = try devices.map { device in
                let name = try InterfaceName(device.name)
                let peers = (0..<device.peers).map { number in
                    PeerState(
                        publicKey: key(UInt8(number + 1)), endpoint: Endpoint("192.0.2.1:51820"),
                        lastHandshake: HandshakeTime(seconds: 1_800_000_000 - 65, nanoseconds: 0),
                        receivedBytes: factor * UInt64(number + 1), sentBytes: 7)
                }
                return WatchRound.Device(
                    name: name, outcome: .state(DeviceState(name: name, listenPort: 51820, peers: peers)))
            }
            model.take(
                WatchRound(
                    time: .seconds(second), now: HandshakeTime(seconds: 1_800_000_000, nanoseconds: 0), devices: round))
        }
        return model
    }

    @Test func aWideScreenShowsAllColumns() throws {
        let lines = frame(120, 10).lines(of: try model([("wg0", 2)]))
        let one: PublicKey = key(1)
        let two: PublicKey = key(2)
        #expect(
            lines == [
                "title",
                "  PEER                                ENDPOINT               HANDSHAKE    RECV/S    SENT/S  RECEIVED"
                    + "      SENT  ACTIVITY",
                "wg0  port 51820  2 peers  in 3.00 KiB/s  out 0 B/s",
                "  \(two.base64.prefix(33))…  192.0.2.1:51820            1m 5s  2.00 KiB       0 B  2.00 KiB"
                    + "       7 B         █",
                "  \(one.base64.prefix(33))…  192.0.2.1:51820            1m 5s  1.00 KiB       0 B  1.00 KiB"
                    + "       7 B         █",
            ])
    }

    /// Whatever there is to show, on every size of screen.
    @Test(arguments: [1, 5, 43, 66, 80, 132], [0, 1, 2, 3, 6, 24])
    func aFrameIsNeverLargerThanTheScreen(columns: Int, rows: Int) throws {
        for devices in [[], [("wg0", 0)], [("wg0", 1)], [("wg0", 40)], [("wg0", 3), ("wg1", 50), ("wg2", 0)]] {
            let model = try model(devices)
            for ascii in [true, false] {
                let name = "日本語 laptop"
                let lines = frame(columns, rows, ascii: ascii, name: name).lines(of: model)
                #expect(lines.count <= rows)
                for line in lines { #expect(WatchText.width(line) <= columns, "\(line)") }
                let inColor = frame(columns, rows, ascii: ascii, color: true, name: name).lines(of: model)
                #expect(inColor.map(withoutColor) == lines)
            }
        }
    }

    private func withoutColor(_ line: String) -> String {
        var result = ""
        var rest = line.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if scalar == "\u{1b}" {
                while let next = rest.popFirst(), next != "m" {}
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Every peer is shown or counted.
    @Test(arguments: 3...60)
    func whatIsNotShownIsSaid(rows: Int) throws {
        let devices = [("wg0", 3), ("wg1", 30), ("wg2", 0), ("wg3", 11)]
        let lines = frame(100, rows).lines(of: try model(devices))
        func number(_ line: String) -> Int { Int(line.split(separator: " ").first { Int($0) != nil } ?? "") ?? 0 }
        var peers = 0
        var headers = 0
        for line in lines.dropFirst(2) {
            if line.hasPrefix("  and ") {
                peers += number(line)
                #expect(line.contains("more peer"))
            } else if line.hasPrefix("  ") {
                peers += 1
            } else if line.hasPrefix("and ") {
                headers += number(line)
                #expect(line.contains("more device"))
            } else {
                headers += 1
                // A device without a line for its peers says in its header how many they are.
                if let device = devices.first(where: { line.hasPrefix($0.0) }) {
                    #expect(line.contains("\(device.1) peer"))
                }
            }
        }
        #expect(headers == 4)
        if rows >= 2 + 4 + 3 { #expect(peers == 44) }
        if rows >= 2 + 4 + 44 { #expect(!lines.contains { $0.contains("more") }) }
    }

    @Test func conditionsAreShownInTheHeader() throws {
        var model = try model([("wg0", 1), ("wg1", 1)])
        let name = try InterfaceName("wg1")
        let error = ControlError(.get, name, .kernel, .notPermitted)
        model.take(
            WatchRound(
                time: .seconds(94), now: HandshakeTime(seconds: 1_800_000_000, nanoseconds: 0),
                devices: [WatchRound.Device(name: name, outcome: .unreadable(error))]), forgets: false)
        let lines = frame(80, 10, color: true).lines(of: model)
        #expect(
            lines.dropFirst(2) == [
                "\u{1b}[32mwg0\u{1b}[0m\u{1b}[31m  gone for 1m 32s\u{1b}[0m",
                "\u{1b}[32mwg1\u{1b}[0m\u{1b}[31m  can't be read: Operation not permitted\u{1b}[0m",
            ])
    }

    @Test func withoutDevicesItSaysSo() {
        #expect(frame(80, 10).lines(of: WatchModel()).last == "no WireGuard devices")
    }

    @Test(
        arguments: [
            (nil, "never"), (0, "never"), (1_800_000_000, "0s"), (1_799_999_999, "1s"), (1_800_000_001, "in future"),
            (.max, "in future"), (.min, "292471208620y 167d"),
        ] as [(Int64?, String)])
    func handshakesAreAges(seconds: Int64?, text: String) throws {
        let name = try InterfaceName("wg0")
        let peer = PeerState(
            publicKey: key(1), lastHandshake: seconds.map { HandshakeTime(seconds: $0, nanoseconds: 0) })
        var model = WatchModel()
        model.take(
            WatchRound(
                time: .zero, now: HandshakeTime(seconds: 1_800_000_000, nanoseconds: 0),
                devices: [WatchRound.Device(name: name, outcome: .state(DeviceState(name: name, peers: [peer])))]))
        let line = try #require(frame(200, 10).lines(of: model).last)
        #expect(line.contains(" \(text) "))
    }

    @Test(
        arguments: [
            (40, nil, nil, false), (66, 21, nil, false), (75, 21, nil, false), (76, 21, 8, false), (95, 21, 8, false),
            (96, 21, 8, true),
        ] as [(Int, Int?, Int?, Bool)])
    func columnsAppearAsThereIsRoom(columns: Int, endpoint: Int?, activity: Int?, totals: Bool) {
        let table = WatchTable(columns: columns, peerNeed: 0, endpointNeed: 0)
        #expect(table.endpoint == endpoint)
        #expect(table.hasTotals == totals)
        #expect((table.activity == nil) == (activity == nil))
    }

    @Test func sparklinesGrowToTheRight() throws {
        let name = try InterfaceName("wg0")
        var model = WatchModel()
        for (second, bytes) in [0, 0, 10, 110, 1110].enumerated() {
            let peer = PeerState(publicKey: key(1), receivedBytes: UInt64(bytes))
            model.take(
                WatchRound(
                    time: .seconds(second), now: HandshakeTime(seconds: 1_800_000_000, nanoseconds: 0),
                    devices: [WatchRound.Device(name: name, outcome: .state(DeviceState(name: name, peers: [peer])))]))
        }
        let blocks = try #require(frame(80, 10).lines(of: model).last)
        #expect(blocks.hasSuffix(" ▁▂▃█"))
        let signs = try #require(frame(80, 10, ascii: true).lines(of: model).last)
        #expect(signs.hasSuffix(" _.:#"))
    }
}
