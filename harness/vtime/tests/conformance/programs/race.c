/* Threads that each write their number some times; the order tells the schedule. */
#include "observe.h"

static char order[64];
static int count;
static void *writes(void *number) {
    for (int i = 0; i < 8; i++) {
        order[count++] = '0' + (long)number;
        getppid();
    }
    return NULL;
}

int main(void) {
    pthread_t threads[5];
    for (long i = 0; i < 5; i++) pthread_create(&threads[i], NULL, writes, (void *)i);
    for (int i = 0; i < 5; i++) pthread_join(threads[i], NULL);
    printf("%s\n", order);
    return 0;
}
