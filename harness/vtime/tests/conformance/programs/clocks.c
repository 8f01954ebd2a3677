/* Clocks agree, however they are read, and none goes back. */
#include "observe.h"
#include <sys/times.h>
#include <x86intrin.h>

static long long raw(clockid_t clock) {
    struct timespec t;
    MUST(syscall(SYS_clock_gettime, clock, &t) == 0);
    return ns_of(t);
}

static long long wall_of_day(void) {
    struct timeval v;
    MUST(gettimeofday(&v, NULL) == 0);
    return (v.tv_sec * 1000000LL + v.tv_usec) * 1000;
}

/* By both ways of reading it, one after the other, a clock shows what a read takes. */
static void agree(const char *what, clockid_t clock) {
    long long a = moment_of(clock), b = raw(clock), c = moment_of(clock);
    long long most = 10000;
    printf("%s %s\n", what, b > a && b - a < most && c > b && c - b < most ? "agrees" : "does not");
}

static void processor_time(void) {
    long long process = moment_of(CLOCK_PROCESS_CPUTIME_ID);
    long long thread = moment_of(CLOCK_THREAD_CPUTIME_ID);
    MUST(process >= 0 && thread >= 0);
    sleep_ms(1000);
    long long slept = moment_of(CLOCK_PROCESS_CPUTIME_ID) - process;
    printf("processor time of a second's sleep: %s\n", slept < 10 * MS ? "none" : "much");
    long long until = moment() + 50 * MS;
    while (moment() < until) {
    }
    long long spent = moment_of(CLOCK_PROCESS_CPUTIME_ID) - process - slept;
    printf("processor time of 50 ms of looking: %lld ms\n", (spent + MS / 2) / MS);
    struct rusage usage;
    MUST(getrusage(RUSAGE_SELF, &usage) == 0);
    MUST(usage.ru_utime.tv_sec == 0 && usage.ru_utime.tv_usec >= 50000);
    struct tms parts;
    clock_t ticks = times(&parts);
    MUST(ticks > 0 && parts.tms_utime >= 5);
    MUST(clock() >= 50000);
}

int main(void) {
    agree("monotonic", CLOCK_MONOTONIC);
    agree("raw", CLOCK_MONOTONIC_RAW);
    agree("coarse", CLOCK_MONOTONIC_COARSE);
    agree("boot", CLOCK_BOOTTIME);
    agree("wall", CLOCK_REALTIME);
    agree("wall, coarse", CLOCK_REALTIME_COARSE);
    agree("atomic", CLOCK_TAI);
    long long wall = moment_of(CLOCK_REALTIME);
    MUST(wall_of_day() - wall < 10000);
    printf("time: %lld\n", (long long)time(NULL) - wall / (1000 * MS));
    printf("time by call: %lld\n", syscall(SYS_time, NULL) - wall / (1000 * MS));
    unsigned long long stamp = __rdtsc();
    sleep_ms(10);
    printf("time stamp: %llu ms\n", (__rdtsc() - stamp + MS / 2) / MS);
    long long latest = moment();
    for (int i = 0; i < 500; i++) {
        long long now = i % 2 ? raw(CLOCK_MONOTONIC) : moment();
        MUST(now > latest);
        latest = now;
    }
    struct timespec t;
    MUST(clock_gettime(12345, &t) == -1 && errno == EINVAL);
    processor_time();
    return 0;
}
