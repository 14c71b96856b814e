internal import CLinux
public import WGLinux

/// What the engine gives up once it has its interface, its socket and its memory. In this order:
///
/// 1. `dropPrivileges`, before the process has a second thread, as capabilities belong to threads;
/// 2. `SystemCallFilter.install`, when all threads are there, as the filter lets none be made.
public enum Sandbox {
    /// Why the engine can't give its rights up.
    public struct Failure: Error, Hashable, Sendable {
        public let step: Step
        public let errno: Errno

        init(_ step: Step, _ result: Int32) {
            self.step = step
            errno = Errno(rawValue: -result)
        }
    }

    public enum Step: Hashable, Sendable {
        case capabilities
        case noNewPrivileges
        case dumps
        case systemCalls
    }

    /// Keeps CAP_NET_ADMIN, for marks and buffers of sockets, and CAP_NET_BIND_SERVICE, for ports that come later, as far
    /// as the process has them. No program that it could start would get more, and there are no core dumps.
    public static func dropPrivileges() throws(Failure) {
        try check(.dumps, clinux_no_dumps())
        try check(.capabilities, clinux_keep_capabilities(clinux_network_capabilities))
        try check(.noNewPrivileges, clinux_no_new_privileges())
    }

    static func check(_ step: Step, _ result: Int32) throws(Failure) {
        guard result >= 0 else { throw Failure(step, result) }
    }
}
