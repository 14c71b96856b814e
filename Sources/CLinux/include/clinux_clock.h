#ifndef CLINUX_CLOCK_H
#define CLINUX_CLOCK_H

#include <stdint.h>
#include <time.h>

// Nanoseconds since boot, suspend included.
static inline uint64_t clinux_boottime_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

// Nanoseconds of a processor that the calling thread has had.
static inline uint64_t clinux_thread_cpu_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline void clinux_realtime(int64_t *seconds, int64_t *nanoseconds) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    *seconds = t.tv_sec;
    *nanoseconds = t.tv_nsec;
}

#endif
