/* Timers that expire while nobody looks, and those whose descriptor is gone or is another's. */
#include "observe.h"

static volatile int overrun, handled;
static void on_signal(int signal, siginfo_t *info, void *context) {
    overrun = info->si_overrun;
    handled++;
}

static void blocked(int signal) {
    sigset_t set;
    siginfo_t info;
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = signal};
    struct itimerspec every = {{0, 10 * MS}, {0, 10 * MS}};
    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(SIG_BLOCK, &set, NULL);
    MUST(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
    MUST(timer_settime(timer, 0, &every, NULL) == 0);
    sleep_ms(55);
    TOOK("at once", sigwaitinfo(&set, &info) == signal);
    printf("overruns %d %d\n", info.si_overrun, timer_getoverrun(timer));
    TOOK("the next", sigwaitinfo(&set, &info) == signal);
    printf("overruns %d %d\n", info.si_overrun, timer_getoverrun(timer));
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    sigaction(signal, &action, NULL);
    sleep_ms(30);
    handled = 0;
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    printf("handled %d, overruns %d\n", handled, overrun);
    timer_delete(timer);
    MUST(timer_gettime(timer, &every) == -1 && errno == EINVAL);
}

static void to_a_thread(void) {
    sigset_t set;
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR2};
    event._sigev_un._tid = gettid();
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    MUST(timer_create(CLOCK_REALTIME, &event, &timer) == 0);
    struct itimerspec once = {{0, 0}, timespec_of(moment_of(CLOCK_REALTIME) + 70 * MS)};
    MUST(timer_settime(timer, TIMER_ABSTIME, &once, NULL) == 0);
    TOOK("thread, absolute", sigwaitinfo(&set, NULL) == SIGUSR2);
    timer_delete(timer);
}

static void silent(void) {
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_NONE};
    struct itimerspec once = {{0, 0}, {1, 0}}, left;
    MUST(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
    MUST(timer_settime(timer, 0, &once, NULL) == 0);
    sleep_ms(400);
    MUST(timer_gettime(timer, &left) == 0);
    printf("left %lld ms\n", (ns_of(left.it_value) + MS / 2) / MS);
    sleep_ms(700);
    MUST(timer_gettime(timer, &left) == 0);
    printf("left %lld ms\n", ns_of(left.it_value) / MS);
}

/* Whoever gets the number of a timer's descriptor gets nothing of the timer. */
static void descriptors(void) {
    uint64_t times;
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    TOOK("not set", read(fd, &times, 8));
    struct itimerspec every = {{0, 10 * MS}, {0, 10 * MS}};
    MUST(timerfd_settime(fd, 0, &every, NULL) == 0);
    sleep_ms(25);
    MUST(read(fd, &times, 8) == 8);
    printf("times %lu\n", times);
    close(fd);
    int both[2];
    MUST(pipe2(both, O_NONBLOCK) == 0 && both[0] == fd);
    dup2(both[1], fd);
    sleep_ms(25);
    TOOK("nothing of it", read(both[0] == fd ? both[1] : fd, &times, 8));
    close(both[0]);
    close(both[1]);
    fd = timerfd_create(CLOCK_REALTIME, 0);
    every.it_value = timespec_of(moment_of(CLOCK_REALTIME) + 35 * MS);
    MUST(timerfd_settime(fd, TFD_TIMER_ABSTIME, &every, NULL) == 0);
    TOOK("absolute", read(fd, &times, 8));
    printf("times %lu\n", times);
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN | EPOLLET}, found;
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
    TOOK("edge", epoll_wait(epoll, &found, 1, 1000));
    MUST(timerfd_settime(fd, 0, &(struct itimerspec){0}, NULL) == 0);
    TOOK("no edge", epoll_wait(epoll, &found, 1, 60));
}

int main(void) {
    blocked(SIGRTMIN + 1);
    blocked(SIGUSR1);
    to_a_thread();
    silent();
    descriptors();
    return 0;
}
