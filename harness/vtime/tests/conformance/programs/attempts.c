/* Waiting for what others hold or send outside any descriptor: locks, semaphores, queues. */
#include "observe.h"
#include <mqueue.h>
#include <sys/file.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/stat.h>

struct letter {
    long type;
    char text[8];
};


/* Another process locks the file in this way, and keeps it for a while. */
static void hold(int (*lock)(int, int), int ms) {
    int told[2];
    char byte = 0;
    pipe(told);
    if (!fork()) {
        lock(open("file", O_RDWR), 1);
        write(told[1], &byte, 1);
        sleep_ms(ms);
        _exit(0);
    }
    read(told[0], &byte, 1);
}

static int by_flock(int fd, int waits) { return flock(fd, LOCK_EX | (waits ? 0 : LOCK_NB)); }

static int by_fcntl(int fd, int waits) {
    struct flock all = {.l_type = F_WRLCK};
    return fcntl(fd, waits ? F_SETLKW : F_SETLK, &all);
}

static int semaphores;

static long operate(int change, const struct timespec *lasting) {
    struct sembuf operation = {0, change, 0};
    return semtimedop(semaphores, &operation, 1, lasting);
}

static void *posts(void *unused) {
    sleep_ms(20);
    operate(1, NULL);
    return unused;
}

static void *sends(void *queue) {
    sleep_ms(40);
    msgsnd((int)(long)queue, &(struct letter){1, "hello"}, 6, 0);
    return NULL;
}

static void *mails(void *queue) {
    sleep_ms(50);
    mq_send((mqd_t)(long)queue, "post", 5, 0);
    return NULL;
}

/* Another process opens the other end later. */
static void open_later(int flags, int ms) {
    char text[8] = "hello";
    if (!fork()) {
        sleep_ms(ms);
        int fd = open("pipe", flags);
        if (flags == O_WRONLY) write(fd, text, 6);
        sleep_ms(ms);
        _exit(0);
    }
}

static void named_pipes(void) {
    char text[8];
    int fd = -1;
    mkfifo("pipe", 0600);
    open_later(O_WRONLY, 20);
    TOOK("a writer", (fd = open("pipe", O_RDONLY)) >= 0);
    printf("plain flags: %d\n", fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK));
    TOOK("its words", read(fd, text, sizeof text));
    TOOK("its end", read(fd, text, sizeof text));
    close(fd);
    wait(NULL);
    open_later(O_RDONLY, 25);
    TOOK("a reader", (fd = open("pipe", O_WRONLY)) >= 0);
    close(fd);
    wait(NULL);
}

int main(void) {
    named_pipes();
    pthread_t thread;
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    hold(by_flock, 30);
    TOOK("a lock in vain", by_flock(fd, 0));
    TOOK("a lock of the whole file", by_flock(fd, 1));
    wait(NULL);
    hold(by_fcntl, 25);
    TOOK("a lock of a range", by_fcntl(fd, 1));
    wait(NULL);

    semaphores = semget(IPC_PRIVATE, 1, 0600);
    TOOK("a semaphore in vain", operate(-1, &(struct timespec){0, 15 * MS}));
    pthread_create(&thread, NULL, posts, NULL);
    TOOK("a semaphore", operate(-1, NULL));
    pthread_join(thread, NULL);
    semctl(semaphores, 0, IPC_RMID);

    int queue = msgget(IPC_PRIVATE, 0600);
    struct letter letter;
    pthread_create(&thread, NULL, sends, (void *)(long)queue);
    TOOK("a letter", msgrcv(queue, &letter, sizeof letter.text, 0, 0));
    pthread_join(thread, NULL);
    msgctl(queue, IPC_RMID, NULL);

    struct mq_attr room = {.mq_maxmsg = 2, .mq_msgsize = 8};
    mqd_t post = mq_open("/splitbrain-attempts", O_RDWR | O_CREAT, 0600, &room);
    mq_unlink("/splitbrain-attempts");
    struct timespec until = timespec_of(moment_of(CLOCK_REALTIME) + 10 * MS);
    TOOK("post in vain", mq_timedreceive(post, letter.text, 8, NULL, &until));
    pthread_create(&thread, NULL, mails, (void *)(long)post);
    TOOK("post", mq_receive(post, letter.text, 8, NULL));
    pthread_join(thread, NULL);
    return 0;
}
