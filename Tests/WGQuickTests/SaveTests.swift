import TestSupport
import Testing
import WGConfig
import WGLinux
import WGModel
import WGPlan

@testable import WGQuick

/// `save`, and `down` with `SaveConfig`.
@Suite struct SaveTests {
    private static let wg0 = try! InterfaceName("wg0")
    private static let path = "/etc/wireguard/wg0.conf"
    private static let key = PublicKey(bytes: KeyBytes(repeating: 2))
    private static let other = PublicKey(bytes: KeyBytes(repeating: 3))
    private static let text = """
        # ours
        [Interface]
        Address = 10.0.0.1/24
        SaveConfig = true
        PreDown = before
        PostDown = after

        # a friend
        [Peer]
        PublicKey = \(key)
        Endpoint = 192.0.2.1:5
        AllowedIPs = 10.0.0.2/32

        """

    private let system = FakeSystem()
    private let reporter = RecordingReporter()

    private func up(_ text: String = text) throws {
        system.world.files[Self.path] = Array(text.utf8)
        let config = try #require(ConfigParser.parseQuick(Document(text: text)).value)
        let executor = PlanExecutor(name: Self.wg0, system: system, reporter: reporter, signals: nil)
        let up = try TunnelUp(
            name: Self.wg0, config: config, path: Self.path, system: system, executor: executor, reporter: reporter)
        try up.run()
        reporter.lines = []
    }

    private func down() throws {
        let planner = try #require(try TunnelDown.planner(of: Self.wg0, in: system) { nil })
        let save = TunnelSave(name: Self.wg0, path: Self.path, record: planner.recorded, system: system)
        try TunnelDown(planner: planner, system: system, reporter: reporter, signals: nil, save: save).run()
    }

    private var file: String? { system.world.files[Self.path].map { String(decoding: $0, as: UTF8.self) } }

    @Test func anUnchangedTunnelIsNotWritten() throws {
        try up()
        try down()
        #expect(file == Self.text)
        #expect(!reporter.lines.contains("wg showconf wg0"))
    }

    @Test func anUnchangedFileThatOthersMayReadIsWritten() throws {
        try up()
        system.openFiles = [Self.path]
        try down()
        #expect(reporter.lines.contains("wg showconf wg0"))
        #expect(system.world.files[Self.path] == Array(Self.text.utf8))
        #expect(system.openFiles.isEmpty)
    }

    @Test func whatChangedIsSavedBetweenPreDownAndTheEnd() throws {
        try up()
        system.world.devices[Self.wg0]?.peers.append(PeerState(publicKey: Self.other))
        system.world.addresses[Self.wg0]?.insert(IPPrefix("10.9.0.1/32")!)
        try down()
        let added = "\n[Peer]\nPublicKey = \(Self.other)\n"
        #expect(file == Self.text.replacing("0.1/24", with: "0.1/24, 10.9.0.1/32") + added)
        #expect(reporter.lines.starts(with: ["before", "wg showconf wg0", "ip link delete dev wg0"]))
        #expect(reporter.lines.last == "after")
        #expect(system.world.records.isEmpty)
    }

    @Test func theFileDecidesAsItIsNow() throws {
        try up()
        system.world.devices[Self.wg0]?.peers = []
        let edited = Self.text.replacing("SaveConfig = true", with: "SaveConfig = false")
        system.world.files[Self.path] = Array(edited.utf8)
        try down()
        #expect(file == edited)
    }

    @Test func whatWasEditedMeanwhileIsKeptAndTold() throws {
        try up()
        system.world.devices[Self.wg0]?.peers[0].persistentKeepalive = 25
        system.world.files[Self.path] = Array(("# edited\n" + Self.text).utf8)
        try down()
        #expect(file == "# edited\n" + Self.text + "PersistentKeepalive = 25\n")
        #expect(reporter.lines.contains { $0.contains("edited") })
    }

    @Test func aFileThatHasGoneIsNotMadeAnew() throws {
        try up()
        system.world.files = [:]
        try down()
        #expect(file == nil)
        #expect(system.world.links.isEmpty)
        #expect(reporter.lines.contains { $0.contains("notSaved") })
    }

    @Test func aFileWithErrorsKeepsTheTunnelUp() throws {
        try up()
        system.world.files[Self.path] = Array((Self.text + "nonsense\n").utf8)
        #expect(throws: QuickError.self) { try down() }
        #expect(system.world.links[Self.wg0] != nil)
        #expect(system.world.records[Self.wg0] != nil)
        #expect(file == Self.text + "nonsense\n")
    }

    @Test func aDeviceThatDiedIsTakenDownWithoutBeingSaved() throws {
        try up()
        system.world.links = [:]
        system.world.devices = [:]
        try down()
        #expect(file == Self.text)
        #expect(system.world.records.isEmpty)
    }

    @Test func saveTwiceIsSaveOnceAndRemembersItsOwnEdit() throws {
        try up()
        system.world.devices[Self.wg0]?.peers[0].persistentKeepalive = 25
        for expected in [true, false] {
            reporter.lines = []
            let save = TunnelSave(
                name: Self.wg0, path: Self.path, record: system.world.records[Self.wg0], system: system)
            let executor = PlanExecutor(name: Self.wg0, system: system, reporter: reporter, signals: nil)
            try executor.execute(try save.plan())
            #expect(reporter.lines == (expected ? ["wg showconf wg0"] : []))
        }
        #expect(file == Self.text + "PersistentKeepalive = 25\n")
        system.world.devices[Self.wg0]?.peers[0].persistentKeepalive = 26
        try down()
        #expect(!reporter.lines.contains { $0.contains("edited") })
    }

    @Test func anAutomaticPortIsNotMadeAFixedOne() throws {
        try up()
        let record = try #require(system.world.records[Self.wg0])
        #expect(record.save.automaticPort == system.world.devices[Self.wg0]?.listenPort)
        system.world.devices[Self.wg0]?.listenPort = 7
        try down()
        #expect(file?.contains("ListenPort = 7\n") == true)
    }

    @Test func aNameIsAskedForOnlyIfItsPeerIsSomewhereElse() throws {
        let named = Self.text.replacing("192.0.2.1:5", with: "friend.example.net:5")
        try up(named)
        system.world.devices[Self.wg0]?.peers[0].endpoint = Endpoint("192.0.2.7:5")!
        try down()
        #expect(system.questions.map(\.host) == ["friend.example.net"])
        #expect(file == named)
    }

    @Test func theRecordKeepsWhatSaveNeeds() throws {
        try up()
        var record = try #require(system.world.records[Self.wg0])
        record.save.endpoints = [Self.key: Endpoint("[2001:db8::1]:5")!]
        record.save.automaticPort = 9
        #expect(record.save.isWanted)
        #expect(record.save.digest == SavedFile.digest(Array(Self.text.utf8)))
        #expect(TunnelRecord(text: record.text) == record)
    }
}
