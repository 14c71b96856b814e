#include "CLinux.h"

// Not in a header: its types are others without _GNU_SOURCE, as Swift's own module has them.
#include <sys/resource.h>

long clinux_thread_preemptions(void) {
    struct rusage usage;
    return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nivcsw : 0;
}
