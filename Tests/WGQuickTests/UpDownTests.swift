import Testing
import WGConfig
import WGLinux
import WGModel
import WGPlan

@testable import WGQuick

let wg0 = try! InterfaceName("wg0")

/// One `up` on a fake system.
struct Attempt {
    let system: FakeSystem
    var name = wg0
    let reporter = RecordingReporter()
    let signals = FakeSignals()
    var config = QuickConfig()
    var probe: PlanExecutor.StepProbe?

    /// The number of steps that were begun.
    @discardableResult
    func up() throws(QuickError) -> Int {
        let executor = PlanExecutor(
            name: name, hooks: TunnelRecord.Hooks(config), system: system, reporter: reporter, signals: signals,
            probe: probe)
        try TunnelUp(
            name: name, config: config, path: "/conf", system: system, executor: executor, reporter: reporter
        ).run()
        return executor.stepCount
    }

    func down() throws(QuickError) {
        let planner = try TunnelDown.planner(of: name, in: system) { config }
        try TunnelDown(planner: planner!, system: system, reporter: reporter, signals: signals).run()
    }
}

struct UpDownTests {
    private static let config = QuickConfig(
        addresses: [IPPrefix("10.0.0.1/24")!], preUp: ["a %i"], postUp: ["b"], preDown: ["c %i"], postDown: ["d"],
        wireGuard: WireGuardConfig(
            peers: [
                PeerConfig(
                    publicKey: PublicKey(bytes: KeyBytes(repeating: 1)),
                    allowedIPs: [.add(IPPrefix("10.0.0.2/32")!), .add(IPPrefix("10.9.0.0/16")!)])
            ]))

