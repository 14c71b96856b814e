#ifndef CLINUX_PROCESS_H
#define CLINUX_PROCESS_H

#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clinux_daemon.h"

extern char **environ;

static inline char **clinux_environment_list(void) { return environ; }

// Starts a program with the signal mask given and, on request, in a process group of its own. The three descriptors
// become its standard input, output and error; a negative one leaves it this process's own.
static inline int clinux_spawn(pid_t *pid, const char *path, char *const *arguments, char *const *environment,
                               const sigset_t *mask, int own_group, const int streams[3]) {
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    int failure = posix_spawnattr_init(&attributes);
    if (failure != 0) return -failure;
    failure = posix_spawn_file_actions_init(&actions);
    if (failure != 0) {
        posix_spawnattr_destroy(&attributes);
        return -failure;
    }
    short flags = POSIX_SPAWN_SETSIGMASK | (own_group ? POSIX_SPAWN_SETPGROUP : 0);
    failure = posix_spawnattr_setsigmask(&attributes, mask);
    if (failure == 0) failure = posix_spawnattr_setpgroup(&attributes, 0);
    if (failure == 0) failure = posix_spawnattr_setflags(&attributes, flags);
    for (int number = 0; number < 3 && failure == 0; number++)
        if (streams[number] >= 0) failure = posix_spawn_file_actions_adddup2(&actions, streams[number], number);
    if (failure == 0) failure = posix_spawn(pid, path, &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return -failure;
}

// A file without a name, in memory.
static inline int clinux_memory_file(const char *label) {
    int fd = memfd_create(label, MFD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static inline int clinux_rewind(int fd) { return lseek(fd, 0, SEEK_SET) < 0 ? -errno : 0; }

static inline int clinux_execve(const char *path, char *const *arguments, char *const *environment) {
    execve(path, arguments, environment);
    return -errno;
}

// A child that sends a request for which the kernel gives one acknowledgement. It ends with 0 if that says success. It holds
// nothing open but the socket: who waits for the end of a stream or for a lock waits for this process alone. Returns its
// pid, or -errno.
static inline pid_t clinux_request_in_child(int socket, const void *request, size_t length) {
    pid_t pid = fork();
    if (pid < 0) return -errno;
    if (pid > 0) return pid;
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
    } answer;
    if (socket > 0) (void)close_range(0, (unsigned)socket - 1, 0);
    (void)close_range((unsigned)socket + 1, ~0U, 0);
    int done = send(socket, request, length, 0) == (ssize_t)length &&
               recv(socket, &answer, sizeof answer, 0) == (ssize_t)sizeof answer &&
               answer.header.nlmsg_type == NLMSG_ERROR && answer.error.error == 0;
    _exit(done ? 0 : 1);
}

// The pid, 0 while WNOHANG finds it running, or -errno.
static inline int clinux_waitpid(pid_t pid, int *status, int flags) {
    pid_t result = waitpid(pid, status, flags);
    return result < 0 ? -errno : result;
}

static inline int clinux_exit_status(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }
static inline int clinux_ending_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : -1; }

static inline int clinux_kill(pid_t pid, int number) { return kill(pid, number) < 0 ? -errno : 0; }

static inline int clinux_block_signals(const sigset_t *set, sigset_t *before) {
    return sigprocmask(SIG_BLOCK, set, before) < 0 ? -errno : 0;
}

static inline int clinux_set_signal_mask(const sigset_t *set) {
    return sigprocmask(SIG_SETMASK, set, NULL) < 0 ? -errno : 0;
}

static inline int clinux_signal_is_ignored(int number) {
    struct sigaction action;
    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

// Back to what the kernel does by itself, except where the parent had the signal ignored.
static inline void clinux_reset_signal(int number) {
    if (!clinux_signal_is_ignored(number)) signal(number, SIG_DFL);
}

static inline int clinux_signalfd(const sigset_t *set) {
    int fd = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

// The next signal's number, or -EAGAIN.
static inline int clinux_read_signal(int fd) {
    struct signalfd_siginfo info;
    ssize_t n = read(fd, &info, sizeof info);
    if (n < 0) return -errno;
    return n == (ssize_t)sizeof info ? (int)info.ssi_signo : -EIO;
}

// Readable once the child has ended.
static inline int clinux_pidfd(pid_t pid) {
    long fd = syscall(SYS_pidfd_open, pid, 0);
    return fd < 0 ? -errno : (int)fd;
}

// Waits until one of two descriptors is readable, or for the time. A negative descriptor is none; a negative time is
// for ever.
static inline int clinux_wait_readable(int fd, int other, int milliseconds) {
    struct pollfd entries[] = {{.fd = fd, .events = POLLIN}, {.fd = other, .events = POLLIN}};
    int n = poll(entries, 2, milliseconds);
    return n < 0 ? -errno : n;
}

static inline int clinux_stat(const char *path, struct stat *status) {
    return stat(path, status) < 0 ? -errno : 0;
}

static inline int clinux_is_directory(const struct stat *status) { return S_ISDIR(status->st_mode); }

static inline int clinux_executable(const char *path) { return access(path, X_OK) < 0 ? -errno : 0; }

static inline int clinux_rename(const char *from, const char *to) { return rename(from, to) < 0 ? -errno : 0; }
static inline int clinux_remove_file(const char *path) { return unlink(path) < 0 ? -errno : 0; }
static inline int clinux_fsync(int fd) { return fsync(fd) < 0 ? -errno : 0; }
static inline int clinux_fchmod(int fd, mode_t mode) { return fchmod(fd, mode) < 0 ? -errno : 0; }

// The count of bytes of a symbolic link's target, not ended by NUL, or -errno.
static inline ssize_t clinux_readlink(const char *path, char *buffer, size_t size) {
    ssize_t n = readlink(path, buffer, size);
    return n < 0 ? -errno : n;
}

// Absolute, without symbolic links; to be freed. NULL with the error in errno.
static inline char *clinux_realpath(const char *path) { return realpath(path, NULL); }

static inline uid_t clinux_effective_user(void) { return geteuid(); }

#endif
