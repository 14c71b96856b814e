import WGControl
import WGLinux
import WGModel
import Testing

@testable import wg

@Suite struct WgWatchModelTests {
    private func round(_ seconds: Double, _ devices: [(String, WatchRound.Outcome)]) throws -> WatchRound {
        WatchRound(
            time: .seconds(seconds), now: HandshakeTime(seconds: 1_800_000_000, nanoseconds: 0),
            devices: try devices.map { WatchRound.Device(name: try InterfaceName($0.0), outcome: $0.1) })
    }

    private func state(_ name: String, _ peers: PeerState...) throws -> WatchRound.Outcome {
        .state(DeviceState(name: try InterfaceName(name), peers: peers))
    }

    private func peer(_ byte: UInt8, _ received: UInt64, _ sent: UInt64 = 0, handshake: Int64? = nil) -> PeerState {
        PeerState(
            publicKey: key(byte), lastHandshake: handshake.map { HandshakeTime(seconds: $0, nanoseconds: 0) },
            receivedBytes: received, sentBytes: sent)
    }

    @Test func ratesAreBytesOverTheTimeBetweenTwoRounds() throws {
        var model = WatchModel()
        model.take(try round(10, [("wg0", state("wg0", peer(1, 1000, 50)))]))
        #expect(model.devices[0].peers[0].rate == nil)
        #expect(model.devices[0].rate == nil)
        model.take(try round(12, [("wg0", state("wg0", peer(1, 3000, 50), peer(2, 9)))]))
        #expect(model.devices[0].peers[0].rate == WatchModel.Rate(received: 1000, sent: 0))
        #expect(model.devices[0].peers[1].rate == nil)
        #expect(model.devices[0].rate == WatchModel.Rate(received: 1000, sent: 0))
        model.take(try round(12.5, [("wg0", state("wg0", peer(1, 3001, 150), peer(2, 10)))]))
        #expect(model.devices[0].peers[0].rate == WatchModel.Rate(received: 2, sent: 200))
        #expect(model.devices[0].peers[0].recent == [1000, 202])
        #expect(model.devices[0].rate == WatchModel.Rate(received: 4, sent: 200))
    }

    @Test(arguments: [(5, 100), (100, 5), (0, 0)] as [(UInt64, UInt64)])
    func countersThatGoBackwardsGiveNoRate(received: UInt64, sent: UInt64) throws {
        var model = WatchModel()
        model.take(try round(1, [("wg0", state("wg0", peer(1, 50, 50)))]))
        model.take(try round(2, [("wg0", state("wg0", peer(1, received, sent)))]))
        #expect(model.devices[0].peers[0].rate == nil)
        #expect(model.devices[0].peers[0].recent == [0])
        model.take(try round(3, [("wg0", state("wg0", peer(1, received + 7, sent)))]))
        #expect(model.devices[0].peers[0].rate == WatchModel.Rate(received: 7, sent: 0))
    }

    @Test func thereIsNoRateWithoutTime() throws {
        var model = WatchModel()
        model.take(try round(1, [("wg0", state("wg0", peer(1, 50)))]))
        model.take(try round(1, [("wg0", state("wg0", peer(1, 60)))]))
        #expect(model.devices[0].peers[0].rate == nil)
    }

    @Test func theHistoryIsBounded() throws {
        var model = WatchModel()
        for second in 0...100 {
            model.take(try round(Double(second), [("wg0", state("wg0", peer(1, UInt64(second * second))))]))
        }
        let recent = model.devices[0].peers[0].recent
        #expect(recent.count == WatchModel.historyLength)
        #expect(recent.last == 199)
    }

    @Test func peersThatGoAreForgotten() throws {
        var model = WatchModel()
        model.take(try round(1, [("wg0", state("wg0", peer(1, 50), peer(2, 50)))]))
        model.take(try round(2, [("wg0", state("wg0", peer(2, 51)))]))
        #expect(model.devices[0].peers.map(\.state.publicKey) == [key(2)])
        model.take(try round(3, [("wg0", state("wg0", peer(1, 60), peer(2, 52)))]))
        #expect(model.devices[0].peers[0].rate == nil)
        #expect(model.devices[0].peers[1].rate == WatchModel.Rate(received: 1, sent: 0))
    }

    @Test func aDeviceThatVanishesIsGoneAndComesBack() throws {
        var model = WatchModel()
        model.take(try round(1, [("wg0", state("wg0", peer(1, 50))), ("wg1", state("wg1"))]))
        model.take(try round(3, [("wg1", state("wg1"))]))
        #expect(model.devices.map(\.name.text) == ["wg0", "wg1"])
        #expect(model.devices[0].condition == .gone(.seconds(2)))
        #expect(model.devices[0].peers.isEmpty)
        model.take(try round(4, [("wg1", state("wg1")), ("wg0", state("wg0", peer(1, 3)))]))
        #expect(model.devices.map(\.name.text) == ["wg0", "wg1"])
        #expect(model.devices[0].condition == .present)
        #expect(model.devices[0].peers[0].rate == nil)
    }

