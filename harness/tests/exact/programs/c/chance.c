/* Things that differ whenever a program is started again. */

#include "node.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long long clock_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int count_environment(void) {
    int count = 0;
    while (environ[count]) count++;
    return count;
}

void chance(char *text, size_t size) {
    long long began = clock_ns(CLOCK_MONOTONIC);
    nanosleep(&(struct timespec){.tv_nsec = 300000}, NULL);
    unsigned long long random_bytes = 0;
    if (getrandom(&random_bytes, sizeof random_bytes, 0) != sizeof random_bytes) exit(1);
    char temporary[] = "/tmp/gossip-XXXXXX";
    int file = mkstemp(temporary);
    if (file < 0) exit(1);
    close(file);
    unlink(temporary);
    void *heap = malloc(100);
    snprintf(text, size,
             "{\"nap_ns\":%lld,\"wall_ns\":%lld,\"cpu_ns\":%lld,\"pid\":%d,\"thread\":%d,"
             "\"os_random\":%llu,\"random\":%d,\"stack\":\"%p\",\"heap\":\"%p\",\"code\":\"%p\","
             "\"cpus\":%ld,\"temporary\":\"%s\",\"environment\":%d}",
             clock_ns(CLOCK_MONOTONIC) - began, clock_ns(CLOCK_REALTIME),
             clock_ns(CLOCK_PROCESS_CPUTIME_ID), getpid(), gettid(), random_bytes, rand(),
             (void *)&began, heap, (void *)(size_t)&chance, sysconf(_SC_NPROCESSORS_ONLN),
             temporary, count_environment());
    free(heap);
}
