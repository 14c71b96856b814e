#ifndef CLINUX_MEMORY_H
#define CLINUX_MEMORY_H

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

// Zeroed pages that cost memory only where they are touched; NULL when there is no address space left.
static inline void *clinux_reserve(size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static inline int clinux_unmap(void *memory, size_t size) { return munmap(memory, size) < 0 ? -errno : 0; }

// Zeroed pages for secrets, `size` being whole pages, between two that can't be touched: out of core dumps, wiped in a
// child, and out of swap once touched, if *is_locked says so. The limit on locked memory may forbid that: root is exempt.
static inline void *clinux_reserve_secret(size_t size, int *is_locked) {
    size_t guard = (size_t)sysconf(_SC_PAGESIZE);
    char *all = mmap(NULL, size + 2 * guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (all == MAP_FAILED) return NULL;
    char *memory = all + guard;
    if (mprotect(memory, size, PROT_READ | PROT_WRITE) < 0) {
        munmap(all, size + 2 * guard);
        return NULL;
    }
    (void)madvise(memory, size, MADV_DONTDUMP);
    (void)madvise(memory, size, MADV_WIPEONFORK);
    const int on_fault = 1;
    *is_locked = syscall(SYS_mlock2, memory, size, on_fault) == 0;
    return memory;
}

static inline void clinux_release_secret(void *memory, size_t size) {
    size_t guard = (size_t)sysconf(_SC_PAGESIZE);
    (void)munmap((char *)memory - guard, size + 2 * guard);
}

static inline size_t clinux_whole_pages(size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) / page * page;
}

// Erases what calls that have returned have left on the stack.
__attribute__((noinline, unused)) static void clinux_wipe_stack(void) {
    char rest[16384];
    explicit_bzero(rest, sizeof rest);
}

static inline void clinux_erase(void *memory, size_t size) { explicit_bzero(memory, size); }

#endif
