/* What programs take for chance, and what tells one machine, process or moment from another. */
#include "observe.h"
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>

static void show(const char *what, const void *bytes, int count) {
    printf("%s ", what);
    for (int i = 0; i < count; i++) printf("%02x", ((const unsigned char *)bytes)[i]);
    printf("\n");
}

static void show_file(const char *path, int most) {
    char bytes[4096] = "";
    int fd = open(path, O_RDONLY);
    long got = fd < 0 ? -1 : read(fd, bytes, sizeof bytes - 1);
    bytes[got > most ? most : got < 0 ? 0 : got] = 0;
    printf("%s: %s\n", path, bytes);
    close(fd);
}

int main(void) {
    unsigned char bytes[8];
    MUST(getrandom(bytes, 8, 0) == 8);
    show("getrandom", bytes, 8);
    int fd = open("/dev/urandom", O_RDONLY);
    MUST(read(fd, bytes, 8) == 8);
    show("urandom", bytes, 8);
    show("AT_RANDOM", (void *)getauxval(AT_RANDOM), 16);
    show_file("/proc/sys/kernel/random/uuid", 100);
    void *heap = malloc(100), *large = malloc(1 << 20);
    printf("addresses %p %p %p %p\n", (void *)main, heap, large, (void *)&heap);
    printf("ids %d %d %ld %d %d\n", getpid(), getppid(), syscall(SYS_gettid), getpgrp(), getsid(0));
    cpu_set_t set;
    MUST(sched_getaffinity(0, sizeof set, &set) == 0);
    printf("processors %d %ld %ld\n", CPU_COUNT(&set), sysconf(_SC_NPROCESSORS_ONLN),
           sysconf(_SC_NPROCESSORS_CONF));
    unsigned cpu = 7, node = 7;
    MUST(syscall(SYS_getcpu, &cpu, &node, NULL) == 0);
    printf("on %u %u %d\n", cpu, node, sched_getcpu());
    struct sysinfo info;
    MUST(sysinfo(&info) == 0);
    printf("memory %lu uptime %ld load %lu\n", info.totalram, info.uptime, info.loads[0]);
    show_file("/proc/self/stat", 4000);
    show_file("/proc/thread-self/stat", 4000);
    show_file("/proc/self/statm", 100);
    show_file("/proc/loadavg", 100);
    show_file("/proc/uptime", 100);
    show_file("/proc/self/io", 100);
    show_file("/proc/sys/kernel/random/boot_id", 100);
    char path[64], own[64] = "";
    sprintf(path, "/proc/%d/comm", getpid());
    show_file(path, 100);
    MUST(readlink("/proc/self", own, 63) > 0);
    printf("self %s\n", own);
    if (fork() == 0) {
        MUST(getrandom(bytes, 8, 0) == 8);
        show("child", bytes, 8);
        _exit(0);
    }
    wait(NULL);
    printf("socket %d", socket(AF_INET, SOCK_STREAM, 0));
    printf(" %s\n", error_name(errno));
    return 0;
}
