// ARMv8.2 with dot products: every vector is four quarters.
#if defined(__aarch64__)
#include <arm_neon.h>
#include "vectors.h"
#define NAME kvota_isa_neon
#define LABEL "neon"
#define FUSED 1
#define WIDTH 16
#define SUMS 24
#define HALVES 1
#define MASKS 0
#define DOTS 1
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

typedef union {
  v64b whole;
  int8x16_t quarter[4];
} v64b_quarters;
typedef union {
  v16i whole;
  int32x4_t quarter[4];
} v16i_quarters;

INLINE int8x16_t four_of(const int8_t *a) {
  int32_t quad;
  memcpy(&quad, a, 4);
  return vreinterpretq_s8_s32(vdupq_n_s32(quad));
}
// Bytes are taken as signed, which smaller levels are anyway; that leaves bytes nothing to start from.
INLINE void add_dots(const v64b *w, const int8_t *a, const int tokens, const int vectors, const int largest, v16i *sum) {
  (void)tokens;
  v16i_quarters out = {.whole = largest == 255 ? (v16i){0} : *sum};
  for (int j = 0; j < vectors; j++) {
    v64b_quarters bytes = {.whole = largest == 255 ? w[j] ^ 0x80 : w[j]};
    for (int q = 0; q < 4; q++) out.quarter[q] = vdotq_s32(out.quarter[q], bytes.quarter[q], four_of(a + 4 * j));
  }
  *sum = out.whole;
}
INLINE v64b look_up(const uint8_t *table, v64b codes) {
  const int8x16_t all = vreinterpretq_s8_u8(vld1q_u8(table));
  v64b_quarters out = {.whole = codes};
  for (int q = 0; q < 4; q++) out.quarter[q] = vqtbl1q_s8(all, vreinterpretq_u8_s8(out.quarter[q]));
  return out.whole;
}
#define CHAINS 6
INLINE v16i add_products(v16i sum, const uint8_t *bytes) {
  v16i_quarters out = {.whole = sum};
  for (int q = 0; q < 4; q++) out.quarter[q] = vdotq_s32(out.quarter[q], vdupq_n_s8(3), vld1q_s8((const int8_t *)bytes + 16 * q));
  return out.whole;
}
#include "body.h"
#pragma clang attribute pop
#endif
