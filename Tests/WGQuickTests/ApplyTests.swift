import TestSupport
import Testing
import WGConfig
import WGLinux
import WGModel
import WGPlan

@testable import WGQuick

extension Attempt {
    @discardableResult
    func apply(_ config: QuickConfig, runsHooks: Bool = false) throws(QuickError) -> [ChangedHook] {
        let executor = PlanExecutor(name: name, system: system, reporter: reporter, signals: signals, probe: probe)
        return try TunnelApply(
            name: name, config: config, path: "/conf", runsHooks: runsHooks, system: system, executor: executor,
            reporter: reporter
        ).run()
    }
}

extension FakeSystem {
    /// What is so whichever way a tunnel came to its configuration.
    func outcome(_ config: QuickConfig) -> World {
        var world = world
        let isFull = world.rules.contains(where: \.invert)
        world.links[wg0]?.index = 0
        world.records[wg0]?.linkIndex = 0
        if world.routes[wg0] == [] { world.routes[wg0] = nil }
        if world.addresses[wg0] == [] { world.addresses[wg0] = nil }
        // What a failure between two steps leaves of a setting that is the link's own.
        world.sysctls[Sysctl.promoteSecondaries(wg0)] = nil
        // A mark stays, and so does an endpoint that the file does not have.
        if !isFull {
            world.devices[wg0]?.fwmark = 0
            world.records[wg0]?.effects.mark = nil
        }
        let located = Set(config.wireGuard.peers.filter { $0.endpoint != nil }.map(\.publicKey))
        let peers = world.devices[wg0]?.peers ?? []
        world.devices[wg0]?.peers = peers.map { peer in
            var peer = peer
            if !located.contains(peer.publicKey) { peer.endpoint = nil }
            return peer
        }.sorted { "\($0.publicKey)" < "\($1.publicKey)" }
        return world
    }
}

struct ApplyTests {
    /// Fixed seeds, and one that is new each time; a failure's argument is the seed.
    static let seeds: [UInt64] = Array(0..<300) + [UInt64.random(in: 1000 ... .max / 4)]

    /// Two configurations with the same hooks that have much in common, with several addresses in a network.
    static func pair(_ seed: UInt64) -> (QuickConfig, QuickConfig) {
        var generator = SeededGenerator(seed: seed)
        var first = QuickConfig.random(seed: seed &* 2)
        var second = QuickConfig.random(seed: seed &* 2 &+ 1)
        second.preUp = first.preUp
        second.postUp = first.postUp
        second.preDown = first.preDown
        second.postDown = first.postDown
        let hosts = (1...6).map { IPPrefix("10.200.0.\($0)/24")! }
        first.addresses += hosts.filter { _ in Bool.random(using: &generator) }
        second.addresses += hosts.filter { _ in Bool.random(using: &generator) }
        for index in second.wireGuard.peers.indices where Bool.random(using: &generator) {
            second.wireGuard.peers[index].endpoint = EndpointName(host: "192.0.2.2", service: "2")
            second.wireGuard.peers[index].persistentKeepalive = 25
        }
        if Int.random(in: 0..<4, using: &generator) == 0 { second.wireGuard.fwmark = 77 }
        if Int.random(in: 0..<3, using: &generator) == 0 { second.wireGuard.peers = first.wireGuard.peers }
        return (first, second)
    }

    @Test(arguments: seeds)
    func itIsAsIfTheFileHadBeenThereAtUp(seed: UInt64) throws {
        let (before, after) = Self.pair(seed)
        let fresh = Attempt(system: FakeSystem(), config: after)
        try fresh.up()
        let attempt = Attempt(system: FakeSystem(), config: before)
        try attempt.up()
        #expect(try attempt.apply(after) == [])
        #expect(attempt.system.outcome(after) == fresh.system.outcome(after))
        let count = attempt.system.performed.count
        try attempt.apply(after)
        #expect(attempt.system.performed.dropFirst(count) == [])
        try attempt.down()
        #expect(attempt.system.world == FakeSystem.World())
    }

    @Test(arguments: seeds)
    func rightAfterUpThereIsNothingToDo(seed: UInt64) throws {
        let attempt = Attempt(system: FakeSystem(), config: Self.pair(seed).1)
        try attempt.up()
        let count = attempt.system.performed.count
        try attempt.apply(attempt.config)
        #expect(attempt.system.performed.dropFirst(count) == [])
    }

