import WGEngine
import WGLinux
import WGModel
import WGSandbox

/// The engine with a clock that runs faster than time, so that a test sees rekeys within seconds:
///
///     engine-with-test-clock [--no-sandbox] [--workers NUMBER] RATE [-f] INTERFACE
///
/// With so many workers for each direction, always at work, however few processors there are.
///
/// Or what an intruder would find, who has taken over one of its threads and tries a system call:
///
///     engine-with-test-clock try open|unix-socket|udp-socket|preemptions|give-way|executable-memory|thread|execute|become
///
/// Never installed; the program `wireguard-swift` has no such thing.
@main
struct Main {
    static func main() {
        var arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == "try", arguments.count == 2 { Intruder.run(arguments[1]) }
        // Sanitizers need system calls that the engine does not.
        let isShutIn = arguments.first != "--no-sandbox"
        if !isShutIn { arguments.removeFirst() }
        var workers: Int?
        if arguments.first == "--workers", arguments.count > 1 {
            workers = Int(arguments[1])
            arguments.removeFirst(2)
        }
        guard !arguments.isEmpty, let rate = UInt64(arguments.removeFirst()), rate > 0 else { fail("RATE is missing") }
        let foreground = arguments.first == "-f"
        if foreground { arguments.removeFirst() }
        guard arguments.count == 1, let name = try? InterfaceName(arguments[0]) else { fail("INTERFACE is missing") }
        do {
            let daemon: Daemonize? = foreground ? nil : try Daemonize.begin()
            let engine = try Engine(name: name, clock: EngineClock(rate: rate))
            if isShutIn { try Sandbox.dropPrivileges() }
            try engine.start(workers: workers)
            if isShutIn { try SystemCallFilter.install() }
            daemon?.ready()
            try engine.run()
        } catch {
            fail("\(error)")
        }
    }

    private static func fail(_ message: String) -> Never {
        try? writeDescriptor(2, Array("engine-with-test-clock: \(message)\n".utf8))
        exitProcess(1)
    }
}
