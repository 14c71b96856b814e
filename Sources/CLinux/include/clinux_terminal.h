// The process's standard descriptors, environment and time of day.
#ifndef CLINUX_TERMINAL_H
#define CLINUX_TERMINAL_H

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static inline int clinux_is_terminal(int fd) { return isatty(fd); }

static inline const char *clinux_environment(const char *name) { return getenv(name); }

static inline void clinux_sleep(long long seconds, long nanoseconds) {
    struct timespec rest = {(time_t)seconds, nanoseconds};
    while (nanosleep(&rest, &rest) < 0) {
    }
}

static inline int clinux_window_size(int fd, struct winsize *size) {
    return ioctl(fd, TIOCGWINSZ, size) < 0 ? -errno : 0;
}

// Keys arrive one by one and are not shown; those that send signals still do.
static inline int clinux_read_keys(int fd, struct termios *before) {
    if (tcgetattr(fd, before) < 0) return -errno;
    struct termios mode = *before;
    mode.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    mode.c_cc[VMIN] = 1;
    mode.c_cc[VTIME] = 0;
    return tcsetattr(fd, TCSADRAIN, &mode) < 0 ? -errno : 0;
}

static inline int clinux_set_terminal_mode(int fd, const struct termios *mode) {
    return tcsetattr(fd, TCSADRAIN, mode) < 0 ? -errno : 0;
}

// Does what the terminal's suspend key does to a program that has not blocked the signal.
static inline void clinux_suspend(void) {
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, SIGTSTP);
    raise(SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &set, &before);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

#endif