    @Test(arguments: seeds.prefix(60))
    func whateverEndsItMidwayTheNextOneDoesTheRest(seed: UInt64) throws {
        let (before, after) = Self.pair(seed)
        let fresh = Attempt(system: FakeSystem(), config: after)
        try fresh.up()
        var step = 0
        while true {
            var attempt = Attempt(system: FakeSystem(), config: before)
            try attempt.up()
            let failing = step
            attempt.probe = { index, _ throws(QuickError) in
                if index == failing { throw .injected(failing) }
            }
            let isDone = (try? attempt.apply(after)) != nil
            attempt.probe = nil
            if !isDone {
                let midway = attempt.system.world
                try attempt.apply(after)
                #expect(attempt.system.outcome(after) == fresh.system.outcome(after), "step \(step)")
                attempt.system.world = midway
            }
            try attempt.down()
            #expect(attempt.system.world == FakeSystem.World(), "step \(step)")
            if isDone { break }
            step += 1
        }
    }

    @Test(arguments: seeds.prefix(60), [true, false])
    func aLinkThatHasGoneIsMadeAnewBehindRulesThatStay(seed: UInt64, kernel: Bool) throws {
        let config = Self.pair(seed).1
        let attempt = Attempt(system: FakeSystem(), config: config)
        attempt.system.kernelHasWireGuard = kernel
        try attempt.up()
        let before = attempt.system.outcome(config)
        try attempt.system.perform(.deleteLink(wg0, runsEngine: false))
        let count = attempt.system.performed.count
        #expect(try TunnelApply.linkHasGone(wg0, in: attempt.system))
        try attempt.apply(config)
        #expect(attempt.system.outcome(config) == before)
        for operation in attempt.system.performed.dropFirst(count) {
            switch operation {
            case .removeRule, .removeRoute: Issue.record("\(operation)")
            default: break
            }
        }
        #expect(try !TunnelApply.linkHasGone(wg0, in: attempt.system))
    }

    @Test func whatIsDownComesUp() throws {
        let attempt = Attempt(system: FakeSystem(), config: QuickConfig(preUp: ["a"], postUp: ["b"]))
        #expect(try !TunnelApply.linkHasGone(wg0, in: attempt.system))
        try attempt.apply(attempt.config)
        #expect(attempt.reporter.lines.contains("b"))
        #expect(attempt.system.world.records[wg0]?.progress == .up)
    }

