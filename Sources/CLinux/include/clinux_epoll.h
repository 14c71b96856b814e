// Waiting for many descriptors at once.
#ifndef CLINUX_EPOLL_H
#define CLINUX_EPOLL_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

static inline int clinux_epoll(void) {
    int fd = epoll_create1(EPOLL_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static inline int clinux_epoll_change(int epoll, int operation, int fd, uint32_t events, uint64_t tag) {
    struct epoll_event event = {.events = events, .data.u64 = tag};
    return epoll_ctl(epoll, operation, fd, &event) < 0 ? -errno : 0;
}

// The tags of what is ready now, without waiting; their number.
static inline int clinux_epoll_take(int epoll, uint64_t *tags, int count) {
    struct epoll_event events[64];
    int n = epoll_wait(epoll, events, count < 64 ? count : 64, 0);
    if (n < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < n; i++) tags[i] = events[i].data.u64;
    return n;
}

#endif
