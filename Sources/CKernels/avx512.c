// AVX-512 with VNNI: 64 byte products a go.
#if defined(__x86_64__)
#include <immintrin.h>
#include "vectors.h"
#define NAME kvota_isa_avx512
#define LABEL "avx512"
#define FUSED 1
#define HALVES 1
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c"))), apply_to = function)

INLINE __m512i four_of(const int8_t *a) {
  int32_t quad;
  memcpy(&quad, a, 4);
  return _mm512_set1_epi32(quad);
}
// Two chains, since one product takes four cycles to come out.
INLINE v16i dot_u4(const v64b *w, const int8_t *a) {
  __m512i low = _mm512_setzero_si512(), high = low;
  for (int j = 0; j < 4; j++) {
    low = _mm512_dpbusd_epi32(low, (__m512i)w[j], four_of(a + 4 * j));
    high = _mm512_dpbusd_epi32(high, (__m512i)w[4 + j], four_of(a + 16 + 4 * j));
  }
  return (v16i)_mm512_add_epi32(low, high);
}
// Weights are stored 128 too large, to be unsigned: start from what that adds.
INLINE v16i dot_i8(const v64b *w, const int8_t *a, int32_t sum) {
  __m512i total = _mm512_set1_epi32(-128 * sum);
  for (int j = 0; j < 4; j++) total = _mm512_dpbusd_epi32(total, (__m512i)w[j], four_of(a + 4 * j));
  return (v16i)total;
}
#define CHAINS 12
INLINE v16i add_products(v16i sum, const uint8_t *bytes) {
  return (v16i)_mm512_dpbusd_epi32((__m512i)sum, _mm512_set1_epi8(3), _mm512_loadu_si512(bytes));
}
#include "body.h"
#pragma clang attribute pop
#endif
