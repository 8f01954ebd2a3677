/* Names of shared memory and semaphores, left behind where only this node finds them. */
#include "observe.h"
#include <sys/stat.h>

int main(void) {
    struct stat file;
    sem_unlink("/splitbrain-names");
    shm_unlink("/splitbrain-names");
    sem_t *semaphore = sem_open("/splitbrain-names", O_CREAT | O_EXCL, 0600, 1);
    printf("a semaphore: %d\n", semaphore != SEM_FAILED && !sem_trywait(semaphore));
    printf("again: %s\n",
           sem_open("/splitbrain-names", O_CREAT | O_EXCL, 0600, 1) == SEM_FAILED ? "it exists" : "");
    int fd = shm_open("/splitbrain-names", O_RDWR | O_CREAT | O_EXCL, 0600);
    printf("memory: %d %d\n", fd >= 0, ftruncate(fd, 4096));
    printf("its file: %d\n", stat("/dev/shm/splitbrain-names", &file) == 0 && file.st_size == 4096);
    if (!fork()) _exit(shm_open("/splitbrain-names", O_RDWR, 0) >= 0 ? 3 : 4);
    int status;
    wait(&status);
    printf("the child's: %d\n", WEXITSTATUS(status));
    return 0;
}
