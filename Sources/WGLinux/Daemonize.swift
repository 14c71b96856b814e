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

    private init(pipe: consuming FileDescriptor) { self.pipe = pipe }

    /// Returns in the child only.
    public static func begin() throws(Errno) -> Daemonize {
        var ends: (Int32, Int32) = (-1, -1)
        let made = withUnsafeMutableBytes(of: &ends) {
            clinux_pipe_cloexec($0.baseAddress?.assumingMemoryBound(to: Int32.self))
        }
        guard made == 0 else { throw Errno(rawValue: -made) }
        let reading = FileDescriptor(owning: ends.0)
        let writing = FileDescriptor(owning: ends.1)
        let pid = clinux_fork()
        guard pid >= 0 else { throw Errno(rawValue: -pid) }
        if pid > 0 {
            // Only the child may hold the writing end: its end is the end of the file here.
            _ = clinux_close(writing.release())
            let word = (try? reading.read(upTo: 1)) ?? []
            clinux_exit_now(word.isEmpty ? 1 : 0)
        }
        _ = clinux_setsid()
        return Daemonize(pipe: writing)
    }

    /// Lets go of terminal, directory and standard streams, and of the waiting caller.
    public consuming func ready() {
        _ = clinux_detach_standard_streams()
        try? pipe.write([0])
    }
}
