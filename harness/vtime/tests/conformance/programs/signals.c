/* Signals between threads and processes, and the ways to wait for them. */
#include "observe.h"

static volatile int got;
static volatile pthread_t by;
static void on_signal(int signal) {
    got = signal;
    by = pthread_self();
}

static pthread_t first;
static void *sends(void *ms) {
    sleep_ms((long)ms);
    pthread_kill(first, SIGUSR1);
    return NULL;
}

static void *sleeps(void *_) {
    TOOK("the other's sleep", nanosleep(&(struct timespec){10, 0}, NULL));
    printf("by itself %d\n", pthread_equal(by, pthread_self()) != 0);
    return NULL;
}

static void *sends_process(void *ms) {
    sleep_ms((long)ms);
    kill(getpid(), SIGUSR2);
    return NULL;
}

static long wait_for(sigset_t *set) {
    int signal = 0;
    return sigwait(set, &signal) ? -1 : signal;
}

int main(void) {
    first = pthread_self();
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
    pthread_t thread, other;
    pthread_create(&thread, NULL, sends, (void *)20);
    TOOK("pause", pause());
    printf("got %d\n", got == SIGUSR1);
    pthread_join(thread, NULL);

    pthread_create(&other, NULL, sleeps, NULL);
    sleep_ms(15);
    pthread_kill(other, SIGUSR2);
    pthread_join(other, NULL);

    sigset_t set, empty;
    sigemptyset(&empty);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    pthread_create(&thread, NULL, sends_process, (void *)30);
    TOOK("sigwait", wait_for(&set) == SIGUSR2);
    pthread_join(thread, NULL);
    TOOK("sigtimedwait in vain", sigtimedwait(&set, NULL, &(struct timespec){0, 35 * MS}));
    pthread_create(&thread, NULL, sends, (void *)10);
    TOOK("blocked", nanosleep(&(struct timespec){0, 20 * MS}, NULL));
    pthread_join(thread, NULL);
    got = 0;
    TOOK("sigsuspend, pending", sigsuspend(&empty));
    printf("got %d\n", got == SIGUSR1);
    pthread_create(&thread, NULL, sends, (void *)25);
    TOOK("sigsuspend", sigsuspend(&empty));
    pthread_join(thread, NULL);
    pthread_create(&thread, NULL, sends, (void *)40);
    got = 0;
    TOOK("ppoll with mask", ppoll(NULL, 0, NULL, &empty));
    printf("got %d\n", got == SIGUSR1);
    pthread_join(thread, NULL);
    pthread_create(&thread, NULL, sends, (void *)5);
    sleep_ms(10);
    got = 0;
    TOOK("ppoll, pending", ppoll(NULL, 0, &(struct timespec){0, 50 * MS}, &empty));
    printf("got %d\n", got == SIGUSR1);
    pthread_join(thread, NULL);
    return 0;
}
