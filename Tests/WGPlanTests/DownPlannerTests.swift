import Testing
import WGConfig
import WGModel

@testable import WGPlan

struct DownPlannerTests {
    private let record = TunnelRecord.plain(
        hooks: TunnelRecord.Hooks(preDown: ["before %i"], postDown: ["after %i"]))

    @Test func aRecordSaysWhatToDo() throws {
        let planner = DownPlanner(record: record)
        #expect(try planner.begin(SystemSnapshot(link: link(), device: device([]))).lines == ["before wg0"])
        #expect(
            planner.tearDown(SystemSnapshot(link: link(kind: "tun"))).operations == [
                .deleteLink(wg0, runsEngine: true), .removeRecord(wg0),
            ])
        #expect(planner.finish().lines == ["after wg0"])
    }

    @Test func withoutARecordTheFileSaysIt() throws {
        let planner = DownPlanner(name: wg0, config: QuickConfig(preDown: ["p"], postDown: ["q"]))
        #expect(try planner.begin(SystemSnapshot(link: link(), device: device([]))).lines == ["p"])
        #expect(
            planner.tearDown(SystemSnapshot(link: link())).operations == [.deleteLink(wg0, runsEngine: false)])
        #expect(planner.finish().lines == ["q"])
    }

    @Test(arguments: [nil, link()])
    func withoutARecordOnlyAWireGuardInterfaceGoesDown(link: LinkState?) {
        #expect(throws: PlanError.notWireGuard(wg0)) {
            try DownPlanner(name: wg0, config: QuickConfig()).begin(SystemSnapshot(link: link))
        }
    }

    @Test func aLinkOfSomebodyElseIsLeftAloneWhenTheTunnelsIsGone() throws {
        let planner = DownPlanner(name: wg0, config: QuickConfig(), stale: record)
        let foreign = SystemSnapshot(link: link(kind: "veth"))
        #expect(try planner.begin(foreign).lines == [])
        #expect(planner.tearDown(foreign).operations == [.removeDeadSocket(wg0), .removeRecord(wg0)])
        let tunnel = SystemSnapshot(link: link(), device: device([]))
        #expect(planner.tearDown(tunnel).operations == [.deleteLink(wg0, runsEngine: false), .removeRecord(wg0)])
    }

    @Test func anEngineIsAskedOnlyWithoutARecord() {
        #expect(DownPlanner(record: record).beginNeeds.isDisjoint(with: .device))
        #expect(DownPlanner(record: record).tearDownNeeds.isDisjoint(with: .device))
        let planner = DownPlanner(name: wg0, config: QuickConfig())
        #expect(planner.beginNeeds.contains(.device) && planner.tearDownNeeds.contains(.device))
    }

    @Test func aLinkThatAHookDeletedIsNotDeletedAgain() {
        #expect(
            DownPlanner(record: record).tearDown(SystemSnapshot()).operations == [
                .removeDeadSocket(wg0), .removeRecord(wg0),
            ])
    }

    @Test(
        arguments: [
            (.begun, [], []), (.preUp, [], ["after wg0"]), (.postUp, ["before wg0"], ["after wg0"]),
        ] as [(TunnelRecord.Progress, [String], [String])])
    func anUpThatWasKilledLeavesTheHooksThatTakeBackItsOwn(
        progress: TunnelRecord.Progress, before: [String], after: [String]
    ) throws {
        var record = record
        record.progress = progress
        let planner = DownPlanner(record: record)
        #expect(try planner.begin(SystemSnapshot()).lines == before)
        #expect(planner.finish().lines == after)
    }
}
