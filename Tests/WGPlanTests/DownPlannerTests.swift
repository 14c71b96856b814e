import Testing
import WGConfig
import WGModel

@testable import WGPlan

struct DownPlannerTests {
    private let record = TunnelRecord(
        interface: wg0, host: host, linkIndex: 9, preDown: ["before %i"], postDown: ["after %i"])

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
    func onlyAWireGuardInterfaceGoesDown(link: LinkState?) {
        #expect(throws: PlanError.notWireGuard(wg0)) {
            try DownPlanner(record: record).begin(SystemSnapshot(link: link))
        }
    }

    @Test func aLinkThatAHookDeletedIsNotDeletedAgain() {
        #expect(DownPlanner(record: record).tearDown(SystemSnapshot()).operations == [.removeRecord(wg0)])
    }

    @Test func somebodyElsesFullTunnelIsRefusedUntouched() {
        let planner = DownPlanner(name: wg0, config: QuickConfig())
        let full = SystemSnapshot(link: link(), device: device(["0.0.0.0/0"], fwmark: 51820))
        #expect(throws: PlanError.fullTunnelUnsupported(prefix("0.0.0.0/0"))) { try planner.begin(full) }
        let own = DownPlanner(name: wg0, config: QuickConfig(table: .off))
        #expect(throws: Never.self) { try own.begin(full) }
    }
}
