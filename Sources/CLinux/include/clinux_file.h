#ifndef CLINUX_FILE_H
#define CLINUX_FILE_H

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static inline int clinux_errno(void) { return errno; }

static inline const char *clinux_strerror(int number, char *buffer, size_t size) {
    return strerror_r(number, buffer, size);
}

static inline int clinux_open(const char *path, int flags, mode_t mode) {
    int fd = open(path, flags, mode);
    return fd < 0 ? -errno : fd;
}

static inline int clinux_close(int fd) { return close(fd) < 0 ? -errno : 0; }

static inline ssize_t clinux_read(int fd, void *buffer, size_t count) {
    ssize_t n = read(fd, buffer, count);
    return n < 0 ? -errno : n;
}

static inline ssize_t clinux_write(int fd, const void *buffer, size_t count) {
    ssize_t n = write(fd, buffer, count);
    return n < 0 ? -errno : n;
}

#endif