    @Test func upAndDownShowEveryStep() throws {
        let attempt = Attempt(system: FakeSystem(), config: Self.config)
        try attempt.up()
        try attempt.down()
        #expect(
            attempt.reporter.lines == [
                "ip link add dev wg0 type wireguard", "a wg0", "wg addconf wg0 /dev/fd/63",
                "ip -4 address add 10.0.0.1/24 dev wg0", "ip link set mtu 1420 up dev wg0",
                "ip -4 route add 10.9.0.0/16 dev wg0", "b", "c wg0", "ip link delete dev wg0", "d",
            ])
        #expect(attempt.system.world == FakeSystem.World())
    }

    @Test func withoutTheModuleAnEngineMakesTheLink() throws {
        let attempt = Attempt(system: FakeSystem(), config: Self.config)
        attempt.system.kernelHasWireGuard = false
        try attempt.up()
        #expect(
            attempt.reporter.lines.prefix(3) == ["ip link add dev wg0 type wireguard", "! engine", "engine wg0"])
        #expect(attempt.system.world.engines == [wg0])
        try attempt.down()
        #expect(attempt.system.performed.contains(.deleteLink(wg0, runsEngine: true)))
        #expect(attempt.system.world == FakeSystem.World())
    }

    @Test func withoutModuleAndEngineNothingIsDone() {
        let attempt = Attempt(system: FakeSystem())
        attempt.system.kernelHasWireGuard = false
        attempt.system.engine = nil
        #expect(throws: QuickError.engineNotFound("engine")) { try attempt.up() }
        #expect(attempt.system.world == FakeSystem.World())
    }

    @Test func whatAFailingEngineMadeIsRemoved() {
        let attempt = Attempt(system: FakeSystem(), config: Self.config)
        attempt.system.kernelHasWireGuard = false
        attempt.system.engineFailsHalfway = true
        #expect(throws: QuickError.engineFailed(attempt.system.engine!, .exited(7))) { try attempt.up() }
        #expect(attempt.reporter.lines.last == "ip link delete dev wg0")
        #expect(attempt.system.world == FakeSystem.World())
    }

    @Test func aPortInUseStopsEverything() {
        var config = Self.config
        config.wireGuard.listenPort = .number(51820)
        let attempt = Attempt(system: FakeSystem(), config: config)
        attempt.system.usedPorts = [51820]
        #expect(throws: QuickError.listenPortInUse(51820)) { try attempt.up() }
        #expect(attempt.system.performed == [])
    }

    @Test func aSecondUpFailsAndChangesNothing() throws {
        let attempt = Attempt(system: FakeSystem(), config: Self.config)
        try attempt.up()
        let before = attempt.system.world
        #expect(throws: QuickError.plan(.interfaceExists(wg0))) { try attempt.up() }
        #expect(attempt.system.world == before)
    }

    @Test func aSignalDuringTheWaitForANameIsTheReason() {
        let attempt = Attempt(system: FakeSystem(), config: Self.config)
        let signals = attempt.signals
        attempt.system.onResolve = { _ throws(QuickError) in
            signals.pending.append(.interrupt)
            throw .invalidRetries("the name could not be resolved")
        }
        #expect(throws: QuickError.interrupted(.interrupt)) { try attempt.up() }
        #expect(attempt.system.world == FakeSystem.World())
    }

    @Test func aFailingPreDownLeavesTheTunnelUp() throws {
        var config = Self.config
        config.preDown = ["false"]
        let attempt = Attempt(system: FakeSystem(), config: config)
        try attempt.up()
        let before = attempt.system.world
        #expect(throws: QuickError.hookFailed(.preDown, "false", .exited(1))) { try attempt.down() }
        #expect(attempt.system.world == before)
    }

    @Test func aFailingPostDownComesAfterEverythingIsGone() throws {
        var config = Self.config
        config.postDown = ["false"]
        let attempt = Attempt(system: FakeSystem(), config: config)
        try attempt.up()
        #expect(throws: QuickError.hookFailed(.postDown, "false", .exited(1))) { try attempt.down() }
        #expect(attempt.system.world == FakeSystem.World())
    }

    @Test func aSignalBeforeTheTeardownLeavesTheTunnelUp() throws {
        let attempt = Attempt(system: FakeSystem(), config: Self.config)
        try attempt.up()
        let before = attempt.system.world
        let signals = attempt.signals
        attempt.system.onHook = { _, _ in signals.pending.append(.terminate) }
        #expect(throws: QuickError.interrupted(.terminate)) { try attempt.down() }
        #expect(attempt.system.world == before)
    }

    @Test func downFollowsTheRecordNotTheFile() throws {
        let attempt = Attempt(system: FakeSystem(), config: Self.config)
        try attempt.up()
        var edited = attempt
        edited.config.preDown = ["edited"]
        try edited.down()
        #expect(attempt.reporter.lines.contains("c wg0"))
        #expect(!attempt.reporter.lines.contains("edited"))
    }

    @Test func theRecordOfALinkThatHadTheNameBeforeIsNotFollowed() throws {
        var attempt = Attempt(system: FakeSystem(), config: Self.config)
        try attempt.up()
        let record = attempt.system.world.records[wg0]
        try attempt.down()
        try attempt.system.perform(.createLink(wg0))
        attempt.system.world.records[wg0] = record
        attempt.config.preDown = ["edited"]
        try attempt.down()
        #expect(attempt.reporter.lines.contains("edited"))
        #expect(attempt.system.world == FakeSystem.World())
    }
}

struct RollbackTests {
    /// Fixed seeds, and one that is new each time; a failure's argument is the seed.
    static let seeds: [UInt64] = Array(0..<60) + [UInt64.random(in: 1000 ... .max)]

    @Test(arguments: seeds, [true, false])
    func upThenDownLeavesNothing(seed: UInt64, kernel: Bool) throws {
        let attempt = Attempt(system: FakeSystem(), config: .random(seed: seed))
        attempt.system.kernelHasWireGuard = kernel
        try attempt.up()
        let world = attempt.system.world
        #expect(world.addresses[wg0] ?? [] == Set(attempt.config.addresses))
        #expect(throws: QuickError.plan(.interfaceExists(wg0))) { try attempt.up() }
        #expect(attempt.system.world == world)
        try attempt.down()
        #expect(attempt.system.world == FakeSystem.World())
    }