    @Test func aDeviceIsForgottenInTheEndUnlessItIsTheOne() throws {
        var all = WatchModel()
        var one = WatchModel()
        for second in [0.0, 60, 61] {
            let devices = second == 0 ? [("wg0", try state("wg0"))] : []
            all.take(try round(second, devices))
            one.take(try round(second, devices), forgets: false)
            #expect(all.devices.count == (second == 61 ? 0 : 1))
            #expect(one.devices.count == 1)
        }
        all.take(try round(62, [("wg0", state("wg0"))]))
        #expect(all.devices.map(\.condition) == [.present])
    }

    @Test func aDeviceThatCannotBeReadKeepsItsHistory() throws {
        let error = ControlError(.get, try InterfaceName("wg0"), .kernel, .notPermitted)
        var model = WatchModel()
        model.take(try round(1, [("wg0", state("wg0", peer(1, 50)))]))
        model.take(try round(2, [("wg0", .unreadable(error))]))
        #expect(model.devices[0].condition == .unreadable(error))
        model.take(try round(3, [("wg0", state("wg0", peer(1, 70)))]))
        #expect(model.devices[0].peers[0].rate == WatchModel.Rate(received: 10, sent: 0))
    }

    @Test func newDevicesComeLast() throws {
        var model = WatchModel()
        model.take(try round(1, [("wg5", state("wg5"))]))
        model.take(try round(2, [("wg0", state("wg0")), ("wg5", state("wg5")), ("wg1", state("wg1"))]))
        #expect(model.devices.map(\.name.text) == ["wg5", "wg0", "wg1"])
    }

    @Test func theBusiestPeersComeFirstThenTheNewestHandshake() throws {
        var model = WatchModel()
        let before = try state(
            "wg0", peer(1, 0), peer(2, 0, handshake: 5), peer(3, 0, handshake: 9), peer(4, 0), peer(5, 0))
        let after = try state(
            "wg0", peer(1, 0), peer(2, 0, handshake: 5), peer(3, 0, handshake: 9), peer(4, 1), peer(5, 2))
        model.take(try round(1, [("wg0", before)]))
        model.take(try round(2, [("wg0", after)]))
        let order = model.devices[0].peersByActivity.map(\.state.publicKey)
        #expect(order == [key(5), key(4), key(3), key(2), key(1)])
        #expect(model.devices[0].peers.map(\.state.publicKey) == [key(1), key(2), key(3), key(4), key(5)])
    }

    @Test(
        arguments: [
            (0, "0 B"), (1, "1 B"), (1023, "1023 B"), (1023.6, "1.00 KiB"), (1024, "1.00 KiB"), (1280, "1.25 KiB"),
            (10240, "10.0 KiB"), (102_400, "100 KiB"), (1_047_552, "1023 KiB"), (1_048_100, "1.00 MiB"),
            (5e9, "4.66 GiB"), (2e13, "18.2 TiB"), (0x1p64, "16.0 EiB"), (1e40, "-"),
        ] as [(Double, String)])
    func bytesTakeEightColumns(count: Double, text: String) {
        #expect(WatchText.bytes(count) == text)
        #expect(text.count <= WatchTable.bytes)
    }

    @Test(
        arguments: [
            (0, "0s"), (59, "59s"), (60, "1m"), (61, "1m 1s"), (3599, "59m 59s"), (3600, "1h"), (7380, "2h 3m"),
            (90061, "1d 1h"), (31_536_000, "1y"), (.max, "584942417355y 26d"),
        ] as [(UInt64, String)])
    func agesHaveTwoUnits(seconds: UInt64, text: String) {
        #expect(WatchText.age(seconds) == text)
    }

    @Test func namesCanNotSteerTheTerminal() {
        #expect(WatchText.harmless("a\u{1b}[2J\tb\u{9b}1m\u{7f}\n", asciiOnly: false) == "a?[2J?b?1m??")
        #expect(WatchText.harmless("x\u{202e}y", asciiOnly: false) == "x?y")
        #expect(WatchText.harmless("Büro", asciiOnly: false) == "Büro")
        #expect(WatchText.harmless("Büro", asciiOnly: true) == "B?ro")
    }

    @Test func wideCharactersCountTwice() {
        #expect(WatchText.width("日本") == 4)
        #expect(WatchText.width("e\u{301}") == 1)
        #expect(WatchText.cut("日本語", to: 5, mark: "…") == "日本…")
        #expect(WatchText.cut("abcdef", to: 4, mark: "..") == "ab..")
        #expect(WatchText.cut("abcdef", to: 1, mark: "..").isEmpty)
        #expect(WatchText.cut("abcd", to: 4, mark: "..") == "abcd")
    }
}
