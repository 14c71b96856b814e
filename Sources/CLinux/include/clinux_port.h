#ifndef CLINUX_PORT_H
#define CLINUX_PORT_H

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// Binds a UDP socket to the port on every address of one family, as WireGuard does, and closes it again.
static inline int clinux_try_udp_port(int family, uint16_t port) {
    int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    int result;
    if (family == AF_INET) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
        result = bind(fd, (struct sockaddr *)&address, sizeof address);
    } else {
        int on = 1;
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
        result = bind(fd, (struct sockaddr *)&address, sizeof address);
    }
    result = result < 0 ? -errno : 0;
    close(fd);
    return result;
}

#endif
