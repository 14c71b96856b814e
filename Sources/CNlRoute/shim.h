#ifndef CNLROUTE_SHIM_H
#define CNLROUTE_SHIM_H

#include <errno.h>
#include <net/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/cache.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// Asks for explanations with refusals. Kernels before 4.12 can't; then there are none.
static inline void cnlroute_enable_extack(int fd) {
    int one = 1;
    (void)setsockopt(fd, 270 /* SOL_NETLINK */, NETLINK_EXT_ACK, &one, sizeof one);
}

// The kernel's explanation in an error message, or NULL. libnl hands out a pointer into the whole message, whose header
// is right before.
static inline const char *cnlroute_extack(const struct nlmsgerr *error) {
    const struct nlmsghdr *header = (const struct nlmsghdr *)((const char *)error - NLMSG_HDRLEN);
    if (!(header->nlmsg_flags & NLM_F_ACK_TLVS)) return NULL;
    unsigned offset = sizeof *error;
    if (!(header->nlmsg_flags & NLM_F_CAPPED)) {
        if (error->msg.nlmsg_len < NLMSG_HDRLEN) return NULL;
        offset += NLMSG_ALIGN(error->msg.nlmsg_len - NLMSG_HDRLEN);
    }
    unsigned end = header->nlmsg_len - NLMSG_HDRLEN;
    if (header->nlmsg_len < NLMSG_HDRLEN || offset > end) return NULL;
    const struct nlattr *text =
        nla_find((const struct nlattr *)((const char *)error + offset), (int)(end - offset), NLMSGERR_ATTR_MSG);
    if (!text || nla_len(text) < 1 || !memchr(nla_data(text), 0, (size_t)nla_len(text))) return NULL;
    return (const char *)nla_data(text);
}

#endif
