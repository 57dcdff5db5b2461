// Matrix times quantized activations: 16 rows x a tile of 1 to 8 tokens in registers, integer products per block of 32.
//
// Per (row, token) the sum runs over blocks in order, one fused multiply-add each, so a token's result does not depend on its company.

// One tile's block; see KVOTA_ACTIVATION_BLOCK.
INLINE const float *block_scales(const uint8_t *block) { return (const float *)(block + 256); }
INLINE const float *block_scaled_sums(const uint8_t *block) { return (const float *)(block + 288); }
INLINE const int32_t *block_half_sums(const uint8_t *block) { return (const int32_t *)(block + 320); }

INLINE v64b load_bytes(const uint8_t *p) {
  v64b v;
  memcpy(&v, p, sizeof v);
  return v;
}

INLINE void tile_u4(const uint8_t *w, int blocks, const uint8_t *tile, const int tokens, float *out, size_t out_stride) {
  v16f sums[KVOTA_TILE];
  for (int t = 0; t < tokens; t++) sums[t] = splat(0);
  for (int b = 0; b < blocks; b++, w += 320, tile += KVOTA_ACTIVATION_BLOCK) {
    v16f scale = load_half((const uint16_t *)w), minimum = load_half((const uint16_t *)(w + 32));
    v64b bytes[8];
    for (int j = 0; j < 4; j++) {
      v64b packed = load_bytes(w + 64 + 64 * j);
      bytes[j] = packed & 15;
      bytes[4 + j] = (v64b)(((v16u)packed >> 4) & 0x0f0f0f0f);
    }
    for (int t = 0; t < tokens; t++) {
      v16f product = __builtin_convertvector(dot_u4(bytes, (const int8_t *)tile + 32 * t), v16f);
      sums[t] = fma16(product, scale * splat(block_scales(tile)[t]), sums[t]);
      sums[t] = fma16(minimum, splat(block_scaled_sums(tile)[t]), sums[t]);
    }
  }
  for (int t = 0; t < tokens; t++) save(out + t * out_stride, sums[t]);
}

// Bytes ahead that 8-bit weights are fetched: the processor's own prefetching is late for them (tried 0 to 32 KiB; from memory 8 KiB
// gives 1.3 to 1.6 times the speed, while 4-bit weights are read as fast without).
enum { PREFETCH_BYTES = 8192 };

INLINE v64b load_bytes_ahead(const uint8_t *p) {
  __builtin_prefetch(p + PREFETCH_BYTES);
  return load_bytes(p);
}

INLINE void tile_i8(const uint8_t *w, int blocks, const uint8_t *tile, const int tokens, float *out, size_t out_stride) {
  const uint16_t *scales = (const uint16_t *)(w + (size_t)blocks * 512);
  v16f sums[KVOTA_TILE];
  for (int t = 0; t < tokens; t++) sums[t] = splat(0);
  for (int b = 0; b < blocks; b++, w += 512, scales += 16, tile += KVOTA_ACTIVATION_BLOCK) {
    v16f scale = load_half(scales);
    v64b bytes[8];
    for (int j = 0; j < 8; j++) bytes[j] = load_bytes_ahead(w + 64 * j);
    for (int t = 0; t < tokens; t++) {
      const int32_t *half_sums = block_half_sums(tile);
      const int8_t *a = (const int8_t *)tile + 32 * t;
      v16i whole = dot_i8(bytes, a, half_sums[t]) + dot_i8(bytes + 4, a + 16, half_sums[KVOTA_TILE + t]);
      sums[t] = fma16(__builtin_convertvector(whole, v16f), scale * splat(block_scales(tile)[t]), sums[t]);
    }
  }
  for (int t = 0; t < tokens; t++) save(out + t * out_stride, sums[t]);
}

INLINE void tile_i8h(const uint8_t *w, int blocks, const uint8_t *tile, const int tokens, float *out, size_t out_stride) {
  const uint16_t *scales = (const uint16_t *)(w + (size_t)blocks * 512);
  v16f sums[KVOTA_TILE];
  for (int t = 0; t < tokens; t++) sums[t] = splat(0);
  for (int b = 0; b < blocks; b++, w += 512, scales += 32, tile += KVOTA_ACTIVATION_BLOCK) {
    v16f scale[2] = {load_half(scales), load_half(scales + 16)};
    v64b bytes[8];
    for (int j = 0; j < 8; j++) bytes[j] = load_bytes_ahead(w + 64 * j);
    for (int t = 0; t < tokens; t++) {
      for (int half = 0; half < 2; half++) {
        v16i part = dot_i8(bytes + 4 * half, (const int8_t *)tile + 32 * t + 16 * half,
                           block_half_sums(tile)[half * KVOTA_TILE + t]);
        sums[t] = fma16(__builtin_convertvector(part, v16f), scale[half] * splat(block_scales(tile)[t]), sums[t]);
      }
    }
  }
  for (int t = 0; t < tokens; t++) save(out + t * out_stride, sums[t]);
}

// The tile sizes as constants, so that each keeps its sums in registers.
#define EACH_TILE_SIZE(call)                                                                                         \
  switch (count) {                                                                                                   \
  case 1: call(1); break;                                                                                            \
  case 2: call(2); break;                                                                                            \
  case 3: call(3); break;                                                                                            \
  case 4: call(4); break;                                                                                            \
  case 5: call(5); break;                                                                                            \
  case 6: call(6); break;                                                                                            \
  case 7: call(7); break;                                                                                            \
  default: call(8);                                                                                                  \
  }

#define QUANTIZED_GEMM(gemm, tile_kernel, format)                                                                    \
  static void gemm(const uint8_t *packed, int inner, int first, int last, const void *activations, int tokens,       \
                   float *out, size_t out_stride) {                                                                  \
    const int blocks = inner / KVOTA_BLOCK;                                                                          \
    const size_t group_bytes = kvota_group_bytes(format, inner);                                                     \
    for (int token = 0; token < tokens; token += KVOTA_TILE) {                                                       \
      const uint8_t *tile = (const uint8_t *)activations + (size_t)(token / KVOTA_TILE) * blocks * KVOTA_ACTIVATION_BLOCK; \
      const int count = tokens - token < KVOTA_TILE ? tokens - token : KVOTA_TILE;                                   \
      for (int group = first; group < last; group++) {                                                               \
        const uint8_t *w = packed + group * group_bytes;                                                             \
        float *at = out + token * out_stride + group * KVOTA_GROUP;                                                  \
        EACH_TILE_SIZE(tile_kernel##_CALL)                                                                           \
      }                                                                                                              \
    }                                                                                                                \
  }
#define tile_u4_CALL(n) tile_u4(w, blocks, tile, n, at, out_stride)
#define tile_i8_CALL(n) tile_i8(w, blocks, tile, n, at, out_stride)
#define tile_i8h_CALL(n) tile_i8h(w, blocks, tile, n, at, out_stride)

QUANTIZED_GEMM(gemm_u4, tile_u4, KVOTA_U4)
QUANTIZED_GEMM(gemm_i8, tile_i8, KVOTA_I8)
QUANTIZED_GEMM(gemm_i8h, tile_i8h, KVOTA_I8H)
