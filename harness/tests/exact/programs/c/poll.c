/* One loop that waits in poll until a line arrives or the next gossip is due. */

#include "node.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

int main(int argc, char **argv) {
    static struct node node;
    static struct lines lines;
    static char line[LINE];
    struct timespec seed;
    clock_gettime(CLOCK_REALTIME, &seed);
    srand(seed.tv_nsec);
    node_open(&node, argc > 1 && !strcmp(argv[1], "quiet"));

    for (long long due = now_ms() + GOSSIP_MS;;) {
        long long wait = due - now_ms();
        struct pollfd input = {.fd = 0, .events = POLLIN};
        if (poll(&input, 1, wait > 0 ? wait : 0) > 0) {
            if (!lines_read(&lines)) return 0;
            while (lines_next(&lines, line)) node_handle(&node, line);
        }
        if (now_ms() >= due) {
            node_gossip(&node);
            due += GOSSIP_MS;
        }
    }
}
