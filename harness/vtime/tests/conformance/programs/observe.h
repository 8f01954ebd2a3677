/* What programs here observe, and how they tell. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MS 1000000LL

/* Each line is written at once: what is told is told when it happened, and by nobody twice. */
__attribute__((constructor)) static void write_lines(void) { setvbuf(stdout, NULL, _IOLBF, 0); }

static inline long long ns_of(struct timespec t) { return t.tv_sec * 1000 * MS + t.tv_nsec; }

static inline struct timespec timespec_of(long long ns) {
    return (struct timespec){ns / (1000 * MS), ns % (1000 * MS)};
}

static inline long long moment_of(clockid_t clock) {
    struct timespec t;
    return clock_gettime(clock, &t) ? -1 : ns_of(t);
}

static inline long long moment(void) { return moment_of(CLOCK_MONOTONIC); }

static inline void sleep_ms(long ms) {
    struct timespec t = timespec_of(ms * MS);
    while (nanosleep(&t, &t)) {
    }
}

static inline const char *error_name(int number) {
    switch (number) {
    case 0: return "";
    case EAGAIN: return "EAGAIN";
    case EAFNOSUPPORT: return "EAFNOSUPPORT";
    case EBADF: return "EBADF";
    case ECHILD: return "ECHILD";
    case EINTR: return "EINTR";
    case EINVAL: return "EINVAL";
    case ENOSYS: return "ENOSYS";
    case EOWNERDEAD: return "EOWNERDEAD";
    case EPIPE: return "EPIPE";
    case EPERM: return "EPERM";
    case ESRCH: return "ESRCH";
    case ETIMEDOUT: return "ETIMEDOUT";
    default: return "another error";
    }
}

static inline void tell(const char *what, long result, int error, long long took, const char *unit) {
    if (result == -1)
        printf("%s: %s, %lld %s\n", what, error_name(error), took, unit);
    else
        printf("%s: %ld, %lld %s\n", what, result, took, unit);
}

/* Does something, and tells its result and how long it took: as long as that takes in virtual time,
 * where each look at a clock takes a microsecond. */
#define LASTED(what, does)                                                                    \
    do {                                                                                      \
        long long begun_ = moment();                                                          \
        errno = 0;                                                                            \
        long result_ = (long)(does);                                                          \
        int error_ = errno;                                                                   \
        tell(what, result_, error_, (moment() - begun_) / 1000, "us");                        \
    } while (0)

/* The same where others look at clocks meanwhile: to the millisecond. */
#define TOOK(what, does)                                                                      \
    do {                                                                                      \
        long long begun_ = moment();                                                          \
        errno = 0;                                                                            \
        long result_ = (long)(does);                                                          \
        int error_ = errno;                                                                   \
        tell(what, result_, error_, (moment() - begun_ + MS / 2) / MS, "ms");                 \
    } while (0)

/* Ends the program where something is not as it must be. */
#define MUST(holds)                                                                          \
    do {                                                                                     \
        if (!(holds)) {                                                                      \
            printf("%s:%d: not so: %s (%s)\n", __FILE__, __LINE__, #holds, strerror(errno)); \
            exit(99);                                                                        \
        }                                                                                    \
    } while (0)
