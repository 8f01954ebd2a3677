/* Programs that never wait see time pass, and others get their turn. */
#include "observe.h"

static volatile int done;
static void *finishes(void *_) {
    sleep_ms(10);
    done = 1;
    return NULL;
}

static void *finishes_at_once(void *_) {
    done = 1;
    return NULL;
}

static long yields(void) {
    while (!done) sched_yield();
    return 0;
}

static long looks_at_clocks(long ms) {
    long long until = moment() + ms * MS;
    while (moment() < until) {
    }
    return 0;
}

static long looks_at_input(long ms) {
    struct pollfd in = {0, POLLIN, 0};
    long long until = moment() + ms * MS;
    long looks = 0;
    while (moment() < until) {
        MUST(poll(&in, 1, 0) == 0);
        looks++;
    }
    return looks < 3 * ms + 200;
}

static long tries(int fd) {
    char byte;
    while (read(fd, &byte, 1) == -1 && errno == EAGAIN) {
    }
    return byte;
}

static long waits_without_hanging(int child) {
    while (waitpid(child, NULL, WNOHANG) == 0) {
    }
    return 0;
}

static long calls(void) {
    long long begun = moment();
    while (!done) getppid();
    long long took = moment() - begun;
    return took < 6 * MS;
}

int main(void) {
    pthread_t thread;
    TOOK("clocks", looks_at_clocks(1000));
    TOOK("few looks", looks_at_input(100));
    pthread_create(&thread, NULL, finishes, NULL);
    TOOK("yields", yields());
    pthread_join(thread, NULL);
    done = 0;
    pthread_create(&thread, NULL, finishes_at_once, NULL);
    yields();
    pthread_join(thread, NULL);
    done = 0;
    pthread_create(&thread, NULL, finishes_at_once, NULL);
    printf("calls %ld\n", calls());
    pthread_join(thread, NULL);
    int both[2];
    MUST(pipe2(both, O_NONBLOCK) == 0);
    int child = fork();
    if (child == 0) {
        sleep_ms(30);
        _exit(write(both[1], "7", 1) != 1);
    }
    TOOK("tries", tries(both[0]) == '7');
    MUST(waitpid(child, NULL, 0) == child);
    child = fork();
    if (child == 0) {
        sleep_ms(60);
        _exit(0);
    }
    TOOK("waits without hanging", waits_without_hanging(child));
    return 0;
}
