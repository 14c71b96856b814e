#ifndef CLINUX_MEMORY_H
#define CLINUX_MEMORY_H

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

// Zeroed pages that cost memory only where they are touched; NULL when there is no address space left.
static inline void *clinux_reserve(size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static inline int clinux_unmap(void *memory, size_t size) { return munmap(memory, size) < 0 ? -errno : 0; }

// Keeps pages out of swap and of core dumps.
static inline int clinux_lock_memory(void *memory, size_t size) {
    (void)madvise(memory, size, MADV_DONTDUMP);
    return mlock(memory, size) < 0 ? -errno : 0;
}

static inline void clinux_erase(void *memory, size_t size) { explicit_bzero(memory, size); }

#endif
