// Matrix times quantized activations: 16 rows x a tile of 1 to 8 tokens in registers, integer products per block of 32.
//
// One kernel serves all formats: a layout is a constant where it is used, and the compiler decides all that follows from it. Per
// (row, token) the sum runs over blocks in order, whatever the other tokens, so a token's result does not depend on its company.
// Weights are read as one stream and in order, which is what processors fetch ahead by themselves: scales apart from their levels, or
// lines loaded as the compiler liked, cost up to two thirds of the speed from memory. Fetching by hand besides gained nothing on one
// processor (Zen 4), and made decoding 16 to 18 % faster on another (Zen 3).
#include "quants/layout.h"

// One tile's block; see KVOTA_ACTIVATION_BLOCK.
INLINE const float *activation_scales(const uint8_t *tile) { return (const float *)(tile + 256); }
INLINE const float *activation_scaled_sums(const uint8_t *tile) { return (const float *)(tile + 288); }
INLINE const int32_t *activation_half_sums(const uint8_t *tile) { return (const int32_t *)(tile + 320); }

INLINE v64b load_bytes(const uint8_t *p) {
  v64b v;
  memcpy(&v, p, sizeof v);
  keep_order();
  return v;
}

// Scales and minima of a block's parts for 16 rows.
typedef struct {
  v16f scale[2], minimum[2];
} row_scales;

INLINE v16f load_integers(const uint8_t *p) {
  v16c integers;
  memcpy(&integers, p, sizeof integers);
  return __builtin_convertvector(integers, v16f);
}

INLINE row_scales load_scales(const layout l, const uint8_t *multipliers, const uint8_t *record) {
  row_scales out;
  const uint16_t *halves = (const uint16_t *)(l.blocks > 1 ? multipliers : record);
  v16f scale = has_bfloat_scales(l) ? load_bfloat(halves) : load_half(halves);
  v16f minimum = l.has_minimum ? load_half(halves + KVOTA_GROUP) : splat(0);
  for (int part = 0; part < l.parts; part++) {
    out.scale[part] = l.blocks > 1 ? scale * load_integers(record + KVOTA_GROUP * part) : scale;
    if (l.has_minimum)
      out.minimum[part] = l.blocks > 1 ? minimum * load_integers(record + KVOTA_GROUP * (l.parts + part)) : minimum;
  }
  return out;
}

// Pairs as they lie in their bytes from bit `from` up, moved to bit `to`.
INLINE v64b pairs_of(v64b packed, const int from, const int to) {
  v16u moved = from > to ? (v16u)packed >> (from - to) : (v16u)packed << (to - from);
  return (v64b)moved & (uint8_t)(3 << to);
}

// Vector j of 8 gets the levels of inner values 4j ..< 4j + 4 for 16 rows.
INLINE void load_levels(const layout l, const uint8_t *planes, v64b *levels) {
  const int bits = l.bits;
  if (bits == 8)
    for (int j = 0; j < 8; j++) levels[j] = load_bytes(planes + 64 * j);
  else if (bits < 4)
    for (int j = 0; j < 8; j++) levels[j] = pairs_of(load_bytes(planes + 64 * (j % 2)), j / 2 * 2, 0);
  else
    for (int j = 0; j < 4; j++) {
      v64b packed = load_bytes(planes + 64 * j);
      levels[j] = packed & 15;
      levels[4 + j] = (v64b)((v16u)packed >> 4) & 15;
    }
  for (int j = 0; j < 8; j++) {
    if (bits == 3) levels[j] = add_where(levels[j], planes + 128 + 8 * j, 4);
    if (bits == 5) levels[j] = add_where(levels[j], planes + 256 + 8 * j, 16);
    if (bits == 6) levels[j] |= pairs_of(load_bytes(planes + 256 + 64 * (j % 2)), j / 2 * 2, 4);
    if (l.codebook) levels[j] = look_up(codebooks[l.codebook].levels, levels[j]);
  }
}

