import Glibc
import WGLinux
import WGSandbox

/// Tries what the engine may not do, on a thread that was there before the filter was.
enum Intruder {
    /// Prints `refused`, with the error number, or `done`; or the process is ended by the kernel.
    static func run(_ attempt: String) -> Never {
        do {
            try Sandbox.dropPrivileges()
            let start = try EventFD()
            let descriptor = start.rawValue
            let thread = try Thread(name: "intruder") {
                var set = PollSet()
                set.add(descriptor)
                try? set.wait(nanoseconds: nil)
                let failure = attempted(attempt)
                try? writeDescriptor(1, Array((failure == 0 ? "done\n" : "refused \(failure)\n").utf8))
            }
            try SystemCallFilter.install()
            start.signal()
            thread.join()
            exitProcess(0)
        } catch {
            try? writeDescriptor(2, Array("\(error)\n".utf8))
            exitProcess(1)
        }
    }

    /// The error number; 0 for success.
    private static func attempted(_ attempt: String) -> Int32 {
        errno = 0
        switch attempt {
        case "open": return open("/etc/passwd", O_RDONLY) >= 0 ? 0 : errno
        case "unix-socket": return socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0) >= 0 ? 0 : errno
        case "udp-socket": return socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0) >= 0 ? 0 : errno
        case "preemptions":
            var usage = rusage()
            return getrusage(Int32(RUSAGE_SELF.rawValue), &usage) == 0 ? 0 : errno
        case "give-way": return sched_yield() == 0 ? 0 : errno
        case "executable-memory":
            let memory = mmap(nil, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            return memory != MAP_FAILED ? 0 : errno
        case "thread":
            var thread = pthread_t()
            return pthread_create(&thread, nil, { _ in nil }, nil)
        case "execute":
            var pid = pid_t()
            return posix_spawn(&pid, "/bin/true", nil, nil, [nil], nil)
        case "become":
            var arguments: [UnsafeMutablePointer<CChar>?] = [nil]
            return execv("/bin/true", &arguments) == 0 ? 0 : errno
        default: return EINVAL
        }
    }
}
