// A DNS client's sockets, and names as they stand in its messages.
#ifndef CLINUX_DNS_H
#define CLINUX_DNS_H

#include <arpa/nameser.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clinux_net_udp.h"

enum { clinux_dns_name_size = NS_MAXCDNAME };
// "No address associated with hostname".
enum { clinux_eai_nodata = EAI_NODATA };

// The uncompressed form of a name as people write it, in clinux_dns_name_size bytes: their count, or -1.
static inline int clinux_dns_name_from_text(const char *text, unsigned char *name) {
    if (ns_name_pton(text, name, NS_MAXCDNAME) < 0) return -1;
    const unsigned char *end = name;
    return ns_name_skip(&end, name + NS_MAXCDNAME) < 0 ? -1 : (int)(end - name);
}

// The name at an offset of a message, uncompressed, in clinux_dns_name_size bytes: its count, or -1. *taken is how many
// bytes of the message it takes at its place. Pointers that lead nowhere or in a circle are found out.
static inline int clinux_dns_name_from_message(
    const unsigned char *message, size_t count, size_t offset, unsigned char *name, size_t *taken) {
    if (offset >= count) return -1;
    int used = ns_name_unpack(message, message + count, message + offset, name, NS_MAXCDNAME);
    if (used < 0) return -1;
    *taken = (size_t)used;
    const unsigned char *end = name;
    return ns_name_skip(&end, name + NS_MAXCDNAME) < 0 ? -1 : (int)(end - name);
}

// A non-blocking socket, SOCK_DGRAM or SOCK_STREAM, that is connected to a server or on its way: it hears nobody else.
// The address is in network order: 4 bytes of IPv4 or 16 of IPv6.
static inline int clinux_dns_open(int type, int family, const unsigned char *address, uint16_t port, uint32_t mark) {
    int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } server;
    memset(&server, 0, sizeof server);
    socklen_t length;
    if (family == AF_INET) {
        server.v4.sin_family = AF_INET;
        server.v4.sin_port = htons(port);
        memcpy(&server.v4.sin_addr, address, 4);
        length = sizeof server.v4;
    } else {
        server.v6.sin6_family = AF_INET6;
        server.v6.sin6_port = htons(port);
        memcpy(&server.v6.sin6_addr, address, 16);
        length = sizeof server.v6;
    }
    int result = mark == 0 ? 0 : clinux_set_mark(fd, mark);
    if (result == 0 && connect(fd, &server.any, length) < 0 && errno != EINPROGRESS) result = -errno;
    if (result < 0) {
        close(fd);
        return result;
    }
    return fd;
}

static inline ssize_t clinux_dns_send(int fd, const void *bytes, size_t count) {
    ssize_t n = send(fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
    return n < 0 ? -errno : n;
}

#endif