// The product of levels with one token's activations, whose sum is `sum`. Where a level stands for zero, the integer sum starts from
// what that adds.
INLINE v16f level_product(const layout l, const v64b *levels, const int8_t *activations, int32_t sum) {
  const v16i start = (v16i){0} - sum * zero_level(l);
  return __builtin_convertvector(dot(levels, activations, 8 / l.parts, largest_level(l), start), v16f);
}

// Adds the product of a block with one token's activations.
INLINE v16f add_block(const layout l, const v64b *levels, const row_scales *rows, const uint8_t *tile, int token,
                      v16f sum) {
  const int8_t *activations = (const int8_t *)tile + KVOTA_BLOCK * token;
  const int32_t low = activation_half_sums(tile)[token], high = activation_half_sums(tile)[KVOTA_TILE + token];
  const float scale = activation_scales(tile)[token];
  if (l.parts == 1) {
    sum = fma16(level_product(l, levels, activations, low + high), rows->scale[0] * splat(scale), sum);
    return l.has_minimum ? fma16(rows->minimum[0], splat(activation_scaled_sums(tile)[token]), sum) : sum;
  }
  v16f total = level_product(l, levels, activations, low) * rows->scale[0];
  total = fma16(level_product(l, levels + 4, activations + 16, high), rows->scale[1], total);
  if (l.has_minimum) {
    total = fma16(rows->minimum[0], splat((float)low), total);
    total = fma16(rows->minimum[1], splat((float)high), total);
  }
  return fma16(total, splat(scale), sum);
}

// How far ahead of what is multiplied weights are fetched.
#define FETCH_AHEAD 1024

// Asks for the lines of a block that comes later; behind the last weights that is nothing, or another thread's.
INLINE void fetch_ahead(const layout l, const uint8_t *block) {
  for (size_t at = 0; at < block_bytes(l); at += LINE) __builtin_prefetch(block + FETCH_AHEAD + at);
}

INLINE void multiply_tile(const layout l, const uint8_t *w, int blocks, const uint8_t *tile, const int tokens, float *out,
                          size_t out_stride) {
  v16f sums[KVOTA_TILE];
  for (int t = 0; t < tokens; t++) sums[t] = splat(0);
  for (int first = 0; first < blocks; first += l.blocks, w += super_block_bytes(l)) {
    const uint8_t *block = w + multipliers_bytes(l);
    for (int b = 0; b < l.blocks; b++, block += block_bytes(l), tile += KVOTA_ACTIVATION_BLOCK) {
      fetch_ahead(l, block);
      row_scales rows = load_scales(l, w, block);
      v64b levels[8];
      load_levels(l, block + record_bytes(l), levels);
      for (int t = 0; t < tokens; t++) sums[t] = add_block(l, levels, &rows, tile, t, sums[t]);
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

INLINE void multiply_quantized(const layout l, const uint8_t *packed, int inner, int first, int last, const void *activations,
                               int tokens, float *out, size_t out_stride) {
  const int blocks = inner / KVOTA_BLOCK;
  const size_t group_bytes = blocks / l.blocks * super_block_bytes(l);
  for (int token = 0; token < tokens; token += KVOTA_TILE) {
    const uint8_t *tile = (const uint8_t *)activations + (size_t)(token / KVOTA_TILE) * blocks * KVOTA_ACTIVATION_BLOCK;
    const int count = tokens - token < KVOTA_TILE ? tokens - token : KVOTA_TILE;
    for (int group = first; group < last; group++) {
      const uint8_t *w = packed + group * group_bytes;
      float *at = out + token * out_stride + group * KVOTA_GROUP;
#define MULTIPLY_TILE(n) multiply_tile(l, w, blocks, tile, n, at, out_stride)
      EACH_TILE_SIZE(MULTIPLY_TILE)
#undef MULTIPLY_TILE
    }
  }
}

#define QUANTIZED_GEMM(format, ...)                                                                                  \
  static void gemm_##format(const uint8_t *packed, int inner, int first, int last, const void *activations, int tokens,  \
                            float *out, size_t out_stride) {                                                         \
    multiply_quantized((layout){__VA_ARGS__}, packed, inner, first, last, activations, tokens, out, out_stride);     \
  }
QUANTIZED_FORMATS(QUANTIZED_GEMM)
