/* Threads wait for each other. */
#include "observe.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t semaphore;
static int ready;

static void *signaller(void *_) {
    sleep_ms(30);
    pthread_mutex_lock(&mutex);
    ready = 1;
    pthread_cond_broadcast(&cond);
    pthread_mutex_unlock(&mutex);
    sleep_ms(20);
    sem_post(&semaphore);
    return (void *)7;
}

static void *meets(void *ms) {
    sleep_ms((long)ms);
    pthread_barrier_wait(&barrier);
    return NULL;
}

static void *holds(void *_) {
    pthread_mutex_lock(&mutex);
    sleep_ms(60);
    pthread_mutex_unlock(&mutex);
    return NULL;
}

static long wait_until_ready(void) {
    pthread_mutex_lock(&mutex);
    while (!ready) pthread_cond_wait(&cond, &mutex);
    return pthread_mutex_unlock(&mutex);
}

static long wait_in_vain(void) {
    struct timespec t = timespec_of(moment_of(CLOCK_REALTIME) + 40 * MS);
    pthread_mutex_lock(&mutex);
    int result = pthread_cond_timedwait(&cond, &mutex, &t);
    pthread_mutex_unlock(&mutex);
    return result;
}

static long lock_in_vain(void) {
    struct timespec t = timespec_of(moment_of(CLOCK_REALTIME) + 10 * MS);
    return pthread_mutex_timedlock(&mutex, &t);
}

static long counter;
static void *counts(void *_) {
    for (int i = 0; i < 1000; i++) {
        pthread_mutex_lock(&mutex);
        long seen = counter;
        if (i % 100 == 0) sched_yield();
        counter = seen + 1;
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

static void *outlives(void *_) {
    sleep_ms(15);
    printf("the last thread ends the process\n");
    return NULL;
}

int main(void) {
    pthread_t thread, others[8];
    void *value;
    sem_init(&semaphore, 0, 0);
    pthread_create(&thread, NULL, signaller, NULL);
    TOOK("cond", wait_until_ready());
    TOOK("sem", sem_wait(&semaphore));
    TOOK("join", pthread_join(thread, &value));
    printf("value %ld\n", (long)value);
    TOOK("cond in vain", wait_in_vain());
    struct timespec t = timespec_of(moment_of(CLOCK_REALTIME) + 25 * MS);
    TOOK("sem in vain", sem_timedwait(&semaphore, &t));
    pthread_barrier_init(&barrier, NULL, 3);
    for (long i = 0; i < 2; i++) pthread_create(&others[i], NULL, meets, (void *)(10 * (i + 1)));
    TOOK("barrier", pthread_barrier_wait(&barrier) > 0);
    for (int i = 0; i < 2; i++) pthread_join(others[i], NULL);
    pthread_create(&thread, NULL, holds, NULL);
    sleep_ms(10);
    TOOK("lock in vain", lock_in_vain());
    TOOK("lock", pthread_mutex_lock(&mutex));
    pthread_mutex_unlock(&mutex);
    pthread_join(thread, NULL);
    for (int i = 0; i < 8; i++) pthread_create(&others[i], NULL, counts, NULL);
    for (int i = 0; i < 8; i++) pthread_join(others[i], NULL);
    printf("counter %ld\n", counter);
    pthread_create(&thread, NULL, outlives, NULL);
    pthread_exit(NULL);
}
