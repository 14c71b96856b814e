import Glibc

/// Exercises WGRoute and WGNetlink on the kernel that it runs on. Wants root and a network namespace of its own.
///
///     netlink-probe route [KIND]
@main
struct Main {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            switch arguments.first {
            case "route":
                var probe = try RouteProbe(kind: arguments.dropFirst().first ?? "wireguard")
                exit(try probe.run() == 0 ? 0 : 1)
            default:
                print("usage: netlink-probe route [KIND]")
                exit(2)
            }
        } catch {
            print("not ok - netlink-probe \(arguments.joined(separator: " ")): \(error)")
            exit(1)
        }
    }
}
