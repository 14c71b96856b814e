// UDP sockets of the engine: options, segmentation offload on send, batches with receive offload.
#ifndef CLINUX_NET_UDP_H
#define CLINUX_NET_UDP_H

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

static const int clinux_sol_udp = 17;

static inline int clinux_set_option(int fd, int level, int name, int value) {
    return setsockopt(fd, level, name, &value, sizeof value) < 0 ? -errno : 0;
}

static inline int clinux_set_mark(int fd, uint32_t mark) {
    return setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof mark) < 0 ? -errno : 0;
}

// The plain options are capped by net.core.[rw]mem_max; the forced ones need CAP_NET_ADMIN.
static inline void clinux_set_buffers(int fd, int bytes) {
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) < 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) < 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

static inline int clinux_bind_udp(int fd, int family, uint16_t port) {
    int result;
    if (family == AF_INET) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
        result = bind(fd, (struct sockaddr *)&address, sizeof address);
    } else {
        struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
        result = bind(fd, (struct sockaddr *)&address, sizeof address);
    }
    return result < 0 ? -errno : 0;
}

// Has the kernel drop what can be no message of WireGuard's, before it costs a wake-up: whatever is shorter than its type
// (whitepaper 5.4), and unknown types. Datagrams that the kernel has joined are seen here as one, the first one's type and
// the length of all; so whatever is longer than a datagram on its own passes. Without the filter all is as well, but slower.
static inline void clinux_udp_shed_garbage(int fd) {
    // Lengths and offsets count the 8 bytes of the UDP header. A word that isn't there drops the datagram.
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 8 + 1500, 14, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 8),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x04000000, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x01000000, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x02000000, 5, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x03000000, 6, 10),
        BPF_STMT(BPF_LDX | BPF_IMM, 8 + 32), BPF_STMT(BPF_JMP | BPF_JA, 5),
        BPF_STMT(BPF_LDX | BPF_IMM, 8 + 148), BPF_STMT(BPF_JMP | BPF_JA, 3),
        BPF_STMT(BPF_LDX | BPF_IMM, 8 + 92), BPF_STMT(BPF_JMP | BPF_JA, 1),
        BPF_STMT(BPF_LDX | BPF_IMM, 8 + 64),
        BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_X, 0, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
    (void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

// A bound, non-blocking socket for one family, or -errno. It reports the local address and the
// traffic class of what it receives. IPv4 packets leave without "don't fragment", as those of the kernel module do.
static inline int clinux_udp_open(int family, uint16_t port, uint32_t mark, int buffer_bytes) {
    int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    int result;
    if (family == AF_INET) {
        result = clinux_set_option(fd, IPPROTO_IP, IP_PKTINFO, 1);
        (void)clinux_set_option(fd, IPPROTO_IP, IP_RECVTOS, 1);
        (void)clinux_set_option(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
    } else {
        result = clinux_set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
        if (result == 0) result = clinux_set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
        (void)clinux_set_option(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
    }
    if (result == 0 && mark != 0) result = clinux_set_mark(fd, mark);
    if (result == 0) result = clinux_bind_udp(fd, family, port);
    if (result < 0) {
        close(fd);
        return result;
    }
    clinux_set_buffers(fd, buffer_bytes);
    (void)clinux_set_option(fd, clinux_sol_udp, UDP_GRO, 1);
    return fd;
}

// The bound port in host byte order, or -errno.
static inline int clinux_udp_local_port(int fd) {
    struct sockaddr_in6 address;
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) return -errno;
    return ntohs(address.sin6_port);
}

// What a datagram carries besides its bytes. IPv4 addresses are in the first bytes of each field.
struct clinux_udp_path {
    struct sockaddr_in6 remote;
    uint32_t remote_length;
    int has_local;
    struct in6_addr local;
    int interface;
};

// Sends `count` bytes, cut by the kernel into datagrams of `segment` bytes when segment is not 0.
// `local` is the source address to send from, and `interface` the one it belongs to (0: any); NULL lets the kernel
// choose. `traffic_class` is DSCP and ECN of the IP header. The byte count, or -errno.
static inline ssize_t clinux_udp_send(
    int fd, const void *bytes, size_t count, uint16_t segment, int traffic_class, const struct sockaddr_in6 *remote,
    uint32_t remote_length, const struct in6_addr *local, int interface) {
    union {
        char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t)) + CMSG_SPACE(sizeof(int))];
        struct cmsghdr alignment;
    } control;
    struct iovec vector = {(void *)bytes, count};
    struct msghdr message = {
        .msg_name = (void *)remote, .msg_namelen = remote_length,
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.bytes};
    size_t used = 0;
    if (segment != 0) {
        struct cmsghdr *header = (struct cmsghdr *)control.bytes;
        header->cmsg_level = clinux_sol_udp;
        header->cmsg_type = UDP_SEGMENT;
        header->cmsg_len = CMSG_LEN(sizeof segment);
        memcpy(CMSG_DATA(header), &segment, sizeof segment);
        used = CMSG_SPACE(sizeof segment);
    }
    if (traffic_class != 0) {
        struct cmsghdr *header = (struct cmsghdr *)(control.bytes + used);
        int is_ipv4 = remote_length == sizeof(struct sockaddr_in);
        header->cmsg_level = is_ipv4 ? IPPROTO_IP : IPPROTO_IPV6;
        header->cmsg_type = is_ipv4 ? IP_TOS : IPV6_TCLASS;
        header->cmsg_len = CMSG_LEN(sizeof traffic_class);
        memcpy(CMSG_DATA(header), &traffic_class, sizeof traffic_class);
        used += CMSG_SPACE(sizeof traffic_class);
    }
    if (local != NULL) {
        struct cmsghdr *header = (struct cmsghdr *)(control.bytes + used);
        if (remote_length == sizeof(struct sockaddr_in)) {
            struct in_pktinfo info = {.ipi_ifindex = 0};
            memcpy(&info.ipi_spec_dst, local, 4);
            header->cmsg_level = IPPROTO_IP;
            header->cmsg_type = IP_PKTINFO;
            header->cmsg_len = CMSG_LEN(sizeof info);
            memcpy(CMSG_DATA(header), &info, sizeof info);
            used += CMSG_SPACE(sizeof info);
        } else {
            struct in6_pktinfo info = {.ipi6_addr = *local, .ipi6_ifindex = (unsigned)interface};
            header->cmsg_level = IPPROTO_IPV6;
            header->cmsg_type = IPV6_PKTINFO;
            header->cmsg_len = CMSG_LEN(sizeof info);
            memcpy(CMSG_DATA(header), &info, sizeof info);
            used += CMSG_SPACE(sizeof info);
        }
    }
    message.msg_controllen = used;
    if (used == 0) message.msg_control = NULL;
    ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
    return sent < 0 ? -errno : sent;
}

