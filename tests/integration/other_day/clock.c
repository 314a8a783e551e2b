/* Another day for a whole process and all that it starts: preloaded, it shifts the clock that tells the time of day by
   OTHER_DAY_SECONDS, in whatever language it is asked. Clocks that only measure are left alone, and a wait until a moment
   of the shifted clock ends when it would have. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static time_t shift(void) {
    static time_t seconds = -1;
    if (seconds < 0) {
        const char *text = getenv("OTHER_DAY_SECONDS");
        seconds = text ? atol(text) : 0;
    }
    return seconds;
}

static int real_clock(clockid_t clock, struct timespec *moment) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    return real(clock, moment);
}

int clock_gettime(clockid_t clock, struct timespec *moment) {
    int failed = real_clock(clock, moment);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) moment->tv_sec += shift();
    return failed;
}

int gettimeofday(struct timeval *moment, void *zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    moment->tv_sec = now.tv_sec;
    moment->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}

/* A deadline that lies beyond half the shift was read from the shifted clock. */
static struct timespec as_real(const struct timespec *deadline) {
    struct timespec now, real = *deadline;
    real_clock(CLOCK_REALTIME, &now);
    if (deadline->tv_sec > now.tv_sec + shift() / 2) real.tv_sec -= shift();
    return real;
}

int sem_timedwait(sem_t *semaphore, const struct timespec *deadline) {
    static int (*real)(sem_t *, const struct timespec *);
    struct timespec moment = as_real(deadline);
    if (!real) real = (int (*)(sem_t *, const struct timespec *))dlsym(RTLD_NEXT, "sem_timedwait");
    return real(semaphore, &moment);
}

int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *deadline) {
    static int (*real)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    struct timespec moment = as_real(deadline);
    if (!real)
        real = (int (*)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *))dlvsym(
            RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
    if (!real)
        real = (int (*)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *))dlsym(
            RTLD_NEXT, "pthread_cond_timedwait");
    return real(condition, mutex, &moment);
}
