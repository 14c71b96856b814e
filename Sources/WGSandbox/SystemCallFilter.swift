internal import CLinux
internal import CSeccomp

/// The system calls that the engine needs once it runs; the kernel refuses it all others with EPERM, and ends it at those
/// that only an intruder would try.
public enum SystemCallFilter {
    /// Allowed whatever their arguments.
    private static let allowed = [
        // Packets, clients, wake-ups.
        "read", "write", "readv", "writev", "close", "recvfrom", "recvmsg", "recvmmsg", "sendto", "sendmsg", "sendmmsg",
        "poll", "ppoll", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2", "accept", "accept4", "shutdown",
        // Ports and marks that come later.
        "bind", "getsockname", "getpeername", "setsockopt", "getsockopt",
        // Is the socket's file still there? It goes with the engine.
        "lstat", "newfstatat", "fstat", "statx", "unlink", "unlinkat",
        // Standard streams of a daemon.
        "dup2", "dup3",
        // Memory, threads, time.
        "brk", "munmap", "mremap", "madvise", "futex", "futex_waitv", "sched_yield", "sched_getaffinity", "membarrier",
        "rseq", "set_robust_list", "clock_gettime", "clock_nanosleep", "nanosleep", "gettimeofday", "time", "getrusage",
        "getrandom",
        // Signals and the end.
        "rt_sigreturn", "rt_sigprocmask", "rt_sigaction", "sigaltstack", "restart_syscall", "getpid", "gettid",
        "tgkill", "exit", "exit_group",
    ]

    /// Nothing of ours, or of libc's, tries these: whoever does is not us.
    private static let fatal = [
        "execve", "execveat", "fork", "vfork", "ptrace", "process_vm_readv", "process_vm_writev", "setns", "unshare",
        "mount", "umount2", "pivot_root", "chroot", "bpf", "init_module", "finit_module", "kexec_load", "keyctl",
        "add_key", "perf_event_open", "io_uring_setup", "userfaultfd", "memfd_create", "setuid", "setresuid",
    ]

    /// Questions about links.
    private static let ioctls: [UInt64] = [
        UInt64(SIOCGIFNAME), UInt64(SIOCGIFFLAGS), UInt64(SIOCGIFMTU), UInt64(SIOCGIFINDEX), clinux_tungetiff,
        clinux_tungetdevnetns,
    ]

    /// Of the Unix ones a connection could lead to whoever trusts root.
    private static let families = [UInt64(AF_INET), UInt64(AF_INET6)]

    /// For all threads of the process, for good.
    public static func install() throws(Sandbox.Failure) {
        guard let filter = seccomp_init(cseccomp_refuse) else { throw Sandbox.Failure(.systemCalls, -ENOMEM) }
        defer { seccomp_release(filter) }
        try Sandbox.check(.systemCalls, seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1))
        for name in allowed { try add(filter, name, cseccomp_allow) }
        for name in fatal { try add(filter, name, cseccomp_kill) }
        for number in ioctls { try add(filter, "ioctl", cseccomp_allow, argument: 1, masked: 0xffff_ffff, number) }
        for family in families { try add(filter, "socket", cseccomp_allow, argument: 0, masked: 0xffff_ffff, family) }
        // Memory that is written is never executed.
        for name in ["mmap", "mprotect"] {
            try add(filter, name, cseccomp_allow, argument: 2, masked: UInt64(PROT_EXEC), 0)
        }
        try Sandbox.check(.systemCalls, seccomp_load(filter))
    }

    /// A call that this architecture doesn't have needs no rule.
    private static func add(
        _ filter: scmp_filter_ctx, _ name: String, _ action: UInt32, argument: UInt32 = 0, masked mask: UInt64 = 0,
        _ value: UInt64 = 0
    ) throws(Sandbox.Failure) {
        let number = seccomp_syscall_resolve_name(name)
        guard number >= 0 else { return }
        let condition = [scmp_arg_cmp(arg: argument, op: SCMP_CMP_MASKED_EQ, datum_a: mask, datum_b: value)]
        let result = seccomp_rule_add_array(filter, action, number, mask == 0 ? 0 : 1, condition)
        try Sandbox.check(.systemCalls, result)
    }
}