enum { clinux_udp_batch_size = 8 };

// The headers of one recvmmsg; the payload goes to `clinux_udp_batch_size` places of equal size.
struct clinux_udp_batch {
    struct mmsghdr headers[clinux_udp_batch_size];
    struct iovec vectors[clinux_udp_batch_size];
    struct sockaddr_in6 names[clinux_udp_batch_size];
    union {
        char bytes[128];
        struct cmsghdr alignment;
    } control[clinux_udp_batch_size];
};

static inline void clinux_udp_batch_prepare(struct clinux_udp_batch *batch, void *memory, size_t place_size) {
    memset(batch, 0, sizeof *batch);
    for (int i = 0; i < clinux_udp_batch_size; i++) {
        batch->vectors[i].iov_base = (char *)memory + (size_t)i * place_size;
        batch->vectors[i].iov_len = place_size;
        batch->headers[i].msg_hdr.msg_iov = &batch->vectors[i];
        batch->headers[i].msg_hdr.msg_iovlen = 1;
        batch->headers[i].msg_hdr.msg_name = &batch->names[i];
        batch->headers[i].msg_hdr.msg_control = batch->control[i].bytes;
    }
}

// The number of messages received, or -errno.
static inline int clinux_udp_batch_receive(int fd, struct clinux_udp_batch *batch) {
    for (int i = 0; i < clinux_udp_batch_size; i++) {
        batch->headers[i].msg_hdr.msg_namelen = sizeof batch->names[i];
        batch->headers[i].msg_hdr.msg_controllen = sizeof batch->control[i].bytes;
        batch->headers[i].msg_hdr.msg_flags = 0;
    }
    int count = recvmmsg(fd, batch->headers, clinux_udp_batch_size, MSG_DONTWAIT, NULL);
    return count < 0 ? -errno : count;
}

// One received message: its bytes, the size of the datagrams that the kernel has joined in it, and its path.
struct clinux_udp_message {
    void *bytes;
    size_t count;
    size_t segment;
    // The ECN bits of the IP header.
    uint8_t congestion;
    struct clinux_udp_path path;
};

// Message `index` of the last receive. False for one that was cut off or has no usable sender.
static inline int clinux_udp_batch_message(struct clinux_udp_batch *batch, int index, struct clinux_udp_message *out) {
    struct msghdr *header = &batch->headers[index].msg_hdr;
    memset(out, 0, sizeof *out);
    out->bytes = batch->vectors[index].iov_base;
    out->count = batch->headers[index].msg_len;
    out->segment = out->count;
    if (header->msg_flags & MSG_TRUNC) return 0;
    sa_family_t family = batch->names[index].sin6_family;
    if (family == AF_INET && header->msg_namelen >= sizeof(struct sockaddr_in)) {
        memcpy(&out->path.remote, &batch->names[index], sizeof(struct sockaddr_in));
        out->path.remote_length = sizeof(struct sockaddr_in);
    } else if (family == AF_INET6 && header->msg_namelen >= sizeof(struct sockaddr_in6)) {
        out->path.remote = batch->names[index];
        out->path.remote.sin6_flowinfo = 0;
        out->path.remote_length = sizeof(struct sockaddr_in6);
    } else {
        return 0;
    }
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level == clinux_sol_udp && c->cmsg_type == UDP_GRO && c->cmsg_len >= CMSG_LEN(sizeof(int))) {
            int size;
            memcpy(&size, CMSG_DATA(c), sizeof size);
            if (size > 0) out->segment = (size_t)size;
        } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS && c->cmsg_len >= CMSG_LEN(1)) {
            out->congestion = *CMSG_DATA(c) & 3;
        } else if (
            c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_TCLASS && c->cmsg_len >= CMSG_LEN(sizeof(int))) {
            int traffic_class;
            memcpy(&traffic_class, CMSG_DATA(c), sizeof traffic_class);
            out->congestion = traffic_class & 3;
        } else if (
            c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO
            && c->cmsg_len >= CMSG_LEN(sizeof(struct in_pktinfo))) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            memcpy(&out->path.local, &info.ipi_spec_dst, 4);
            out->path.has_local = 1;
        } else if (
            c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO
            && c->cmsg_len >= CMSG_LEN(sizeof(struct in6_pktinfo))) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(c), sizeof info);
            out->path.local = info.ipi6_addr;
            // Only a link-local source needs the interface; for others it would pin the route.
            out->path.interface = IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr) ? (int)info.ipi6_ifindex : 0;
            out->path.has_local = 1;
        }
    }
    return 1;
}

#endif
