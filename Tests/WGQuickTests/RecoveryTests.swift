import Testing
import WGConfig
import WGLinux
import WGModel
import WGPlan

@testable import WGQuick

struct RecoveryTests {
    /// Fixed seeds, and one that is new each time; a failure's argument is the seed.
    static let seeds: [UInt64] = Array(0..<40) + [UInt64.random(in: 1000 ... .max)]

    /// What a kill before that step leaves behind.
    private func killed(seed: UInt64, step: Int) -> FakeSystem {
        let attempt = Attempt(system: FakeSystem(), config: .random(seed: seed))
        let system = attempt.system
        var copy = attempt
        copy.probe = { index, _ throws(QuickError) in
            if index == step {
                system.dies = true
                throw .injected(step)
            }
        }
        #expect(throws: QuickError.injected(step)) { try copy.up() }
        system.dies = false
        return system
    }

    @Test(arguments: seeds)
    func afterAKillAtAnyStepDownOrUpTakesAwayWhatIsLeft(seed: UInt64) throws {
        let count = try Attempt(system: FakeSystem(), config: .random(seed: seed)).up()
        for step in 0..<count {
            let left = Attempt(system: killed(seed: seed, step: step), config: .random(seed: seed))
            if left.system.world != FakeSystem.World() { try left.down() }
            #expect(left.system.world == FakeSystem.World())
            let again = Attempt(system: killed(seed: seed, step: step), config: .random(seed: seed))
            try again.up()
            try again.down()
            #expect(again.system.world == FakeSystem.World())
        }
    }

    @Test(arguments: seeds)
    func aTunnelWhoseLinkHasGoneIsTakenDownOrUpAgain(seed: UInt64) throws {
        for comesUp in [false, true] {
            let attempt = Attempt(system: FakeSystem(), config: .random(seed: seed))
            try attempt.up()
            try attempt.system.perform(.deleteLink(wg0, runsEngine: false))
            if comesUp {
                try attempt.up()
                #expect(attempt.system.world.links[wg0] != nil)
            }
            try attempt.down()
            #expect(attempt.system.world == FakeSystem.World())
        }
    }

    @Test func aDownSaysWhatItIsAboutToDoBeforeTheLinkGoes() throws {
        let attempt = Attempt(system: FakeSystem())
        try attempt.up()
        let record = try #require(attempt.system.world.records[wg0])
        let count = attempt.system.performed.count
        try attempt.down()
        var announced = record
        announced.progress = .goingDown
        let steps = attempt.system.performed[count...]
        #expect(steps.prefix(2) == [.updateRecord(announced), .deleteLink(wg0, runsEngine: false)])
        for progress in [TunnelRecord.Progress.up, .restoring, .goingDown] {
            attempt.system.world.records[wg0] = record
            attempt.system.world.records[wg0]?.progress = progress
            #expect(try TunnelApply.linkHasGone(wg0, in: attempt.system) == (progress != .goingDown))
        }
        attempt.system.makersRun = true
        try attempt.down()
        #expect(attempt.system.world == FakeSystem.World())
    }

    @Test func anUpThatDidNotComeToItsEndIsNotSaidToHaveBeenUp() throws {
        let system = killed(seed: 3, step: 2)
        let progress = try #require(system.world.records[wg0]?.progress)
        system.refusedStep = system.performed.count
        #expect(throws: QuickError.self) { try Attempt(system: system, config: .random(seed: 3)).down() }
        #expect(system.world.records[wg0]?.progress == progress)
    }

    @Test func aTunnelGoesWithoutTheProgramOfItsPacketFilter() throws {
        let peer = PeerConfig(
            publicKey: PublicKey(bytes: KeyBytes(repeating: 1)), allowedIPs: [.add(IPPrefix("0.0.0.0/0")!)])
        let config = QuickConfig(wireGuard: WireGuardConfig(peers: [peer]))
        let attempt = Attempt(system: FakeSystem(), config: config)
        try attempt.up()
        attempt.system.hasTools = false
        try attempt.down()
        #expect(attempt.reporter.lines.contains { $0.hasPrefix("~ ") })
        attempt.system.world.firewalls = [:]
        #expect(attempt.system.world == FakeSystem.World())
    }

    @Test func anUpThatStillRunsIsLeftAlone() throws {
        let system = killed(seed: 3, step: 2)
        system.makersRun = true
        let before = system.world
        let error = QuickError.plan(.isBeingBroughtUp(wg0, ProcessIdentity(pid: 7, startTime: 8)))
        #expect(throws: error) { try Attempt(system: system).up() }
        #expect(throws: error) { try Attempt(system: system).down() }
        #expect(system.world == before)
    }

    @Test func theHooksOfATunnelThatWasKilledAreTakenBackFirst() throws {
        let config = QuickConfig(postUp: ["b"], preDown: ["c"], postDown: ["d"])
        let attempt = Attempt(system: FakeSystem(), config: config)
        try attempt.up()
        try attempt.system.perform(.deleteLink(wg0, runsEngine: false))
        try attempt.up()
        #expect(attempt.reporter.lines.filter { ["b", "c", "d"].contains($0) } == ["b", "c", "d", "b"])
    }

    @Test func twoFullTunnelsGoDownInAnyOrder() throws {
        let config = QuickConfig(
            wireGuard: WireGuardConfig(peers: [
                PeerConfig(
                    publicKey: PublicKey(bytes: KeyBytes(repeating: 1)),
                    allowedIPs: [.add(IPPrefix("0.0.0.0/0")!), .add(IPPrefix("::/0")!)])
            ]))
        for firstGoesFirst in [true, false] {
            let first = Attempt(system: FakeSystem(), config: config)
            let second = Attempt(system: first.system, name: try InterfaceName("wg1"), config: config)
            try first.up()
            let alone = first.system.world
            try second.up()
            #expect(first.system.world.rules.isSuperset(of: alone.rules))
            let order = firstGoesFirst ? [first, second] : [second, first]
            try order[0].down()
            #expect(order[0].system.world.devices.count == 1)
            #expect(order[0].system.world.sysctls[Sysctl.sourceValidMark] == "1")
            try order[1].down()
            #expect(first.system.world == FakeSystem.World())
        }
    }
}
