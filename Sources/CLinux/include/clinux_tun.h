// TUN devices with offloads, and the few questions about a link that need no netlink.
#ifndef CLINUX_TUN_H
#define CLINUX_TUN_H

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

// Linux 6.2.
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

static const unsigned clinux_tun_checksum = TUN_F_CSUM;
static const unsigned clinux_tun_tcp = TUN_F_TSO4 | TUN_F_TSO6;
static const unsigned clinux_tun_udp = TUN_F_USO4 | TUN_F_USO6;

// Opens the device of that name, or makes it; the kernel's choice of name ("tun%d") comes back in `name`.
// Each read and write is one packet behind a virtio_net_hdr of 10 bytes. The descriptor, or -errno.
static inline int clinux_tun_open(char name[IF_NAMESIZE]) {
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return -errno;
    struct ifreq request;
    memset(&request, 0, sizeof request);
    memcpy(request.ifr_name, name, IF_NAMESIZE - 1);
    request.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
    int header_size = 10;
    if (ioctl(fd, TUNSETIFF, &request) < 0 || ioctl(fd, TUNSETVNETHDRSZ, &header_size) < 0) {
        int result = -errno;
        close(fd);
        return result;
    }
    memcpy(name, request.ifr_name, IF_NAMESIZE);
    return fd;
}

static const uint64_t clinux_tungetiff = TUNGETIFF;
static const uint64_t clinux_tungetdevnetns = TUNGETDEVNETNS;

// The name of the device that a descriptor belongs to.
static inline int clinux_tun_name(int fd, char name[IF_NAMESIZE]) {
    struct ifreq request;
    memset(&request, 0, sizeof request);
    if (ioctl(fd, TUNGETIFF, &request) < 0) return -errno;
    memcpy(name, request.ifr_name, IF_NAMESIZE);
    return 0;
}

// Takes a descriptor that somebody else has opened: of a TUN device whose packets have no other header than that of
// virtio, else -EINVAL.
static inline int clinux_tun_adopt(int fd, char name[IF_NAMESIZE]) {
    struct ifreq request;
    memset(&request, 0, sizeof request);
    if (ioctl(fd, TUNGETIFF, &request) < 0) return -errno;
    int wanted = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
    if ((request.ifr_flags & (wanted | IFF_TAP)) != wanted) return -EINVAL;
    int header_size = 10;
    if (ioctl(fd, TUNSETVNETHDRSZ, &header_size) < 0) return -errno;
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) return -errno;
    memcpy(name, request.ifr_name, IF_NAMESIZE);
    return 0;
}

static inline int clinux_tun_set_offload(int fd, unsigned flags) {
    return ioctl(fd, TUNSETOFFLOAD, (unsigned long)flags) < 0 ? -errno : 0;
}

// One ioctl of a name, on a socket of the calling thread's network namespace.
static inline int clinux_link_ioctl(unsigned long number, struct ifreq *request) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    int result = ioctl(fd, number, request) < 0 ? -errno : 0;
    close(fd);
    return result;
}

static inline void clinux_link_request(struct ifreq *request, const char *name) {
    memset(request, 0, sizeof *request);
    size_t length = strlen(name);
    memcpy(request->ifr_name, name, length < IF_NAMESIZE ? length : IF_NAMESIZE - 1);
}

static inline int clinux_link_mtu(const char *name) {
    struct ifreq request;
    clinux_link_request(&request, name);
    int result = clinux_link_ioctl(SIOCGIFMTU, &request);
    return result < 0 ? result : request.ifr_mtu;
}

static inline int clinux_link_set_mtu(const char *name, int mtu) {
    struct ifreq request;
    clinux_link_request(&request, name);
    request.ifr_mtu = mtu;
    return clinux_link_ioctl(SIOCSIFMTU, &request);
}

static inline int clinux_link_index(const char *name) {
    struct ifreq request;
    clinux_link_request(&request, name);
    int result = clinux_link_ioctl(SIOCGIFINDEX, &request);
    return result < 0 ? result : request.ifr_ifindex;
}

#endif
