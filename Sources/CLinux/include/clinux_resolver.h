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

// The first answer of getaddrinfo(3) for UDP: 0, or an EAI_ code; for EAI_SYSTEM *error is errno.
static inline int clinux_resolve_udp(
    const char *host, const char *service, int flags, struct clinux_udp_address *result, int *error) {
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM, .ai_protocol = IPPROTO_UDP, .ai_flags = flags};
    struct addrinfo *list = NULL;
    *error = 0;
    int code = getaddrinfo(host, service, &hints, &list);
    if (code != 0) {
        *error = errno;
        return code;
    }
    memset(result, 0, sizeof *result);
    if (list->ai_family == AF_INET && list->ai_addrlen >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in address;
        memcpy(&address, list->ai_addr, sizeof address);
        result->family = AF_INET;
        memcpy(result->address, &address.sin_addr, 4);
        result->port = ntohs(address.sin_port);
    } else if (list->ai_family == AF_INET6 && list->ai_addrlen >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 address;
        memcpy(&address, list->ai_addr, sizeof address);
        result->family = AF_INET6;
        memcpy(result->address, &address.sin6_addr, 16);
        result->port = ntohs(address.sin6_port);
        result->scope = address.sin6_scope_id;
    } else {
        code = EAI_FAMILY;
    }
    freeaddrinfo(list);
    return code;
}

#endif
