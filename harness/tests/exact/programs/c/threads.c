/* A thread for everything: one reads, one answers, a timerfd wakes one that gossips through an
   eventfd, and one counts signals. */

#include "node.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { QUEUE = 256 };

static struct node node;
static pthread_mutex_t node_lock = PTHREAD_MUTEX_INITIALIZER;

static char *queue[QUEUE];
static int queued;
static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t queue_filled = PTHREAD_COND_INITIALIZER;
static pthread_cond_t queue_emptied = PTHREAD_COND_INITIALIZER;

static int due;
static int counted;

static void put(const char *line) {
    pthread_mutex_lock(&queue_lock);
    while (queued == QUEUE) pthread_cond_wait(&queue_emptied, &queue_lock);
    queue[queued++] = strdup(line);
    pthread_cond_signal(&queue_filled);
    pthread_mutex_unlock(&queue_lock);
}

/* The oldest line; NULL when none came for a while. */
static char *take(void) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    if (node.quiet) until.tv_sec += 1;
    until.tv_nsec += 50 * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    char *line = NULL;
    pthread_mutex_lock(&queue_lock);
    if (queued == 0) pthread_cond_timedwait(&queue_filled, &queue_lock, &until);
    if (queued > 0) {
        line = queue[0];
        memmove(queue, queue + 1, --queued * sizeof *queue);
        pthread_cond_signal(&queue_emptied);
    }
    pthread_mutex_unlock(&queue_lock);
    return line;
}

static void *answer(void *unused) {
    for (;;) {
        char *line = take();
        if (!line) continue;
        pthread_mutex_lock(&node_lock);
        node_handle(&node, line);
        pthread_mutex_unlock(&node_lock);
        free(line);
    }
    return unused;
}

static void *keep_time(void *unused) {
    int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    struct timespec interval = {.tv_nsec = GOSSIP_MS * 1000000};
    struct itimerspec setting = {.it_interval = interval, .it_value = interval};
    timerfd_settime(timer, 0, &setting, NULL);
    uint64_t passed;
    while (read(timer, &passed, sizeof passed) == sizeof passed)
        if (write(due, &passed, sizeof passed) < 0) exit(1);
    return unused;
}

static void *gossip(void *unused) {
    for (;;) {
        struct pollfd input = {.fd = due, .events = POLLIN};
        if (poll(&input, 1, 170) <= 0) continue;
        uint64_t passed;
        if (read(due, &passed, sizeof passed) < 0) exit(1);
        pthread_mutex_lock(&node_lock);
        node_gossip(&node);
        pthread_mutex_unlock(&node_lock);
        if (!node.quiet) kill(getpid(), SIGUSR1);
    }
    return unused;
}

static void *count_signals(void *signals) {
    for (;;) {
        struct timespec limit = {.tv_sec = 1};
        if (sigtimedwait(signals, NULL, &limit) == SIGUSR1 && ++counted % 50 == 0)
            fprintf(stderr, "%d signals\n", counted);
    }
    return NULL;
}

int main(int argc, char **argv) {
    static struct lines lines;
    static char line[LINE];
    static sigset_t signals;
    srand((uintptr_t)malloc(1) ^ time(NULL));
    node_open(&node, argc > 1 && !strcmp(argv[1], "quiet"));
    due = eventfd(0, 0);
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);

    pthread_t thread;
    pthread_create(&thread, NULL, answer, NULL);
    pthread_create(&thread, NULL, keep_time, NULL);
    pthread_create(&thread, NULL, gossip, NULL);
    pthread_create(&thread, NULL, count_signals, &signals);
    while (lines_read(&lines))
        while (lines_next(&lines, line)) put(line);
    return 0;
}
