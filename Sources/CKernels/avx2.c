// AVX2 with FMA and F16C: every vector is two halves.
#if defined(__x86_64__)
#include <immintrin.h>
#include "kernels.h"
#include "vectors.h"
#define NAME kvota_isa_avx2
#define LABEL "avx2"
#define FUSED 1
#define WIDTH 8
#define SUMS 12
#define HALVES 1
#define MASKS 0
#define DOTS 4
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

typedef union {
  v64b whole;
  __m256i half[2];
} v64b_halves;
typedef union {
  v16i whole;
  __m256i half[2];
} v16i_halves;

INLINE __m256i four_of(const int8_t *a) {
  int32_t quad;
  memcpy(&quad, a, 4);
  return _mm256_set1_epi32(quad);
}
// The unsigned-by-signed product would overflow 16 bits with 255 * 127 * 2: move the sign over to the activation instead, which
// leaves nothing to start from.
INLINE __m256i pairs_of_bytes(__m256i bytes, __m256i activations) {
  __m256i weights = _mm256_xor_si256(bytes, _mm256_set1_epi8((char)0x80));
  return _mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(activations, weights));
}
// Sums are taken as they are written: left to itself the compiler adds products to each other first, and has not the registers for it.
#define HOLD(sum) __asm__("" : "+x"(sum))
// A pair of products is at most 2 * largest * 127, so that some fit into 16 bits before the sum is widened. Such sums of all tokens
// stay in registers; where only one or two fit, it is the wide ones that do.
INLINE void add_dots(const v64b *w, const int8_t *a, const int tokens, const int vectors, const int largest, v16i *sums) {
  const int narrow = largest == 255 ? 1 : 32767 / (2 * 127 * largest), together = narrow > 2 ? tokens : 1;
  v16i_halves out[DOTS];
  for (int t = 0; t < tokens; t++) out[t].whole = largest == 255 ? (v16i){0} : sums[t];
  for (int first = 0; first < vectors; first += narrow) {
    for (int token = 0; token < tokens; token += together) {
      __m256i pairs[DOTS][2];
      for (int j = first; j < first + narrow && j < vectors; j++) {
        v64b_halves bytes = {.whole = w[j]};
        for (int t = token; t < token + together; t++) {
          __m256i quad = four_of(a + KVOTA_BLOCK * t + 4 * j);
          for (int h = 0; h < 2; h++) {
            __m256i products = largest == 255 ? pairs_of_bytes(bytes.half[h], quad) : _mm256_maddubs_epi16(bytes.half[h], quad);
            pairs[t][h] = j == first ? products : _mm256_add_epi16(pairs[t][h], products);
            HOLD(pairs[t][h]);
          }
        }
      }
      for (int t = token; t < token + together; t++) {
        for (int h = 0; h < 2; h++) {
          out[t].half[h] = _mm256_add_epi32(out[t].half[h], _mm256_madd_epi16(pairs[t][h], _mm256_set1_epi16(1)));
          if (together < tokens) HOLD(out[t].half[h]);
        }
      }
    }
  }
  for (int t = 0; t < tokens; t++) sums[t] = out[t].whole;
}
INLINE v64b look_up(const uint8_t *table, v64b codes) {
  const __m256i both = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table));
  v64b_halves out = {.whole = codes};
  for (int h = 0; h < 2; h++) out.half[h] = _mm256_shuffle_epi8(both, out.half[h]);
  return out.whole;
}
#define CHAINS 5
// Sums of 16 bits overflow in the end, which nobody reads; widening each product would cost what the kernels need not pay.
INLINE v16i add_products(v16i sum, const uint8_t *bytes) {
  v16i_halves out = {.whole = sum};
  for (int h = 0; h < 2; h++) {
    __m256i operand = _mm256_loadu_si256((const __m256i *)(bytes + 32 * h));
    out.half[h] = _mm256_add_epi16(out.half[h], _mm256_maddubs_epi16(_mm256_set1_epi8(3), operand));
  }
  return out.whole;
}
#include "body.h"
#pragma clang attribute pop
#endif
