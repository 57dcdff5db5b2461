// The few system calls and the one instruction that threads need and Swift cannot say.
#define _GNU_SOURCE
#include "kernels.h"
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

void kvota_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

void kvota_futex_wait(const uint32_t *word, uint32_t expected) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

void kvota_futex_wake_all(const uint32_t *word) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0); }

void kvota_atomic_increment(uint32_t *word) { __atomic_add_fetch(word, 1, __ATOMIC_SEQ_CST); }
uint32_t kvota_atomic_load(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }

void kvota_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
