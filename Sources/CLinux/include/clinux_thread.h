// Threads.
#ifndef CLINUX_THREAD_H
#define CLINUX_THREAD_H

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

// Starts a thread that takes no signals: they are for the thread that asks for them. 0, or -errno.
static inline int clinux_thread_start(
    pthread_t *thread, const char *name, void *(*body)(void *), void *context) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int result = pthread_create(thread, NULL, body, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (result == 0) (void)pthread_setname_np(*thread, name);
    return -result;
}

// How many processors the calling thread may run on; 1 when the kernel does not say.
static inline int clinux_processors(void) {
    // For more than any kernel can be built for.
    cpu_set_t sets[16];
    return sched_getaffinity(0, sizeof sets, sets) < 0 ? 1 : CPU_COUNT_S(sizeof sets, sets);
}

// Lets another thread that wants the processor have it.
static inline void clinux_give_way(void) { (void)sched_yield(); }

// How often the calling thread had to leave its processor to another one that was ready, also when it gave way.
long clinux_thread_preemptions(void);

// Waits until the word is woken, unless it is another value by then. May return for no reason.
static inline void clinux_futex_wait(void *word, uint32_t expected) {
    (void)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

// Wakes up to `count` threads that wait for the word.
static inline void clinux_futex_wake(void *word, int count) {
    (void)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

#endif
