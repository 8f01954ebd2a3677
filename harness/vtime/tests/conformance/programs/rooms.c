/* Short writes that fill a pipe or a socket: the kernel makes the writer wait, until somebody reads. */
#include "observe.h"
#include <sys/uio.h>

#define MOST (100 * 1024)

static long drain(int fd) {
    static char bytes[8192];
    long sum = 0, got;
    while ((got = read(fd, bytes, sizeof bytes)) > 0) sum += got;
    return sum;
}

static long writes(int fd) {
    char bytes[100] = "";
    long sum = 0;
    while (sum < MOST) {
        MUST(write(fd, bytes, 100) == 100);
        sum += 100;
    }
    return sum;
}

static long sends(int fd) {
    char bytes[1000] = "";
    long sum = 0;
    while (sum < 3 * MOST) {
        MUST(send(fd, bytes, 1000, 0) == 1000);
        sum += 1000;
    }
    return sum;
}

static long gathers(int fd) {
    char bytes[1000] = "";
    struct iovec parts[2] = {{bytes, 1000}, {bytes, 500}};
    long sum = 0;
    while (sum < MOST) {
        MUST(writev(fd, parts, 2) == 1500);
        sum += 1500;
    }
    return sum;
}

static void transfer(const char *what, int both[2], long (*fill)(int)) {
    if (fork() == 0) {
        close(both[0]);
        TOOK(what, fill(both[1]));
        _exit(0);
    }
    close(both[1]);
    sleep_ms(50);
    TOOK("read", drain(both[0]));
    wait(NULL);
}

int main(void) {
    int both[2];
    MUST(pipe(both) == 0);
    transfer("write", both, writes);
    MUST(pipe(both) == 0);
    transfer("writev", both, gathers);
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, both) == 0);
    transfer("send", both, sends);
    TOOK("shell", system("i=0; while [ $i -lt 9000 ]; do echo a line $i; i=$((i+1)); done | wc -c"));
    return 0;
}
