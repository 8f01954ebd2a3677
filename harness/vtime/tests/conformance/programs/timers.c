/* Timers report by descriptors, signals and threads. */
#include "observe.h"

static volatile int alarms;
static void on_alarm(int _) { alarms++; }

static long ticks(int fd) {
    uint64_t times = 0;
    return read(fd, &times, 8) == 8 ? (long)times : -1;
}

static void handle(int flags) {
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = flags};
    sigaction(SIGALRM, &action, NULL);
}

static sem_t notified;
static void notify(union sigval value) {
    printf("notified with %d\n", value.sival_int);
    sem_post(&notified);
}

static long wait_for(int signal, int *value) {
    sigset_t set;
    siginfo_t info;
    sigemptyset(&set);
    sigaddset(&set, signal);
    int found = sigwaitinfo(&set, &info);
    *value = info.si_value.sival_int;
    return found;
}

int main(void) {
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    struct itimerspec every = {{0, 10 * MS}, {0, 20 * MS}};
    timerfd_settime(fd, 0, &every, NULL);
    TOOK("timerfd, first", ticks(fd));
    TOOK("timerfd, second", ticks(fd));
    sleep_ms(35);
    TOOK("timerfd, missed", ticks(fd));
    struct itimerspec left;
    timerfd_gettime(fd, &left);
    printf("left %ld us of %ld\n", left.it_value.tv_nsec / 1000, left.it_interval.tv_nsec / 1000);
    timerfd_settime(fd, 0, &(struct itimerspec){0}, NULL);
    struct pollfd poll_fd = {fd, POLLIN, 0};
    TOOK("timerfd, stopped", poll(&poll_fd, 1, 50));

    int pipes[2];
    char byte;
    if (pipe(pipes)) return 1;
    handle(0);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 40000}}, NULL);
    TOOK("read, interrupted", read(pipes[0], &byte, 1));
    handle(SA_RESTART);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 10000}, {0, 10000}}, NULL);
    if (fork() == 0) {
        sleep_ms(45);
        _exit(write(pipes[1], "x", 1) != 1);
    }
    TOOK("read, restarted", read(pipes[0], &byte, 1));
    setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
    printf("alarms %d\n", alarms);
    wait(NULL);
    handle(0);
    alarm(2);
    struct timespec rest;
    TOOK("sleep, interrupted", nanosleep(&(struct timespec){5, 0}, &rest));
    printf("rest %ld.%03ld\n", rest.tv_sec, rest.tv_nsec / 1000000);

    timer_t timer;
    sem_init(&notified, 0, 0);
    struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_value.sival_int = 42};
    event.sigev_notify_function = notify;
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    timer_settime(timer, 0, &(struct itimerspec){{0, 0}, {0, 30 * MS}}, NULL);
    TOOK("SIGEV_THREAD", sem_wait(&notified));
    timer_delete(timer);

    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int value = 0;
    event = (struct sigevent){.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN, .sigev_value.sival_int = 43};
    timer_create(CLOCK_REALTIME, &event, &timer);
    timer_settime(timer, 0, &(struct itimerspec){{0, 5 * MS}, {0, 15 * MS}}, NULL);
    TOOK("SIGEV_SIGNAL", wait_for(SIGRTMIN, &value) == SIGRTMIN);
    TOOK("SIGEV_SIGNAL again", wait_for(SIGRTMIN, &value) == SIGRTMIN);
    printf("value %d\n", value);
    return 0;
}
