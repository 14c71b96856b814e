// A fork after which the Swift run-time library knows who it is.
#ifndef CLINUX_FORK_H
#define CLINUX_FORK_H

#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

// Any function of the run-time library: tells which of the loaded objects it is.
extern void *swift_retain(void *object);

struct clinux_thread_change {
    uint32_t former;
    uint32_t present;
    // How many words hold the former number.
    int found;
};

static inline int clinux_visit_thread_number(struct dl_phdr_info *object, size_t size, void *context) {
    struct clinux_thread_change *number = (struct clinux_thread_change *)context;
    (void)size;
    uintptr_t function = (uintptr_t)&swift_retain;
    size_t words = 0;
    int is_runtime = 0;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type == PT_TLS) words = segment->p_memsz / sizeof(uint32_t);
        uintptr_t start = object->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_LOAD && function >= start && function < start + segment->p_memsz) is_runtime = 1;
    }
    uint32_t *word = (uint32_t *)object->dlpi_tls_data;
    if (!is_runtime || word == NULL) return 0;
    for (size_t i = 0; i < words; i++) {
        if (word[i] != number->former) continue;
        word[i] = number->present;
        number->found++;
    }
    return 1;
}

// Has the run-time library's variables of this thread hold `present` where they hold `former`. How many did.
static inline int clinux_replace_thread_number(pid_t former, pid_t present) {
    struct clinux_thread_change number = {(uint32_t)former, (uint32_t)present, 0};
    dl_iterate_phdr(clinux_visit_thread_number, &number);
    return number.found;
}

static inline pid_t clinux_thread_number(void) { return (pid_t)syscall(SYS_gettid); }

// The process id, 0 in the child, or -errno.
//
// The run-time library's locks (Swift 6.3) hold their owner's thread number, which each thread asks for once, the first one
// before `main`. A child has it from its parent; the kernel then finds no such owner when another thread wants a lock that
// the child's first thread holds, and does not let that one unlock it: both would try for ever.
static inline int clinux_fork(void) {
    pid_t former = clinux_thread_number();
    pid_t pid = fork();
    if (pid == 0) clinux_replace_thread_number(former, clinux_thread_number());
    return pid < 0 ? -errno : pid;
}

#endif