    /// With automatic routes, each allowed IP is reachable by some route; with a table, each has its own there.
    @Test(arguments: seeds)
    func everyAllowedIPHasItsRoute(seed: UInt64) throws {
        let attempt = Attempt(system: FakeSystem(), config: .random(seed: seed))
        try attempt.up()
        let routes = try attempt.system.snapshot(wg0, [.link, .routes]).routes
        for case .add(let prefix) in attempt.config.wireGuard.peers.flatMap(\.allowedIPs) {
            switch attempt.config.table {
            case .automatic where prefix.isDefault:
                #expect(routes.contains { $0.table == 51820 && $0.destination == prefix })
            case .automatic: #expect(routes.contains { $0.table == 254 && $0.destination.contains(prefix) })
            case .number(let table): #expect(routes.contains(RouteState(destination: prefix, table: table)))
            case .off: #expect(!routes.contains { !attempt.config.addresses.map(\.masked).contains($0.destination) })
            }
        }
    }

    @Test(arguments: seeds, [true, false])
    func aFailureAtAnyStepRestoresTheSystem(seed: UInt64, kernel: Bool) throws {
        let whole = Attempt(system: FakeSystem(), config: .random(seed: seed))
        whole.system.kernelHasWireGuard = kernel
        let count = try whole.up()
        for step in 0..<count {
            var attempt = Attempt(system: FakeSystem(), config: whole.config)
            attempt.system.kernelHasWireGuard = kernel
            attempt.probe = { index, _ throws(QuickError) in
                if index == step { throw .injected(step) }
            }
            #expect(throws: QuickError.injected(step)) { try attempt.up() }
            #expect(attempt.system.world == FakeSystem.World())
        }
    }

    @Test(arguments: seeds, [true, false])
    func aRefusalOfAnyStepRestoresTheSystem(seed: UInt64, kernel: Bool) throws {
        let whole = Attempt(system: FakeSystem(), config: .random(seed: seed))
        whole.system.kernelHasWireGuard = kernel
        let count = try whole.up()
        for step in 0..<count {
            let attempt = Attempt(system: FakeSystem(), config: whole.config)
            attempt.system.kernelHasWireGuard = kernel
            attempt.system.refusedStep = step
            do throws(QuickError) {
                try attempt.up()
                #expect(attempt.reporter.lines.contains { $0.hasPrefix("~ sysctl") }, "nothing else is dispensable")
                try attempt.down()
            } catch {}
            #expect(attempt.system.world == FakeSystem.World())
        }
    }

    @Test(arguments: seeds)
    func aSignalAtAnyStepRestoresTheSystem(seed: UInt64) throws {
        let whole = Attempt(system: FakeSystem(), config: .random(seed: seed))
        let count = try whole.up()
        for step in 0..<count {
            var attempt = Attempt(system: FakeSystem(), config: whole.config)
            let signals = attempt.signals
            attempt.probe = { index, _ in if index == step { signals.pending.append(.terminate) } }
            #expect(throws: QuickError.interrupted(.terminate)) { try attempt.up() }
            #expect(attempt.system.world == FakeSystem.World())
        }
    }

    @Test func aFailureToUndoIsReportedAndTheRestStillUndone() throws {
        var attempt = Attempt(system: FakeSystem())
        attempt.config.preUp = ["false"]
        attempt.system.onHook = { system, _ in system.refusedStep = system.performed.count }
        #expect(throws: QuickError.hookFailed(.preUp, "false", .exited(1))) { try attempt.up() }
        #expect(attempt.reporter.lines.contains("? ip link delete dev wg0"))
        #expect(attempt.system.world.records[wg0] != nil, "down can try again")
        try attempt.down()
        #expect(attempt.system.world == FakeSystem.World())
    }
}
