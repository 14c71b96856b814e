import Testing
import WGModel
import WGPlan

@testable import wg_quick

struct QuickApplyTests {
    @Test func theOptionsOfApplyAndPlanAreUnderstood() throws {
        #expect(try Command(["apply", "x"]) == .apply("x", Command.Apply()))
        #expect(try Command(["down", "x", "--dry-run"]) == .down("x", shows: .text))
        #expect(try Command(["plan", "x"]) == .apply("x", Command.Apply(common: UpOptions(shows: .text))))
        let common = UpOptions(dns: .file, shows: .json)
        #expect(
            try Command(["apply", "x", "--run-hooks", "--if-gone", "--dry-run", "--json", "--dns=file"])
                == .apply("x", Command.Apply(runsHooks: true, onlyIfGone: true, common: common)))
    }

    @Test(arguments: [Subcommand.up, .down, .apply])
    func withoutAPlanThereIsNoJSON(subcommand: Subcommand) {
        let fault = Command.Fault.without(.json, .dryRun, subcommand)
        #expect(throws: fault) { try Command([subcommand.rawValue, "--json", "x"]) }
        #expect(Messages(program: "wg-quick").text(fault).contains("--dry-run"))
    }

    @Test func aPlanIsShownAsTextAndAsJSON() throws {
        let name = try InterfaceName("wg0")
        let plan = ShownPlan(
            interface: name,
            operations: [
                .removeRecord(name),
                .setLink(
                    name, from: LinkSettings(mtu: 1, isUp: false), to: LinkSettings(mtu: 1420, isUp: true)),
                .runHook(.postUp, "a \"b\""),
            ], names: [:], warnings: ["w\n"], hooks: [ChangedHook(stage: .preUp, command: "c", isNew: true)])
        #expect(plan.text == "ip link set mtu 1420 up dev wg0\na \"b\"\n")
        #expect(
            plan.json == #"{"schema":1,"interface":"wg0","pending":true,"operations":["#
                + #"{"kind":"set-link","stage":null,"commands":["ip link set mtu 1420 up dev wg0"]},"#
                + #"{"kind":"run-hook","stage":"PostUp","commands":["a \"b\""]}],"#
                + #""hooks_not_run":[{"stage":"PreUp","command":"c","new":true}],"warnings":["w"]}"# + "\n")
        let nothing = ShownPlan(
            interface: name, operations: [.removeRecord(name)], names: [:], warnings: [], hooks: [])
        #expect(!nothing.isPending && nothing.text == "")
    }
}
