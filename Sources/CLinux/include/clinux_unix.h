// Unix stream sockets by path, and what kind of file a path or a descriptor is.
#ifndef CLINUX_UNIX_H
#define CLINUX_UNIX_H

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static inline int clinux_unix_address(const char *path, struct sockaddr_un *address) {
    size_t length = strlen(path);
    if (length >= sizeof address->sun_path) return -ENAMETOOLONG;
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, length + 1);
    return 0;
}

// Connects, and gives every later send and receive the same limit of time.
static inline int clinux_unix_connect(const char *path, int timeout_milliseconds) {
    struct sockaddr_un address;
    int result = clinux_unix_address(path, &address);
    if (result < 0) return result;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    struct timeval limit = {timeout_milliseconds / 1000, (timeout_milliseconds % 1000) * 1000};
    if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) < 0
        || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0
        || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        result = -errno;
        close(fd);
        return result;
    }
    return fd;
}

static inline int clinux_unix_listen(const char *path, int backlog) {
    struct sockaddr_un address;
    int result = clinux_unix_address(path, &address);
    if (result < 0) return result;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, backlog) < 0) {
        result = -errno;
        close(fd);
        return result;
    }
    return fd;
}

// No SIGPIPE when the other side is gone.
static inline ssize_t clinux_send_quietly(int fd, const void *buffer, size_t count, int flags) {
    ssize_t n = send(fd, buffer, count, MSG_NOSIGNAL | flags);
    return n < 0 ? -errno : n;
}

// st_mode, or -errno.
static inline int clinux_path_mode(const char *path) {
    struct stat info;
    return stat(path, &info) < 0 ? -errno : (int)info.st_mode;
}

static inline int clinux_descriptor_mode(int fd) {
    struct stat info;
    return fstat(fd, &info) < 0 ? -errno : (int)info.st_mode;
}

static inline int clinux_unlink(const char *path) { return unlink(path) < 0 ? -errno : 0; }

static inline int clinux_mode_is_socket(int mode) { return S_ISSOCK(mode); }

static inline int clinux_mode_is_regular(int mode) { return S_ISREG(mode); }

// The next entry's name, or NULL at the end; *error is 0 or an errno.
static inline const char *clinux_next_name(DIR *directory, int *error) {
    errno = 0;
    struct dirent *entry = readdir(directory);
    *error = entry ? 0 : errno;
    return entry ? entry->d_name : NULL;
}

#endif