    @Test func hooksThatChangedAreToldAndRunOnlyIfWanted() throws {
        let attempt = Attempt(
            system: FakeSystem(), config: QuickConfig(preUp: ["a"], postUp: ["b"], preDown: ["c"], postDown: ["d"]))
        try attempt.up()
        var changed = attempt.config
        changed.preUp = ["a", "new %i"]
        changed.postUp = ["other"]
        changed.preDown = ["undo"]
        let expected = [
            ChangedHook(stage: .preUp, command: "new %i", isNew: true),
            ChangedHook(stage: .postUp, command: "other", isNew: true),
            ChangedHook(stage: .postUp, command: "b", isNew: false),
        ]
        let count = attempt.reporter.lines.count
        for _ in 1...2 { #expect(try attempt.apply(changed) == expected) }
        #expect(attempt.reporter.lines.count == count)
        #expect(attempt.system.world.records[wg0]?.hooks.preDown == ["c"], "what ran is taken back")
        #expect(try attempt.apply(changed, runsHooks: true) == [])
        #expect(attempt.reporter.lines.dropFirst(count) == ["new wg0", "other"])
        #expect(attempt.system.world.records[wg0]?.hooks == TunnelRecord.Hooks(changed))
        #expect(try attempt.apply(changed) == [])
    }

    @Test(arguments: [false, true])
    func theHooksOfALinkThatHasGoneAreRunAgain(runsHooks: Bool) throws {
        let attempt = Attempt(
            system: FakeSystem(),
            config: QuickConfig(preUp: ["a %i"], postUp: ["b"], preDown: ["false"], postDown: ["d"]))
        try attempt.up()
        try attempt.system.perform(.deleteLink(wg0, runsEngine: false))
        var changed = attempt.config
        changed.postUp = ["b", "new"]
        let count = attempt.system.performed.count
        #expect(try attempt.apply(changed, runsHooks: runsHooks).map(\.command) == (runsHooks ? [] : ["new"]))
        let lines = attempt.system.performed.dropFirst(count).compactMap(\.trace)
        let hooks = ["false", "d", "ip link add dev wg0 type wireguard", "a wg0", "b"] + (runsHooks ? ["new"] : [])
        #expect(lines.filter(Set(hooks).contains) == hooks)
        #expect(lines.last == hooks.last)
        #expect(attempt.system.world.records[wg0]?.progress == .up)
        #expect(try attempt.apply(changed, runsHooks: runsHooks).count == (runsHooks ? 0 : 1))
        #expect(attempt.system.performed.compactMap(\.trace).last == hooks.last, "there was nothing to do")
    }

    @Test func hooksThatDidNotComeToTheirEndAreRunByTheNextApply() throws {
        let attempt = Attempt(system: FakeSystem(), config: QuickConfig(preUp: ["a"], postUp: ["b"], postDown: ["d"]))
        try attempt.up()
        try attempt.system.perform(.deleteLink(wg0, runsEngine: false))
        attempt.system.onHook = { system, command throws(QuickError) in
            if command == "b" { throw .interrupted(Signal(rawValue: 15)) }
        }
        #expect(throws: QuickError.interrupted(Signal(rawValue: 15))) { try attempt.apply(attempt.config) }
        #expect(attempt.system.world.links[wg0] != nil)
        #expect(attempt.system.world.records[wg0]?.progress == .restoring)
        attempt.system.onHook = { _, _ in }
        let count = attempt.system.performed.count
        try attempt.apply(attempt.config)
        #expect(attempt.system.performed.dropFirst(count).compactMap(\.trace) == ["d", "a", "b"])
        try attempt.down()
        #expect(attempt.system.world == FakeSystem.World())
    }

    @Test func hooksForDownThatChangedAreTakenOver() throws {
        let attempt = Attempt(system: FakeSystem(), config: QuickConfig(preDown: ["c"]))
        try attempt.up()
        #expect(try attempt.apply(QuickConfig(preDown: ["e"])) == [])
        try attempt.down()
        #expect(attempt.reporter.lines.contains("e"))
        #expect(!attempt.reporter.lines.contains("c"))
    }

    @Test func aPeerThatRoamedStaysWhereItIs() throws {
        func config(_ endpoint: String) -> QuickConfig {
            let peer = PeerConfig(
                publicKey: PublicKey(bytes: KeyBytes(repeating: 1)), endpoint: EndpointName(endpoint))
            return QuickConfig(wireGuard: WireGuardConfig(peers: [peer]))
        }
        let attempt = Attempt(system: FakeSystem(), config: config("192.0.2.1:1"))
        try attempt.up()
        attempt.system.world.devices[wg0]?.peers[0].endpoint = Endpoint("198.51.100.9:9")
        try attempt.apply(config("192.0.2.1:1"))
        #expect(attempt.system.world.devices[wg0]?.peers[0].endpoint == Endpoint("198.51.100.9:9"))
        try attempt.apply(config("192.0.2.1:2"))
        #expect(attempt.system.world.devices[wg0]?.peers[0].endpoint == Endpoint("192.0.2.1:2"))
    }

    @Test func aTunnelWithoutARecordIsAdopted() throws {
        for seed in Self.seeds.prefix(60) {
            let (before, after) = Self.pair(seed)
            var config = after
            config.table = before.table
            let attempt = Attempt(system: FakeSystem(), config: before)
            try attempt.up()
            let addresses = attempt.system.world.addresses[wg0] ?? []
            attempt.system.world.records[wg0] = nil
            config.wireGuard.fwmark = nil
            try attempt.apply(config)
            #expect(attempt.reporter.lines.contains { $0.hasPrefix("! adopted") })
            #expect(attempt.system.world.addresses[wg0] ?? [] == addresses.union(config.addresses))
            let count = attempt.system.performed.count
            try attempt.apply(config)
            #expect(attempt.system.performed.dropFirst(count) == [])
        }
    }

    @Test func whatIsNoWireGuardInterfaceIsLeftAlone() throws {
        let attempt = Attempt(system: FakeSystem())
        attempt.system.world.links[wg0] = LinkState(name: wg0, index: 2, kind: "dummy", mtu: 1500, isUp: true)
        let before = attempt.system.world
        #expect(throws: QuickError.plan(.notWireGuard(wg0))) { try attempt.apply(QuickConfig()) }
        #expect(attempt.system.world == before)
    }
}
