/* What is told of files: times of the world, and data that needs no disk. */
#include "observe.h"
#include <sys/stat.h>
#include <sys/statfs.h>

static struct stat told(const char *path) {
    struct stat file;
    if (stat(path, &file)) memset(&file, 0, sizeof file);
    return file;
}

static long ms_since(struct timespec before, struct timespec after) {
    return (ns_of(after) - ns_of(before)) / MS;
}

int main(void) {
    long long begun = moment_of(CLOCK_REALTIME);
    int fd = open("a", O_RDWR | O_CREAT, 0600);
    struct stat first = told("a");
    printf("new: %lld ms old\n", (ns_of(first.st_mtim) - begun) / MS);
    sleep_ms(500);
    struct stat later = told("a");
    printf("unchanged: %ld ms\n", ms_since(first.st_mtim, later.st_mtim));
    write(fd, "text", 4);
    printf("to disk: %d %d\n", fsync(fd), fdatasync(fd));
    struct stat changed;
    fstat(fd, &changed);
    printf("changed after %ld ms, the same file: %d\n", ms_since(first.st_mtim, changed.st_mtim),
           changed.st_ino == first.st_ino);
    rename("a", "b");
    printf("renamed: %d\n", told("b").st_ino == first.st_ino);
    close(open("a", O_RDWR | O_CREAT, 0600));
    printf("another: %d\n", told("a").st_ino != first.st_ino);
    struct timespec set[2] = {{1000, 0}, {1234, 5}};
    utimensat(AT_FDCWD, "b", set, 0);
    printf("set: %ld.%ld\n", (long)told("b").st_mtim.tv_sec, told("b").st_mtim.tv_nsec);
    struct stat null;
    stat("/dev/null", &null);
    struct statfs room;
    statfs(".", &room);
    printf("room for more: %d\n", room.f_bavail == room.f_blocks / 2);
    printf("a device: %d\n", S_ISCHR(null.st_mode));
    return 0;
}
