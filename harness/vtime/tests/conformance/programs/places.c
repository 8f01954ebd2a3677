/* Calls that are made so often that they are answered where they are made: nobody can tell. */
#include "observe.h"
#include <dirent.h>

#define OFTEN 60

/* What the kernel says, asked in another way than libc does. */
static long kernel(volatile long number) {
    long result = number;
    __asm__ volatile("syscall" : "+a"(result) : : "rcx", "r11", "memory");
    return result;
}

static long wrong_ids(void) {
    long wrong = 0;
    for (int i = 0; i < OFTEN; i++) {
        wrong += getpid() != kernel(SYS_getpid);
        wrong += gettid() != kernel(SYS_gettid);
        wrong += syscall(SYS_getpid) != kernel(SYS_getpid);
        wrong += syscall(SYS_gettid) != kernel(SYS_gettid);
    }
    return wrong;
}

static void *wrong_ids_of_thread(void *_) { return (void *)(wrong_ids() + (gettid() == getpid())); }

static long wrong_ids_of_child(int shares_memory) {
    pid_t parent = getpid();
    pid_t child = shares_memory ? vfork() : fork();
    if (child == 0) {
        int wrong = getpid() == parent || getpid() != kernel(SYS_getpid) || gettid() != getpid();
        _exit(wrong);
    }
    int status;
    waitpid(child, &status, 0);
    return status + (child == getpid()) + (getpid() != parent);
}

static int pipe_ends[2];
static void *writes_later(void *_) {
    sleep_ms(10);
    return (void *)(long)(write(pipe_ends[1], "late", 4) != 4);
}

static long looks(int epoll, int timeout_ms) {
    struct epoll_event event;
    long found = epoll_wait(epoll, &event, 1, timeout_ms);
    return found == 1 ? event.data.fd == pipe_ends[0] : found;
}

static long wrong_looks(int epoll) {
    long wrong = 0;
    char byte;
    for (int i = 0; i < OFTEN; i++) {
        wrong += looks(epoll, 0) != 0;
        wrong += write(pipe_ends[1], "x", 1) != 1;
        wrong += looks(epoll, i % 2 ? -1 : 0) != 1;
        wrong += read(pipe_ends[0], &byte, 1) != 1 || byte != 'x';
    }
    return wrong;
}

static long waits(int epoll) {
    pthread_t thread;
    void *wrong;
    char late[8] = "";
    long long begun = moment();
    long timeouts = looks(epoll, 5) == 0;
    pthread_create(&thread, NULL, writes_later, NULL);
    long found = looks(epoll, 1000), count = read(pipe_ends[0], late, sizeof late);
    pthread_join(thread, &wrong);
    pthread_create(&thread, NULL, writes_later, NULL);
    count += read(pipe_ends[0], late, sizeof late);
    pthread_join(thread, &wrong);
    long ms = (moment() - begun) / MS;
    printf("waits: %ld %ld %ld %s, %s\n", timeouts, found, count, late,
           ms >= 25 && ms <= 30 ? "25 ms" : "too short or too long");
    return (long)wrong;
}

/* The same number is a file, a counter, a directory and nothing, one after the other. */
static long wrong_reads(void) {
    long wrong = 0;
    uint64_t count;
    char bytes[8];
    for (int i = 0; i < OFTEN; i++) {
        int file = open("numbers", O_RDWR | O_CREAT | O_TRUNC, 0600);
        wrong += write(file, "12345678", 8) != 8 || lseek(file, 0, SEEK_SET) != 0;
        wrong += read(file, bytes, 8) != 8 || memcmp(bytes, "12345678", 8) != 0;
        wrong += read(file, bytes, 8) != 0;
        close(file);
        wrong += read(file, bytes, 8) != -1 || errno != EBADF;
        int counter = eventfd(3, EFD_NONBLOCK);
        wrong += counter != file;
        wrong += read(counter, &count, 8) != 8 || count != 3;
        wrong += read(counter, &count, 8) != -1 || errno != EAGAIN;
        close(counter);
        int directory = open(".", O_RDONLY | O_DIRECTORY);
        wrong += read(directory, bytes, 8) != -1 || errno != EISDIR;
        close(directory);
        int nothing = open("/dev/null", O_RDONLY);
        wrong += read(nothing, bytes, 8) != 0;
        close(nothing);
    }
    unlink("numbers");
    return wrong;
}

int main(void) {
    printf("ids: %ld\n", wrong_ids());
    pthread_t thread;
    void *wrong;
    pthread_create(&thread, NULL, wrong_ids_of_thread, NULL);
    pthread_join(thread, &wrong);
    printf("ids of a thread: %ld\n", (long)wrong);
    printf("ids of children: %ld %ld\n", wrong_ids_of_child(0), wrong_ids_of_child(1));
    MUST(pipe(pipe_ends) == 0);
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = pipe_ends[0]};
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, pipe_ends[0], &event) == 0);
    printf("looks: %ld\n", wrong_looks(epoll));
    printf("late: %ld\n", waits(epoll));
    printf("reads: %ld\n", wrong_reads());
    printf("ids: %ld\n", wrong_ids());
    return 0;
}
