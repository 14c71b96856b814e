// Names of hosts, services and interfaces.
#ifndef CLINUX_RESOLVER_H
#define CLINUX_RESOLVER_H

#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

// One UDP address: family is AF_INET or AF_INET6, address in network order, port in host order.
struct clinux_udp_address {
    int family;
    unsigned char address[16];
    unsigned short port;
    unsigned int scope;
};

static inline int clinux_read_udp_address(const struct addrinfo *info, struct clinux_udp_address *result) {
    memset(result, 0, sizeof *result);
    if (info->ai_family == AF_INET && info->ai_addrlen >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in address;
        memcpy(&address, info->ai_addr, sizeof address);
        memcpy(result->address, &address.sin_addr, 4);
        result->port = ntohs(address.sin_port);
    } else if (info->ai_family == AF_INET6 && info->ai_addrlen >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 address;
        memcpy(&address, info->ai_addr, sizeof address);
        memcpy(result->address, &address.sin6_addr, 16);
        result->port = ntohs(address.sin6_port);
        result->scope = address.sin6_scope_id;
    } else {
        return 0;
    }
    result->family = info->ai_family;
    return 1;
}

// The answers of getaddrinfo(3) for UDP, in its order: 0 and their *count, 1 to capacity; or an EAI_ code, and for
// EAI_SYSTEM *error is errno.
static inline int clinux_resolve_udp(
    const char *host, const char *service, int flags, struct clinux_udp_address *results, size_t capacity,
    size_t *count, int *error) {
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM, .ai_protocol = IPPROTO_UDP, .ai_flags = flags};
    struct addrinfo *list = NULL;
    *error = 0;
    *count = 0;
    int code = getaddrinfo(host, service, &hints, &list);
    if (code != 0) {
        *error = errno;
        return code;
    }
    for (const struct addrinfo *info = list; info != NULL && *count < capacity; info = info->ai_next)
        *count += (size_t)clinux_read_udp_address(info, &results[*count]);
    freeaddrinfo(list);
    return *count > 0 ? 0 : EAI_FAMILY;
}

#endif
