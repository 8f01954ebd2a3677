/* Tells the time every 100 ms, by both clocks, in milliseconds since the world began. */
#include "observe.h"

int main(void) {
    int fd = open("starts", O_RDWR | O_CREAT | O_APPEND, 0600);
    MUST(write(fd, "x", 1) == 1);
    printf("pid %d, start %ld\n", getpid(), (long)lseek(fd, 0, SEEK_END));
    unsigned char bytes[4];
    MUST(syscall(SYS_getrandom, bytes, 4, 0) == 4);
    printf("chance %02x%02x%02x%02x\n", bytes[0], bytes[1], bytes[2], bytes[3]);
    for (;;) {
        sleep_ms(100);
        long long monotonic = moment() / MS - 1000000;
        printf("%lld %lld\n", monotonic, moment_of(CLOCK_REALTIME) / MS - 1704067200000);
    }
}
