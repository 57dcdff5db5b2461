// How quantized weights lie in memory, once packed: what packing writes and the matrix kernels read.
#pragma once
#include "kernels.h"

// A packed format. A group of 16 rows is a run of super-blocks: multipliers, then blocks of a record each
// (scales, minima) and the planes of its levels' bits.
typedef struct {
  int bits;        // of a level
  int parts;       // of a block that have a scale of their own: 1, or 2 of 16 inner values each
  int has_minimum; // or else level 2^(bits - 1) stands for zero
  int blocks;      // of a super-block; 1 where there are none
  int codebook;    // what a level is looked up in, by its number; 0 where levels are themselves
} layout;

// What the 16 codes of a codebook mean, as levels that are not negative; `zero` is the one that stands for zero.
typedef struct {
  uint8_t levels[16];
  int zero, largest;
  int has_bfloat_scales; // scales are powers of two beyond what half floats reach
} codebook;

#define CODEBOOK_NL 1   // IQ4_NL's, from -127 to 113: denser around zero
#define CODEBOOK_E2M1 2 // MXFP4's floats of 4 bits, doubled so that they are whole: 0, 1, 2, 3, 4, 6, 8, 12, then the negative ones
static const codebook codebooks[] __attribute__((unused)) = {
    [CODEBOOK_NL] = {{1, 24, 45, 63, 79, 93, 106, 118, 129, 141, 153, 166, 181, 197, 217, 241}, 128, 255, 0},
    [CODEBOOK_E2M1] = {{12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0}, 12, 24, 1},
};

// The quantized formats: bits, parts, has_minimum, blocks, codebook.
#define QUANTIZED_FORMATS(FORMAT)                                                                                    \
  FORMAT(U2K, 2, 2, 1, 8)                                                                                            \
  FORMAT(I3K, 3, 2, 0, 8)                                                                                            \
  FORMAT(I4, 4, 1, 0, 1)                                                                                             \
  FORMAT(N4, 4, 1, 0, 1, CODEBOOK_NL)                                                                                \
  FORMAT(E4, 4, 1, 0, 1, CODEBOOK_E2M1)                                                                              \
  FORMAT(U4, 4, 1, 1, 1)                                                                                             \
  FORMAT(U4K, 4, 1, 1, 8)                                                                                            \
  FORMAT(I5, 5, 1, 0, 1)                                                                                             \
  FORMAT(U5, 5, 1, 1, 1)                                                                                             \
  FORMAT(U5K, 5, 1, 1, 8)                                                                                            \
  FORMAT(I6K, 6, 2, 0, 8)                                                                                            \
  FORMAT(I8, 8, 1, 0, 1)

#define DECLARE_LAYOUT(name, ...) static const layout layout_##name __attribute__((unused)) = {__VA_ARGS__};
QUANTIZED_FORMATS(DECLARE_LAYOUT)
#undef DECLARE_LAYOUT

static inline int zero_level(layout l) {
  return l.codebook ? codebooks[l.codebook].zero : l.has_minimum ? 0 : 1 << (l.bits - 1);
}
static inline int largest_level(layout l) { return l.codebook ? codebooks[l.codebook].largest : (1 << l.bits) - 1; }
static inline int has_bfloat_scales(layout l) { return l.codebook && codebooks[l.codebook].has_bfloat_scales; }
static inline size_t multipliers_bytes(layout l) { return l.blocks > 1 ? (size_t)KVOTA_GROUP * 2 * (1 + l.has_minimum) : 0; }
static inline size_t record_bytes(layout l) {
  return (size_t)KVOTA_GROUP * l.parts * (1 + l.has_minimum) * (l.blocks > 1 ? 1 : 2);
}
static inline size_t planes_bytes(layout l) { return (size_t)KVOTA_GROUP * KVOTA_BLOCK / 8 * l.bits; }
static inline size_t block_bytes(layout l) { return record_bytes(l) + planes_bytes(l); }
static inline size_t super_block_bytes(layout l) { return multipliers_bytes(l) + l.blocks * block_bytes(l); }
