/* Every way to wait lasts as long as was asked. */
#include "observe.h"

int main(void) {
    struct timespec t = timespec_of(250 * MS);
    LASTED("nanosleep", nanosleep(&t, NULL));
    LASTED("clock_nanosleep", clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL));
    LASTED("usleep", usleep(1500));
    t = timespec_of(moment() + 100 * MS);
    LASTED("until, monotonic", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL));
    t = timespec_of(moment_of(CLOCK_REALTIME) + 100 * MS);
    LASTED("until, wall", clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &t, NULL));
    LASTED("until, past", clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &(struct timespec){1, 0}, NULL));
    LASTED("poll", poll(NULL, 0, 70));
    struct timeval v = {0, 30000};
    LASTED("select", select(0, NULL, NULL, NULL, &v));
    t = timespec_of(5 * MS);
    LASTED("pselect", pselect(0, NULL, NULL, NULL, &t, NULL));
    LASTED("ppoll", ppoll(NULL, 0, &t, NULL));
    int epoll = epoll_create1(0);
    struct epoll_event event;
    LASTED("epoll", epoll_wait(epoll, &event, 1, 40));
    struct pollfd in = {0, POLLIN, 0};
    LASTED("poll of stdin", poll(&in, 1, 90));
    LASTED("a long time", sleep(3600));
    return 0;
}
