/* Descriptors between threads and processes; who writes more than fits waits. */
#include "observe.h"

#define MOST (300 * 1024)

static int event;
static void *adds(void *_) {
    sleep_ms(12);
    uint64_t three = 3;
    MUST(write(event, &three, 8) == 8);
    return NULL;
}

static long count_of(int fd) {
    uint64_t count = 0;
    return read(fd, &count, 8) == 8 ? (long)count : -1;
}

static long read_all(int fd) {
    static char bytes[8192];
    long sum = 0, got;
    while ((got = read(fd, bytes, sizeof bytes)) > 0) sum += got;
    return sum;
}

static int writer(int both[2], long part) {
    int id = fork();
    if (id) {
        close(both[1]);
        return id;
    }
    close(both[0]);
    char *bytes = calloc(1, MOST);
    long sent = 0, got;
    long long begun = moment();
    while (sent < MOST && (got = write(both[1], bytes, part < MOST - sent ? part : MOST - sent)) > 0)
        sent += got;
    printf("in parts of %ld: %ld sent in %lld ms\n", part, sent, (moment() - begun + MS / 2) / MS);
    _exit(3);
}

static void transfer(int both[2], long part) {
    int id = writer(both, part), status;
    sleep_ms(50);
    TOOK("read", read_all(both[0]));
    MUST(waitpid(id, &status, 0) == id && WEXITSTATUS(status) == 3);
    close(both[0]);
}

static void broken(void) {
    int both[2];
    MUST(pipe(both) == 0);
    signal(SIGPIPE, SIG_IGN);
    if (fork() == 0) {
        close(both[1]);
        sleep_ms(20);
        _exit(0);
    }
    close(both[0]);
    char *bytes = calloc(1, MOST);
    TOOK("nobody reads any more", write(both[1], bytes, MOST));
    TOOK("nobody reads", write(both[1], bytes, MOST));
    wait(NULL);
}

static void on_alarm(int _) {}

static void interrupted(void) {
    int both[2];
    MUST(pipe(both) == 0);
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = on_alarm, .sa_flags = SA_RESTART}, NULL);
    ualarm(30000, 0);
    char *bytes = calloc(1, MOST);
    TOOK("interrupted", write(both[1], bytes, MOST));
    fcntl(both[1], F_SETFL, O_NONBLOCK);
    TOOK("no room", write(both[1], bytes, MOST));
    TOOK("read", read(both[0], bytes, 10000));
    TOOK("some room", write(both[1], bytes, MOST));
}

int main(void) {
    event = eventfd(0, 0);
    pthread_t thread;
    pthread_create(&thread, NULL, adds, NULL);
    TOOK("eventfd", count_of(event));
    pthread_join(thread, NULL);

    int both[2];
    MUST(pipe(both) == 0);
    transfer(both, MOST);
    MUST(pipe(both) == 0);
    transfer(both, 10000);
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, both) == 0);
    transfer(both, MOST);
    MUST(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, both) == 0);
    transfer(both, 5000);
    broken();
    interrupted();

    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, both) == 0);
    if (fork() == 0) {
        char word[8];
        long got = read(both[1], word, 8);
        sleep_ms(5);
        _exit(write(both[1], word, got) != got);
    }
    MUST(write(both[0], "echo", 4) == 4);
    char word[8];
    TOOK("socketpair", read(both[0], word, 8));
    wait(NULL);
    return 0;
}
