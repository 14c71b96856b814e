internal import CLinux

/// A program that was started and has not been waited for yet.
public struct ChildProcess: Sendable {
    public let pid: Int32
    /// Whether it leads a process group of its own, so that signals reach what it started, too.
    public let leadsGroup: Bool

    /// `posix_spawn(3)`; standard input, output and error are those given or inherited, and there is nothing else.
    ///
    /// No signal is blocked in it, except where a queue is given and it was blocked before the queue was made.
    ///
    /// - Parameters:
    ///   - arguments: with the program's name first.
    ///   - environment: `NAME=value` each.
    public static func start(
        _ path: String, _ arguments: [String], environment: [String], ownGroup: Bool, signals: SignalQueue? = nil,
        streams: StandardStreams = StandardStreams()
    ) throws(Errno) -> ChildProcess {
        var mask = sigset_t()
        if let signals { mask = signals.maskForChildren } else { sigemptyset(&mask) }
        var pid: Int32 = 0
        let descriptors = [streams.input, streams.output, streams.error].map { $0 ?? -1 }
        let result = withCStrings(arguments) { arguments in
            withCStrings(environment) { environment in
                clinux_spawn(&pid, path, arguments, environment, &mask, ownGroup ? 1 : 0, descriptors)
            }
        }
        _ = try check(result)
        return ChildProcess(pid: pid, leadsGroup: ownGroup)
    }

    /// Sends one netlink request in a child process, so that this one has not to wait for the kernel to be done with it. The
    /// child ends with 0 if the kernel acknowledges it, with 1 if not.
    ///
    /// The process may have one thread only, as the child is a copy of it.
    ///
    /// - Parameter socket: not to be used here any more.
    public static func request(_ bytes: [UInt8], over socket: Int32) throws(Errno) -> ChildProcess {
        ChildProcess(pid: try check(clinux_request_in_child(socket, bytes, bytes.count)), leadsGroup: false)
    }

    /// A descriptor that is readable once the process has ended (`pidfd_open(2)`, Linux 5.3).
    public func endDescriptor() throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: try check(clinux_pidfd(pid)))
    }

    /// How it ended; `nil` while it runs. Once this has answered, the process is gone and must not be asked again.
    public func reap() throws(Errno) -> ProcessEnd? { try wait(flags: WNOHANG) }

    /// Waits for it, whatever signals come.
    public func wait() throws(Errno) -> ProcessEnd {
        while true {
            if let status = try wait(flags: 0) { return status }
        }
    }

    /// To the process, or to its whole group.
    public func send(_ signal: Signal) {
        _ = clinux_kill(leadsGroup ? -pid : pid, signal.rawValue)
    }

    private func wait(flags: Int32) throws(Errno) -> ProcessEnd? {
        var status: Int32 = 0
        let result = clinux_waitpid(pid, &status, flags)
        if result == 0 || result == -EINTR { return nil }
        _ = try check(result)
        let exit = clinux_exit_status(status)
        return exit >= 0 ? .exited(exit) : .ended(by: Signal(rawValue: clinux_ending_signal(status)))
    }
}

/// Descriptors for a program to have as its own; `nil` is this process's.
public struct StandardStreams: Sendable {
    public var input: Int32?
    public var output: Int32?
    public var error: Int32?

    public init(input: Int32? = nil, output: Int32? = nil, error: Int32? = nil) {
        self.input = input
        self.output = output
        self.error = error
    }
}

/// How a process ended.
public enum ProcessEnd: Hashable, Sendable {
    /// 0 to 255.
    case exited(Int32)
    case ended(by: Signal)

    public var isSuccess: Bool { self == .exited(0) }

    /// As a shell reports it: 128 and the number for a signal.
    public var code: Int32 {
        switch self {
        case .exited(let code): code
        case .ended(let signal): 128 + signal.rawValue
        }
    }
}

/// What this process knows of itself.
public enum CurrentProcess {
    public static var isRoot: Bool { clinux_effective_user() == 0 }

    /// The directory of the running program's file; `nil` when `/proc` is not there.
    public static var programDirectory: String? {
        guard let path = try? Files.linkTarget("/proc/self/exe"), let slash = path.lastIndex(of: "/") else {
            return nil
        }
        return String(path[..<slash])
    }

    /// `NAME=value` each.
    public static var environment: [String] {
        var result: [String] = []
        guard var entry = clinux_environment_list() else { return [] }
        while let text = entry.pointee {
            result.append(String(cString: text))
            entry += 1
        }
        return result
    }

    /// Whether it has a controlling terminal, whose foreground processes get its signals.
    public static var hasTerminal: Bool { (try? FileDescriptor.open("/dev/tty", .readOnly)) != nil }

    public static var pid: Int32 { getpid() }

    /// When a process of this host began, in clock ticks after the boot (`proc(5)`, `/proc/PID/stat`); `nil` if there is
    /// none of that number. A number and its start are never those of another process.
    public static func startTime(of pid: Int32) -> UInt64? {
        guard let bytes = try? Files.read("/proc/\(pid)/stat", limit: 4096),
            let name = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        // The 22nd field; the second is the name, in which anything can stand.
        let fields = bytes[(name + 1)...].split(separator: UInt8(ascii: " "))
        return fields.count > 19 ? UInt64(String(decoding: fields[19], as: UTF8.self)) : nil
    }

    /// To this process itself.
    public static func send(_ signal: Signal) { _ = clinux_kill(getpid(), signal.rawValue) }

    /// Becomes another program; returns only to say why it couldn't.
    public static func become(_ path: String, _ arguments: [String], environment: [String]) -> Errno {
        let result = withCStrings(arguments) { arguments in
            withCStrings(environment) { clinux_execve(path, arguments, $0) }
        }
        return Errno(rawValue: -result)
    }
}

/// An array of C strings with its closing `NULL`, for as long as the body runs.
private func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return body(copies + [nil])
}
