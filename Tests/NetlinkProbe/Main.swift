import Glibc
import WGNetlink

/// Exercises WGRoute and WGNetlink on the kernel that it runs on. Wants root and a network namespace of its own.
///
///     netlink-probe route [KIND] | device | facts | rules | make | undo | restless | unprivileged | scale [PEERS] | absent
@main
struct Main {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            exit(try run(arguments) == 0 ? 0 : 1)
        } catch {
            print("not ok - netlink-probe \(arguments.joined(separator: " ")): \(error)")
            exit(1)
        }
    }

    /// How many checks failed.
    private static func run(_ arguments: [String]) throws -> Int {
        switch arguments.first {
        case "route":
            var probe = try RouteProbe(kind: arguments.dropFirst().first ?? "wireguard")
            return try probe.run()
        case "device":
            var probe = try DeviceProbe()
            return try probe.run()
        case "rules":
            var probe = RuleProbe()
            return try probe.run()
        case "make":
            try Likeness.make()
            return 0
        case "undo":
            try Likeness.undo()
            return 0
        case "restless":
            var probe = Restless()
            return try probe.run()
        case "unprivileged":
            var probe = Unprivileged()
            return try probe.run()
        case "scale":
            try Scale.run(peers: arguments.dropFirst().first.flatMap { Int($0) } ?? 20_000)
            return 0
        case "facts":
            var probe = try KernelFacts()
            return try probe.run()
        case "absent":
            var check = Check()
            let error = check.failure("the family is absent") { () throws(NetlinkError) in
                _ = try WireGuardFamily()
            }
            check.equal(error?.reason, .familyAbsent, "and the error says so")
            return check.failures
        default:
            print(
                "usage: netlink-probe route [KIND] | device | facts | rules | make | undo | restless | unprivileged | scale [PEERS] | absent"
            )
            return 1
        }
    }
}
