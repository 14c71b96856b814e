#ifndef CLINUX_EDIT_H
#define CLINUX_EDIT_H

#include <errno.h>
#include <sys/file.h>
#include <sys/types.h>
#include <unistd.h>

// Changing files that others read.

static inline int clinux_fchown(int fd, uid_t user, gid_t group) { return fchown(fd, user, group) < 0 ? -errno : 0; }

static inline int clinux_ftruncate(int fd, off_t size) { return ftruncate(fd, size) < 0 ? -errno : 0; }

static inline int clinux_symlink(const char *target, const char *path) { return symlink(target, path) < 0 ? -errno : 0; }

// Waits until nobody else holds it.
static inline int clinux_lock(int fd) {
    while (flock(fd, LOCK_EX) < 0)
        if (errno != EINTR) return -errno;
    return 0;
}

// -EAGAIN while somebody else holds it.
static inline int clinux_try_lock(int fd) { return flock(fd, LOCK_EX | LOCK_NB) < 0 ? -errno : 0; }

#endif
