import Testing
import WGConfig
import WGModel
import WGPlan

@testable import WGQuick

/// Tunnels that come up at the same moment make their rules one after the other.
struct TurnTests {
    private static func config(_ destination: String) -> QuickConfig {
        QuickConfig(
            preUp: ["a"], postUp: ["b"], preDown: ["c"], postDown: ["d"],
            wireGuard: WireGuardConfig(
                peers: [
                    PeerConfig(
                        publicKey: PublicKey(bytes: KeyBytes(repeating: 1)),
                        allowedIPs: [.add(IPPrefix(destination)!)])
                ]))
    }

    /// Of another tunnel, in the places where they go if there are none.
    private static let foreign = [
        RuleState(family: .ipv4, priority: 32765, mark: 51820, invert: true, table: 51820),
        RuleState(family: .ipv4, priority: 32764, table: RouteState.mainTable, suppressPrefixLength: 0),
    ]

    /// Another comes up while this one waits. No hook is to find its turn taken.
    private func system() -> FakeSystem {
        let system = FakeSystem()
        system.onTurn = { $0.world.rules.formUnion(Self.foreign) }
        system.onHook = { (system, _) throws(QuickError) in #expect(!system.isInTurn) }
        return system
    }

    private func expectBoth(_ system: FakeSystem) {
        #expect(system.world.rules.isSuperset(of: Self.foreign))
        #expect(Set(system.world.rules.filter(\.invert).map(\.table)) == [51820, 51821])
        #expect(system.world.devices[wg0]?.fwmark == 51821)
        #expect(!system.isInTurn)
    }

    @Test func upSeesWhatOthersDidBeforeItsTurn() throws {
        let attempt = Attempt(system: system(), config: Self.config("0.0.0.0/0"))
        try attempt.up()
        expectBoth(attempt.system)
    }

    @Test func soDoesApply() throws {
        let attempt = Attempt(system: system(), config: Self.config("10.0.0.0/8"))
        try attempt.up()
        #expect(attempt.system.world.rules.isDisjoint(with: Self.foreign), "Without rules no turn is waited for.")
        try attempt.apply(Self.config("0.0.0.0/0"))
        expectBoth(attempt.system)
    }

    @Test func aFailureEndsTheTurn() throws {
        var attempt = Attempt(system: system(), config: Self.config("0.0.0.0/0"))
        let system = attempt.system
        attempt.probe = { (step, operation) throws(QuickError) in
            guard case .addRule = operation else { return }
            #expect(system.isInTurn)
            throw .injected(step)
        }
        #expect(throws: QuickError.self) { try attempt.up() }
        #expect(!system.isInTurn)
        #expect(system.world.links.isEmpty)
    }
}
