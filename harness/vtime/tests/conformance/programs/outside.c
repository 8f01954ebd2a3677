/* Things that virtual time does not model, by the name that is given. */
#include "observe.h"
#include <sys/file.h>
#include <sys/stat.h>

static void lock(void) {
    int fd = open("lock", O_RDWR | O_CREAT, 0600);
    MUST(flock(fd, LOCK_EX) == 0);
    if (fork() == 0) {
        int own = open("lock", O_RDWR);
        long long begun = moment();
        MUST(flock(own, LOCK_EX) == 0);
        printf("locked %s\n", moment() - begun >= 50 * MS ? "after a while" : "at once");
        _exit(0);
    }
    sleep_ms(50);
    flock(fd, LOCK_UN);
    close(fd);
    wait(NULL);
}

static void splice_nothing(void) {
    int from[2], to[2];
    MUST(pipe(from) == 0 && pipe(to) == 0);
    splice(from[0], NULL, to[1], NULL, 1, 0);
}

static void named_pipe(void) {
    MUST(mkfifo("pipe", 0600) == 0);
    open("pipe", O_RDONLY);
}

static volatile int done;
static void *says(void *_) {
    sleep_ms(5);
    printf("the other thread had its turn\n");
    done = 1;
    return NULL;
}

static void compute(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, says, NULL);
    while (!done) {
    }
    pthread_join(thread, NULL);
}

static void priority(void) {
    int word = 0;
    syscall(SYS_futex, &word, 6, 0, NULL, NULL, 0);
    printf("%s\n", error_name(errno));
}

static void file(const char *path, int stays) {
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    MUST(fd >= 0);
    close(fd);
    if (!stays) unlink(path);
}

int main(int count, char **words) {
    switch (words[1][0]) {
    case 'l': lock(); break;
    case 'n': named_pipe(); break;
    case 's': splice_nothing(); break;
    case 'c': compute(); break;
    case 'p': priority(); break;
    case 'k': file(words[2], 1); break;
    case 'r': file(words[2], 0); break;
    }
    return 0;
}
