#ifndef CMNL_SHIM_H
#define CMNL_SHIM_H

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/genetlink.h>
#include <net/if.h>
#include <linux/net_namespace.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/wireguard.h>
#include <poll.h>
#include <sys/socket.h>

// libmnl says -1 and errno; these say the value or -errno, taken before anything can change it.

static inline struct mnl_socket *cmnl_open(int bus, int flags, int *failure) {
    struct mnl_socket *socket = mnl_socket_open2(bus, flags);
    *failure = socket ? 0 : errno;
    return socket;
}

static inline int cmnl_bind(struct mnl_socket *socket, unsigned groups) {
    return mnl_socket_bind(socket, groups, MNL_SOCKET_AUTOPID) < 0 ? -errno : 0;
}

// Explanations with refusals, and refusals without a copy of the request. Kernels before 4.12 refuse; then there are no
// explanations, and the replies say of themselves which form they have.
static inline void cmnl_enable_extack(struct mnl_socket *socket) {
    int one = 1;
    (void)mnl_socket_setsockopt(socket, NETLINK_EXT_ACK, &one, sizeof one);
    (void)mnl_socket_setsockopt(socket, NETLINK_CAP_ACK, &one, sizeof one);
}

// Hears what happens in other namespaces, too, as far as they have an id in ours (RTM_NEWNSID). Wants CAP_NET_BROADCAST
// when the socket is made; later it is the socket that has it.
static inline void cmnl_hear_all_namespaces(struct mnl_socket *socket) {
    int one = 1;
    (void)mnl_socket_setsockopt(socket, NETLINK_LISTEN_ALL_NSID, &one, sizeof one);
}

static inline ssize_t cmnl_send(struct mnl_socket *socket, const void *bytes, size_t count) {
    ssize_t result = mnl_socket_sendto(socket, bytes, count);
    return result < 0 ? -errno : result;
}

static inline ssize_t cmnl_receive(struct mnl_socket *socket, void *buffer, size_t size) {
    ssize_t result = mnl_socket_recvfrom(socket, buffer, size);
    return result < 0 ? -errno : result;
}

#endif
