// 16-lane vectors as the compiler knows them: one source serves AVX-512, AVX2, NEON and plain C, each lane's arithmetic the same.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef float v16f __attribute__((vector_size(64)));
typedef int32_t v16i __attribute__((vector_size(64)));
typedef uint32_t v16u __attribute__((vector_size(64)));
typedef uint16_t v16s __attribute__((vector_size(32)));
typedef int8_t v16c __attribute__((vector_size(16)));
typedef uint8_t v8b __attribute__((vector_size(8)));
typedef uint8_t v64b __attribute__((vector_size(64)));
typedef uint8_t v64e __attribute__((ext_vector_type(64))); // as v64b, but what a v64m converts to
typedef _Bool v64m __attribute__((ext_vector_type(64)));    // 64 bits

// Bytes that a processor fetches at a time.
#define LINE 64

#define INLINE static inline __attribute__((always_inline))

// What is loaded before is loaded before what comes after: compilers shuffle loads, and the processor's prefetching loses the stream.
INLINE void keep_order(void) { __asm__ volatile("" ::: "memory"); }
