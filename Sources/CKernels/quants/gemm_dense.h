// Matrix times float activations for unquantized weights: the same shape of loop, one fused multiply-add per inner value.

#define DENSE_GEMM(format, packed_format, element, load_weights)                                                                    \
  INLINE void tile_##format(const element *w, int inner, const float *x, const int tokens, float *out,               \
                            size_t out_stride) {                                                                     \
    v16f sums[KVOTA_TILE];                                                                                           \
    for (int t = 0; t < tokens; t++) sums[t] = splat(0);                                                             \
    for (int k = 0; k < inner; k++) {                                                                                \
      v16f weights = load_weights(w + (size_t)KVOTA_GROUP * k);                                                      \
      for (int t = 0; t < tokens; t++) sums[t] = fma16(weights, splat(x[(size_t)t * inner + k]), sums[t]);           \
    }                                                                                                                \
    for (int t = 0; t < tokens; t++) save(out + t * out_stride, sums[t]);                                            \
  }                                                                                                                  \
  static void gemm_##format(const uint8_t *packed, int inner, int first, int last, const void *activations,          \
                            int tokens, float *out, size_t out_stride) {                                             \
    for (int token = 0; token < tokens; token += KVOTA_TILE) {                                                       \
      const float *x = (const float *)activations + (size_t)token * inner;                                           \
      const int count = tokens - token < KVOTA_TILE ? tokens - token : KVOTA_TILE;                                   \
      for (int group = first; group < last; group++) {                                                               \
        const element *w = (const element *)(packed + (size_t)group * kvota_group_bytes(packed_format, inner));                             \
        float *at = out + token * out_stride + group * KVOTA_GROUP;                                                  \
        EACH_TILE_SIZE(tile_##format##_CALL)                                                                         \
      }                                                                                                              \
    }                                                                                                                \
  }
#define tile_f32_CALL(n) tile_f32(w, inner, x, n, at, out_stride)
#define tile_f16_CALL(n) tile_f16(w, inner, x, n, at, out_stride)
#define tile_bf16_CALL(n) tile_bf16(w, inner, x, n, at, out_stride)

DENSE_GEMM(f32, KVOTA_F32, float, load)
DENSE_GEMM(f16, KVOTA_F16, uint16_t, load_half)
DENSE_GEMM(bf16, KVOTA_BF16, uint16_t, load_bfloat)
