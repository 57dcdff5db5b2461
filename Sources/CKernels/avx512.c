// AVX-512 with VNNI: 64 byte products a go.
#if defined(__x86_64__)
#include <immintrin.h>
#include "vectors.h"
#define NAME kvota_isa_avx512
#define LABEL "avx512"
#define FUSED 1
#define WIDTH 16
#define SUMS 24
#define HALVES 1
#define MASKS 1
#define DOTS 1
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c"))), apply_to = function)

INLINE __m512i four_of(const int8_t *a) {
  int32_t quad;
  memcpy(&quad, a, 4);
  return _mm512_set1_epi32(quad);
}
// A whole block has two chains, since one product takes four cycles to come out; a half is one of two anyway.
INLINE void add_dots(const v64b *w, const int8_t *a, const int tokens, const int vectors, const int largest, v16i *sum) {
  (void)tokens, (void)largest;
  __m512i chains[2] = {(__m512i)*sum, _mm512_setzero_si512()};
  for (int j = 0; j < vectors; j++) {
    __m512i *chain = &chains[j % (vectors / 4)];
    *chain = _mm512_dpbusd_epi32(*chain, (__m512i)w[j], four_of(a + 4 * j));
  }
  *sum = (v16i)_mm512_add_epi32(chains[0], chains[1]);
}
INLINE v64b look_up(const uint8_t *table, v64b codes) {
  return (v64b)_mm512_shuffle_epi8(_mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)table)), (__m512i)codes);
}
#define CHAINS 12
INLINE v16i add_products(v16i sum, const uint8_t *bytes) {
  return (v16i)_mm512_dpbusd_epi32((__m512i)sum, _mm512_set1_epi8(3), _mm512_loadu_si512(bytes));
}
#include "body.h"
#pragma clang attribute pop
#endif
