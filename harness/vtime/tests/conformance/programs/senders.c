/* Who gets a signal sees who sent it, and with what; however it waits. */
#include "observe.h"

static siginfo_t seen;
static pthread_t by;
static void on_signal(int signal, siginfo_t *info, void *context) {
    seen = *info;
    by = pthread_self();
}

static int child(long ms, int (*does)(int), int to) {
    int id = fork();
    if (id == 0) {
        sleep_ms(ms);
        _exit(does(to) != 0);
    }
    return id;
}

static int kills(int to) { return kill(to, SIGUSR1); }
static int queues(int to) { return sigqueue(to, SIGUSR1, (union sigval){.sival_int = 42}); }

static void tell_seen(const char *what, int id) {
    printf("%s: by child %d, code %d, value %d\n", what, seen.si_pid == id, seen.si_code,
           seen.si_code == SI_QUEUE ? seen.si_value.sival_int : 0);
}

static void *waits(void *_) {
    sleep_ms(1000);
    return NULL;
}

static void descriptors(sigset_t *set) {
    struct signalfd_siginfo info;
    int fd = signalfd(-1, set, 0), id = child(15, kills, getpid());
    TOOK("signalfd", read(fd, &info, sizeof info));
    printf("of %d by child %d\n", info.ssi_signo == SIGUSR1, info.ssi_pid == (unsigned)id);
    wait(NULL);
    id = child(25, queues, getpid());
    struct pollfd entry = {fd, POLLIN, 0};
    TOOK("poll", poll(&entry, 1, -1));
    wait(NULL);
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN}, found;
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
    TOOK("epoll", epoll_wait(epoll, &found, 1, -1));
    MUST(read(fd, &info, sizeof info) == sizeof info);
    printf("value %d\n", info.ssi_int);
    TOOK("epoll in vain", epoll_wait(epoll, &found, 1, 35));

    id = child(45, getpgid, 0);
    int process = syscall(SYS_pidfd_open, id, 0);
    struct pollfd end = {process, POLLIN, 0};
    TOOK("end of a process", poll(&end, 1, -1));
    siginfo_t ended;
    TOOK("waitid", waitid(P_PIDFD, process, &ended, WEXITED));
    printf("that child %d\n", ended.si_pid == id);
    id = child(10000, getpgid, 0);
    process = syscall(SYS_pidfd_open, id, 0);
    MUST(syscall(SYS_pidfd_send_signal, process, SIGTERM, NULL, 0) == 0);
    int status;
    TOOK("ended by its descriptor", waitpid(id, &status, 0) == id);
    printf("signal %d\n", WTERMSIG(status));
}

int main(void) {
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGALRM, &action, NULL);
    int id = child(20, kills, getpid());
    TOOK("kill", pause());
    tell_seen("kill", id);
    wait(NULL);
    pthread_t thread;
    pthread_create(&thread, NULL, waits, NULL);
    id = child(20, kills, getpid());
    TOOK("kill, threads", pause());
    tell_seen("kill, threads", id);
    printf("the first thread %d\n", pthread_equal(by, pthread_self()) != 0);
    wait(NULL);
    id = child(20, queues, getpid());
    TOOK("queue", pause());
    tell_seen("queue", id);
    wait(NULL);
    kill(getpid(), SIGUSR1);
    tell_seen("itself", getpid());
    raise(SIGUSR1);
    printf("raised: %d %d\n", seen.si_pid == getpid(), seen.si_code == SI_TKILL);
    pthread_kill(thread, SIGUSR1);
    alarm(1);
    TOOK("alarm", pause());
    printf("from nobody: %d\n", seen.si_pid);
    pthread_join(thread, NULL);

    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    id = child(20, kills, getpid());
    TOOK("sigwaitinfo", sigwaitinfo(&set, &seen));
    tell_seen("sigwaitinfo", id);
    wait(NULL);
    descriptors(&set);
    return 0;
}
