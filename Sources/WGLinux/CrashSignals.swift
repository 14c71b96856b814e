internal import CLinux

/// The signals of a crash: what the processor or the program itself raises when something is badly wrong.
public enum CrashSignals {
    /// Leaves a crash to the kernel: the process ends, and nothing else is started. To be called first in `main`.
    ///
    /// The Swift run-time library would start a program `swift-backtrace`. It looks for that beside the program and, of a
    /// program found through PATH, in the working directory, which may be anybody's.
    public static func leaveToTheKernel() {
        for number in [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP] { clinux_reset_signal(number) }
    }
}
