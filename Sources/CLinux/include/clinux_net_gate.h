// Memory that the engine shares with the kernel, and a program in the kernel that filters what comes to a socket by it.
#ifndef CLINUX_NET_GATE_H
#define CLINUX_NET_GATE_H

#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int clinux_bpf(int command, union bpf_attr *attributes) {
    int result = (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
    return result < 0 ? -errno : result;
}

// Zeroed memory of a kernel map with one value of `size` bytes, mapped at *memory: the map's descriptor, or -errno.
static inline int clinux_gate_map(uint32_t size, void **memory) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.map_type = BPF_MAP_TYPE_ARRAY;
    attributes.key_size = sizeof(uint32_t);
    attributes.value_size = size;
    attributes.max_entries = 1;
    attributes.map_flags = BPF_F_MMAPABLE;
    int map = clinux_bpf(BPF_MAP_CREATE, &attributes);
    if (map < 0) return map;
    *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
    if (*memory != MAP_FAILED) return map;
    int failure = -errno;
    close(map);
    return failure;
}

// A socket filter of `count` instructions: its descriptor, or -errno. What the verifier dislikes is EINVAL or EACCES.
static inline int clinux_gate_program(const uint64_t *instructions, uint32_t count) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
    attributes.insns = (uintptr_t)instructions;
    attributes.insn_cnt = count;
    attributes.license = (uintptr_t)"MIT";
    return clinux_bpf(BPF_PROG_LOAD, &attributes);
}

// 0, or -errno.
static inline int clinux_gate_attach(int socket, int program) {
    return setsockopt(socket, SOL_SOCKET, SO_ATTACH_BPF, &program, sizeof program) < 0 ? -errno : 0;
}

#endif
