// Threads.
#ifndef CLINUX_THREAD_H
#define CLINUX_THREAD_H

#include <pthread.h>
#include <signal.h>

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

#endif
