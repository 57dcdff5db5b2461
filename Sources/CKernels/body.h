// All kernels of one instruction set. A file that includes this sets, first, NAME, FUSED (has fused multiply-add),
// WIDTH (lanes that attention's inner loops take at once: 8 or 16) and SUMS (such vectors of sums that stay in registers beside what is
// added), HALVES (converts f16 in hardware), MASKS (picks bytes by a bit each), DOTS (tokens whose integer products stay in registers at
// once) and `add_dots`, which adds those products to sums (tokens' activations are KVOTA_BLOCK bytes apart; sums come as start_of, which
// it may leave out for bytes by taking them as signed), `look_up`, which puts for each byte below 16 what a table of 16 bytes has for it;
// CHAINS (sums of 16 that fill the registers) and add_products (64 byte products, 4 to a sum) for the ceilings.
#include "kernels.h"

INLINE v16f load(const float *p) {
  v16f v;
  memcpy(&v, p, sizeof v);
  return v;
}
INLINE void save(float *p, v16f v) { memcpy(p, &v, sizeof v); }
INLINE v16f splat(float x) { return (v16f){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }
INLINE v16f fma16(v16f a, v16f b, v16f c) {
#if FUSED
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

#if HALVES
typedef _Float16 v16h __attribute__((vector_size(32)));
INLINE v16f load_half(const uint16_t *p) {
  v16h h;
  memcpy(&h, p, sizeof h);
  return __builtin_convertvector(h, v16f);
}
INLINE v16s to_half(v16f v) {
  v16h h = __builtin_convertvector(v, v16h);
  return (v16s)h;
}
#else
INLINE v16f load_half(const uint16_t *p) {
  v16s h;
  memcpy(&h, p, sizeof h);
  v16u wide = __builtin_convertvector(h, v16u);
  // Shifting exponent and mantissa in place leaves a float 2^112 too small, subnormals included.
  v16f magnitude = (v16f)((wide & 0x7fff) << 13) * splat(0x1p112f);
  return (v16f)((v16u)magnitude | ((wide & 0x8000) << 16));
}
INLINE v16s to_half(v16f v) {
  v16u sign = ((v16u)v >> 16) & 0x8000;
  v16f magnitude = (v16f)((v16u)v & 0x7fffffff);
  // Adding and taking away a power of two rounds a subnormal half to the nearest, ties to even.
  v16u small = (v16u)(magnitude + splat(0.5f)) - (v16u)splat(0.5f);
  v16u bits = (v16u)magnitude;
  v16u large = ((bits + 0xfff + ((bits >> 13) & 1)) >> 13) - (112 << 10);
  v16u is_small = (v16u)(magnitude < splat(0x1p-14f));
  return __builtin_convertvector(((small & is_small) | (large & ~is_small)) | sign, v16s);
}
#endif

INLINE v16f load_bfloat(const uint16_t *p) {
  v16s bits;
  memcpy(&bits, p, sizeof bits);
  return (v16f)(__builtin_convertvector(bits, v16u) << 16);
}

// Adds `amount` to the bytes whose bits, 64 from `bits` on, are set. Both forms are the compiler's own vectors: the first becomes one
// masked addition with AVX-512, the second a shuffle and a comparison where there are no masks.
INLINE v64b add_where(v64b bytes, const uint8_t *bits, const uint8_t amount) {
#if MASKS
  v64m mask;
  memcpy(&mask, bits, sizeof mask);
  keep_order();
  return bytes + (v64b)__builtin_convertvector(mask, v64e) * amount;
#else
  v8b eight;
  memcpy(&eight, bits, sizeof eight);
  keep_order();
#define EIGHT_TIMES(i) i, i, i, i, i, i, i, i
  v64b spread = __builtin_shufflevector(eight, eight, EIGHT_TIMES(0), EIGHT_TIMES(1), EIGHT_TIMES(2), EIGHT_TIMES(3),
                                        EIGHT_TIMES(4), EIGHT_TIMES(5), EIGHT_TIMES(6), EIGHT_TIMES(7));
#define EACH_BIT 1, 2, 4, 8, 16, 32, 64, 128
  const v64b own = {EACH_BIT, EACH_BIT, EACH_BIT, EACH_BIT, EACH_BIT, EACH_BIT, EACH_BIT, EACH_BIT};
  return bytes + ((v64b)((spread & own) != 0) & amount);
#endif
}

#define HALF_OF(v, from)                                                                                             \
  __builtin_shufflevector(v, v, (0 + from) % 16, (1 + from) % 16, (2 + from) % 16, (3 + from) % 16, (4 + from) % 16, \
                          (5 + from) % 16, (6 + from) % 16, (7 + from) % 16, (8 + from) % 16, (9 + from) % 16,       \
                          (10 + from) % 16, (11 + from) % 16, (12 + from) % 16, (13 + from) % 16, (14 + from) % 16,  \
                          (15 + from) % 16)

// Sums and maxima across lanes, always as the same tree.
INLINE float across_sum(v16f v) {
  v = v + HALF_OF(v, 8);
  v = v + HALF_OF(v, 4);
  v = v + HALF_OF(v, 2);
  return v[0] + v[1];
}
INLINE float across_max(v16f v) {
  v = __builtin_elementwise_max(v, HALF_OF(v, 8));
  v = __builtin_elementwise_max(v, HALF_OF(v, 4));
  v = __builtin_elementwise_max(v, HALF_OF(v, 2));
  return v[0] > v[1] ? v[0] : v[1];
}

// 2^x for x <= 126, to about 2 units in the last place; exactly 0 from -127 down, so that a masked score (minus infinity) weighs nothing.
INLINE v16f exp2_16(v16f x) {
  x = __builtin_elementwise_max(x, splat(-127.0f));
  v16f rounded = x + splat(12582912.0f);
  v16f r = x - (rounded - splat(12582912.0f));
  v16f p = fma16(splat(1.326472725e-3f), r, splat(9.671512786e-3f));
  p = fma16(p, r, splat(5.550733744e-2f));
  p = fma16(p, r, splat(2.402224208e-1f));
  p = fma16(p, r, splat(6.931469776e-1f));
  p = fma16(p, r, splat(1.0f));
  return (v16f)((v16i)p + ((v16i)rounded << 23));
}

// The same by registers of WIDTH lanes.
#if WIDTH == 16
typedef v16f vrf;
#else
typedef float vrf __attribute__((vector_size(32)));
typedef _Float16 v8h __attribute__((vector_size(16)));
typedef int32_t v8i __attribute__((vector_size(32)));
typedef int8_t v8c __attribute__((vector_size(8)));
#endif
INLINE vrf splat_r(float x) { return x - (vrf){}; } // folded: taking zeros away changes nothing
INLINE vrf load_r(const float *p) {
  vrf v;
  memcpy(&v, p, sizeof v);
  return v;
}
INLINE void save_r(float *p, vrf v) { memcpy(p, &v, sizeof v); }
INLINE vrf fma_r(vrf a, vrf b, vrf c) {
#if FUSED
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

#include "quants/gemm_quantized.h"
#include "quants/gemm_dense.h"

#include "elementwise.h"

#include "slots.h"

#include "pages.h"

#include "newest.h"

#include "attention.h"

#include "ceilings.h"

#define GEMM_ENTRY(format, ...) [KVOTA_##format] = gemm_##format,
const kvota_isa NAME = {
    .name = LABEL,
    .gemm = {QUANTIZED_FORMATS(GEMM_ENTRY)[KVOTA_F32] = gemm_f32, gemm_f16, gemm_bf16},
    .quantize = quantize,
    .rms_norm = rms_norm,
    .layer_norm = layer_norm,
    .add = add,
    .add_scaled = add_scaled,
    .add_moments = add_moments,
    .silu_multiply = silu_multiply,
    .gelu_multiply = gelu_multiply,
    .gelu = gelu,
    .soft_cap = soft_cap,
    .rope = rope,
    .store = store,
    .store_newest = store_newest,
    .value_norm = value_norm,
    .gather = gather,
    .turn_keys = turn_keys,
    .attend_split = attend_split,
    .attend_finish = attend_finish,
    .attend_tiles = attend_tiles,
    .read_bytes = read_bytes,
    .multiply_bytes = multiply_bytes,
    .multiply_floats = multiply_floats,
};
