internal import CLinux

/// Ends the process at once.
public func exitProcess(_ status: Int32) -> Never { clinux_exit_now(status) }

/// Turns the process into a daemon whose caller learns when it is ready.
///
/// `begin` forks: the caller's process waits there and ends with status 0 once the child has called `ready`, or with 1
/// if the child ends before that. The child keeps its standard error until then, so it says itself what went wrong.
/// Call it before any thread is started.
public struct Daemonize: ~Copyable {
    private let pipe: FileDescriptor
    /// `/dev/null`: nothing can be opened any more when it is needed.
    private let null: FileDescriptor

    private init(pipe: consuming FileDescriptor, null: consuming FileDescriptor) {
        self.pipe = pipe
        self.null = null
    }

    /// Returns in the child only, which has left its directory.
    public static func begin() throws(Errno) -> Daemonize {
        let pipe = try Pipe()
        let pid = clinux_fork()
        guard pid >= 0 else { throw Errno(rawValue: -pid) }
        if pid > 0 {
            // Only the child may hold the writing end: its end is the end of the file here.
            let reading = pipe.closeWriting()
            let word = (try? reading.read(upTo: 1)) ?? []
            clinux_exit_now(word.isEmpty ? 1 : 0)
        }
        _ = clinux_setsid()
        let null = FileDescriptor(owning: try check(clinux_prepare_detaching()))
        return Daemonize(pipe: pipe.closeReading(), null: null)
    }

    /// Lets go of terminal, standard streams and the waiting caller.
    ///
    /// - Parameter keepsOutput: standard output and error stay, for a log.
    public consuming func ready(keepsOutput: Bool = false) {
        _ = clinux_detach_standard_streams(null.rawValue, keepsOutput ? 1 : 0)
        try? pipe.write([0])
    }
}
