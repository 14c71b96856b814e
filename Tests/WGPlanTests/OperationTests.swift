import Testing
import WGModel

@testable import WGPlan

struct OperationTests {
    private static let settings = (down: LinkSettings(mtu: 1500, isUp: false), up: LinkSettings(mtu: 1420, isUp: true))
    private static let engine = EngineProgram(path: "/x/e", shownName: "e")
    private static let record = TunnelRecord.plain(index: 1)

    @Test(arguments: [
        Operation.addAddress(prefix("10.0.0.1/24"), wg0),
        .removeAddress(prefix("10.0.0.1/24"), wg0),
        .addRoute(RouteState(destination: prefix("::/0"), table: 7), wg0),
        .removeRoute(RouteState(destination: prefix("::/0"), table: 7), wg0),
        .setLink(wg0, from: settings.down, to: settings.up),
        .addRule(RuleState(family: .ipv6, priority: 3, mark: 5, invert: true, table: 5)),
        .addRoute(.lastResort(.ipv4, table: 5), wg0),
        .setSysctl("net/x", from: "0", to: "1"),
        .setFirewall(wg0, from: nil, to: FirewallStateTests.whole),
    ])
    func takingBackTwiceIsDoing(operation: Operation) {
        #expect(operation.inverse != operation)
        #expect(operation.inverse?.inverse == operation)
    }

    @Test func whatALinkTakesWithItIsNotTakenBackOneByOne() {
        var journal = Journal(wg0, hooks: TunnelRecord.Hooks(preDown: ["c %i"], postDown: ["d"]))
        journal.append(.startEngine(wg0, Self.engine))
        journal.append(.writeRecord(Self.record))
        journal.append(.runHook(.preUp, "x"))
        journal.append(.setDevice(wg0, DeviceChange()))
        journal.append(.addAddress(prefix("10.0.0.1/24"), wg0))
        journal.append(.setLink(wg0, from: Self.settings.down, to: Self.settings.up))
        journal.append(.addRoute(RouteState(destination: prefix("10.0.0.0/8")), wg0))
        #expect(
            journal.rollback == [
                .removeRecord(wg0), .deleteLink(wg0, runsEngine: true), .runHook(.postDown, "d"),
            ])
    }

    @Test func onceAPostUpHookHasBegunAllHooksForDownRun() {
        var journal = Journal(wg0, hooks: TunnelRecord.Hooks(preDown: ["c %i"], postDown: ["d"]))
        journal.append(.createLink(wg0))
        #expect(journal.rollback == [.deleteLink(wg0, runsEngine: false)])
        journal.append(.runHook(.postUp, "b"))
        #expect(
            journal.rollback == [
                .runHook(.preDown, "c wg0"), .deleteLink(wg0, runsEngine: false), .runHook(.postDown, "d"),
            ])
    }

    @Test func whatDoesNotGoWithTheLinkIsTakenBackByItself() {
        let rule = RuleState(family: .ipv4, priority: 9, mark: 7, invert: true, table: 7)
        var journal = Journal(wg0)
        journal.append(.createLink(wg0))
        journal.append(.addRule(rule))
        journal.append(.addRoute(RouteState(destination: prefix("0.0.0.0/0"), table: 7), wg0))
        journal.append(.addRoute(.lastResort(.ipv4, table: 7), wg0))
        journal.append(.setSysctl(Sysctl.sourceValidMark, from: "0", to: "1"))
        #expect(
            Plan(journal.rollback).lines == [
                "sysctl -q net.ipv4.conf.all.src_valid_mark=0",
                "ip -4 route delete unreachable 0.0.0.0/0 table 7 metric 4294967295",
                "ip -4 rule delete not fwmark 7 table 7", "ip link delete dev wg0",
            ])
    }

    @Test func onAForeignLinkEachStepIsTakenBackInReverse() {
        var journal = Journal(wg0, hooks: TunnelRecord.Hooks(preDown: ["c %i"], postDown: ["d"]))
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
