#include "observe.h"
int main(void) {
    sleep_ms(10);
    printf("now\n");
    *(volatile int *)0 = 1;
    return 0;
}
