/* Less known promises: children nobody asks for, time left, memory that processes share. */
#include "observe.h"

struct shared {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    sem_t semaphore;
    int ready;
};

static struct shared *make_shared(void) {
    struct shared *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t mutex;
    pthread_condattr_t cond;
    pthread_mutexattr_init(&mutex);
    pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->mutex, &mutex);
    pthread_condattr_init(&cond);
    pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&shared->cond, &cond);
    sem_init(&shared->semaphore, 1, 0);
    return shared;
}

static long wait_until_ready(struct shared *shared) {
    pthread_mutex_lock(&shared->mutex);
    while (!shared->ready) pthread_cond_wait(&shared->cond, &shared->mutex);
    return pthread_mutex_unlock(&shared->mutex);
}

static void processes(struct shared *shared) {
    if (fork() == 0) {
        sleep_ms(20);
        pthread_mutex_lock(&shared->mutex);
        shared->ready = 1;
        pthread_cond_broadcast(&shared->cond);
        sleep_ms(15);
        pthread_mutex_unlock(&shared->mutex);
        sleep_ms(10);
        sem_post(&shared->semaphore);
        _exit(0);
    }
    TOOK("shared condition", wait_until_ready(shared));
    TOOK("shared semaphore", sem_wait(&shared->semaphore));
    wait(NULL);
}

static int child(long ms) {
    int id = fork();
    if (id == 0) {
        sleep_ms(ms);
        _exit(0);
    }
    return id;
}

static void nobody_asks(void) {
    signal(SIGCHLD, SIG_IGN);
    child(10);
    child(40);
    TOOK("all have ended", wait(NULL));
    int id = child(10);
    TOOK("that one has ended", waitpid(id, NULL, 0));
    signal(SIGCHLD, SIG_DFL);
}

static void time_left(void) {
    int both[2];
    MUST(pipe(both) == 0);
    if (fork() == 0) {
        sleep_ms(30);
        _exit(write(both[1], "x", 1) != 1);
    }
    fd_set set;
    FD_ZERO(&set);
    FD_SET(both[0], &set);
    struct timeval left = {0, 100000};
    TOOK("select", select(both[0] + 1, &set, NULL, NULL, &left));
    printf("left %ld ms, ready %d\n", (left.tv_usec + 500) / 1000, FD_ISSET(both[0], &set));
    wait(NULL);
    left = (struct timeval){0, 20000};
    FD_ZERO(&set);
    TOOK("select in vain", select(0, &set, NULL, NULL, &left));
    printf("left %ld us\n", left.tv_usec);
}

static void vforks(char *name) {
    int id = vfork();
    if (id == 0) {
        execl(name, name, "sleeps", NULL);
        _exit(1);
    }
    int status;
    TOOK("vfork", waitpid(id, &status, 0) == id);
    printf("code %d\n", WEXITSTATUS(status));
    id = vfork();
    if (id == 0) {
        execl("/not/there", "there", NULL);
        _exit(5);
    }
    MUST(waitpid(id, &status, 0) == id);
    printf("code %d\n", WEXITSTATUS(status));
}

int main(int count, char **words) {
    if (count > 1) {
        sleep_ms(80);
        return 7;
    }
    processes(make_shared());
    nobody_asks();
    time_left();
    vforks(words[0]);
    return 0;
}
