// What threads need and Swift cannot say: waiting by spinning and by futex, names, processors.
#define _GNU_SOURCE
#include "kernels.h"
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void pause_processor(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

static int64_t nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

// The limit is one of time because a pause takes from a few to 140 cycles; the clock, some 20 ns, is read now and then only.
bool kvota_spin(const uint32_t *word, uint32_t value, int64_t limit) {
  const int64_t end = nanoseconds() + limit;
  do
    for (int i = 0; i < 32; i++) {
      if (__atomic_load_n(word, __ATOMIC_ACQUIRE) != value) return true;
      pause_processor();
    }
  while (nanoseconds() < end);
  return false;
}

void kvota_futex_wait(const uint32_t *word, uint32_t expected) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

void kvota_futex_wake_all(const uint32_t *word) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0); }

void kvota_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

int kvota_processor_count(void) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return (int)sysconf(_SC_NPROCESSORS_ONLN);
  return CPU_COUNT(&allowed);
}
