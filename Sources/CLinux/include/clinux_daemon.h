#ifndef CLINUX_DAEMON_H
#define CLINUX_DAEMON_H

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clinux_unix.h"

// Processes.

static inline int clinux_setsid(void) { return setsid() < 0 ? -errno : 0; }

static inline int clinux_pipe_cloexec(int ends[2]) { return pipe2(ends, O_CLOEXEC) < 0 ? -errno : 0; }

// Leaves the directory; what `clinux_detach_standard_streams` will take, as it may not open anything then.
static inline int clinux_prepare_detaching(void) {
    if (chdir("/") < 0) return -errno;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    return null < 0 ? -errno : null;
}

// Leaves the terminal: standard input, and output and error unless they are for the log, become `null`.
static inline int clinux_detach_standard_streams(int null, int keeps_output) {
    int result = 0;
    for (int fd = 0; fd < (keeps_output ? 1 : 3); fd++)
        if (dup2(null, fd) < 0) result = -errno;
    return result;
}

__attribute__((noreturn)) static inline void clinux_exit_now(int status) { _exit(status); }

// Signals: TERM and INT come through the returned descriptor; HUP and PIPE are ignored. Threads started later
// inherit the mask.
static inline int clinux_signalfd_termination(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (error != 0) return -error;
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

// The number of the next pending signal, 0 for none.
static inline int clinux_signalfd_take(int fd) {
    struct signalfd_siginfo info;
    ssize_t n = read(fd, &info, sizeof info);
    return n == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

// Waiting.

static inline int clinux_eventfd(void) {
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

// A timeout below 0 waits for ever. An interrupted wait is 0 descriptors.
static inline int clinux_ppoll(struct pollfd *set, size_t count, int64_t timeout_ns) {
    struct timespec t = {.tv_sec = timeout_ns / 1000000000, .tv_nsec = timeout_ns % 1000000000};
    int n = ppoll(set, count, timeout_ns < 0 ? NULL : &t, NULL);
    if (n < 0) return errno == EINTR ? 0 : -errno;
    return n;
}

// Unix sockets.

// 0 when somebody listens at the path.
static inline int clinux_unix_probe(const char *path) {
    struct sockaddr_un address;
    int error = clinux_unix_address(path, &address);
    if (error < 0) return error;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -errno;
    int result = connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
    close(fd);
    // A full backlog is a living listener.
    return result == -EAGAIN ? 0 : result;
}

// A non-blocking listener whose file only the owner may use.
static inline int clinux_unix_serve(const char *path, int backlog) {
    struct sockaddr_un address;
    int error = clinux_unix_address(path, &address);
    if (error < 0) return error;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -errno;
    mode_t mask = umask(077);
    int result = bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
    umask(mask);
    if (result == 0 && listen(fd, backlog) < 0) result = -errno;
    if (result < 0) {
        close(fd);
        return result;
    }
    return fd;
}

static inline int clinux_accept(int fd) {
    int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    return connection < 0 ? -errno : connection;
}

// Never raises SIGPIPE.
static inline ssize_t clinux_send_stream(int fd, const void *buffer, size_t count) {
    ssize_t n = send(fd, buffer, count, MSG_NOSIGNAL | MSG_DONTWAIT);
    return n < 0 ? -errno : n;
}

// Takes a listener that somebody else has made.
static inline int clinux_adopt_listener(int fd) {
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) return -errno;
    int listens = 0;
    socklen_t size = sizeof listens;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) < 0) return -errno;
    return listens ? 0 : -EINVAL;
}

// A datagram socket connected to the one in $NOTIFY_SOCKET, sd_notify(3): a path, or with @ an abstract name.
static inline int clinux_notify_open(const char *name) {
    struct sockaddr_un address;
    size_t length = strlen(name);
    if (length >= sizeof address.sun_path) return -ENAMETOOLONG;
    if (length < 2 || (name[0] != '/' && name[0] != '@')) return -EINVAL;
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path, name, length);
    if (name[0] == '@') address.sun_path[0] = 0;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    if (connect(fd, (struct sockaddr *)&address, size) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

// Links.

// Whether a link of this thread's namespace is up, and its MTU in bytes.
static inline int clinux_link_state(int index, int *is_up, int *mtu) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    struct ifreq request;
    memset(&request, 0, sizeof request);
    request.ifr_ifindex = index;
    int result = 0;
    if (ioctl(fd, SIOCGIFNAME, &request) < 0 || ioctl(fd, SIOCGIFFLAGS, &request) < 0) result = -errno;
    *is_up = (request.ifr_flags & IFF_UP) != 0;
    if (result == 0 && ioctl(fd, SIOCGIFMTU, &request) < 0) result = -errno;
    *mtu = request.ifr_mtu;
    close(fd);
    return result;
}

// The network namespace that a TUN descriptor's device is in now; -EBADFD when the device is gone.
static inline int clinux_tun_network(int tun) {
    int namespace = ioctl(tun, TUNGETDEVNETNS);
    return namespace < 0 ? -errno : namespace;
}

// Files.

static inline int clinux_mkdir(const char *path, mode_t mode) {
    mode_t mask = umask(0);
    int result = mkdir(path, mode) < 0 ? -errno : 0;
    umask(mask);
    return result;
}

// Device and inode of what stands at the path itself, not behind a symbolic link.
static inline int clinux_file_identity(const char *path, uint64_t *device, uint64_t *inode) {
    struct stat s;
    if (lstat(path, &s) < 0) return -errno;
    *device = s.st_dev;
    *inode = s.st_ino;
    return 0;
}

// Readable when a name at this path is taken away. A bound socket's inode lives on after unlink(2), which changes its
// link count: that is IN_ATTRIB.
static inline int clinux_watch_removal(const char *path) {
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd < 0) return -errno;
    if (inotify_add_watch(fd, path, IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

#endif
