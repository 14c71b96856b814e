// The process's standard descriptors, environment and time of day.
#ifndef CLINUX_TERMINAL_H
#define CLINUX_TERMINAL_H

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static inline int clinux_is_terminal(int fd) { return isatty(fd); }

static inline const char *clinux_environment(const char *name) { return getenv(name); }

static inline void clinux_sleep(long long seconds, long nanoseconds) {
    struct timespec rest = {(time_t)seconds, nanoseconds};
    while (nanosleep(&rest, &rest) < 0) {
    }
}

#endif
