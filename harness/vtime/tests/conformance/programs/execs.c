/* A thread that is not the first executes another program; the process stays what it is. */
#include "observe.h"

static char *name;
static void *executes(void *_) {
    sleep_ms(10);
    char pid[16];
    sprintf(pid, "%d", getpid());
    execl(name, name, pid, NULL);
    return NULL;
}

static void *sleeps(void *_) {
    sleep_ms(100000);
    return NULL;
}

int main(int count, char **words) {
    if (count > 1) {
        printf("same pid %d, tid %d\n", getpid() == atoi(words[1]), gettid() == getpid());
        sleep_ms(7);
        return 9;
    }
    name = words[0];
    pthread_t thread;
    pthread_create(&thread, NULL, sleeps, NULL);
    pthread_create(&thread, NULL, executes, NULL);
    pthread_join(thread, NULL);
    return 1;
}
