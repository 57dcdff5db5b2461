// Matrix times quantized activations: 16 rows x a tile of 1 to 8 tokens, integer products per block of 32.
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

// What integer sums start from where a level stands for zero, for activations whose sum is `sum`.
INLINE v16i start_of(const layout l, int32_t sum) { return (v16i){0} - sum * zero_level(l); }

INLINE v16f as_floats(v16i integers) { return __builtin_convertvector(integers, v16f); }

// Adds the products of a block with the activations of up to DOTS tokens, from `first` on, to their sums.
INLINE void add_block(const layout l, const v64b *levels, const row_scales *rows, const uint8_t *tile, const int first,
                      const int tokens, v16f *sums) {
  const int8_t *activations = (const int8_t *)tile + KVOTA_BLOCK * first;
  const int32_t *low = activation_half_sums(tile) + first, *high = low + KVOTA_TILE;
  const float *scales = activation_scales(tile) + first, *scaled_sums = activation_scaled_sums(tile) + first;
  v16i products[DOTS];
  if (l.parts == 1) {
    for (int t = 0; t < tokens; t++) products[t] = start_of(l, low[t] + high[t]);
    add_dots(levels, activations, tokens, 8, largest_level(l), products);
    for (int t = 0; t < tokens; t++) {
      sums[t] = fma16(as_floats(products[t]), rows->scale[0] * splat(scales[t]), sums[t]);
      if (l.has_minimum) sums[t] = fma16(rows->minimum[0], splat(scaled_sums[t]), sums[t]);
    }
    return;
  }
  v16f totals[DOTS];
  for (int t = 0; t < tokens; t++) products[t] = start_of(l, low[t]);
  add_dots(levels, activations, tokens, 4, largest_level(l), products);
  for (int t = 0; t < tokens; t++) {
    totals[t] = as_floats(products[t]) * rows->scale[0];
    products[t] = start_of(l, high[t]);
  }
  add_dots(levels + 4, activations + 16, tokens, 4, largest_level(l), products);
  for (int t = 0; t < tokens; t++) {
    totals[t] = fma16(as_floats(products[t]), rows->scale[1], totals[t]);
    if (l.has_minimum) {
      totals[t] = fma16(rows->minimum[0], splat((float)low[t]), totals[t]);
      totals[t] = fma16(rows->minimum[1], splat((float)high[t]), totals[t]);
    }
    sums[t] = fma16(totals[t], splat(scales[t]), sums[t]);
  }
}

// How far ahead of what is multiplied weights are fetched.
#define FETCH_AHEAD 1024

// Asks for the lines of a block that comes later; behind the last weights that is nothing, or another thread's.
INLINE void fetch_ahead(const layout l, const uint8_t *block) {
  for (size_t at = 0; at < block_bytes(l); at += LINE) __builtin_prefetch(block + FETCH_AHEAD + at);
}

INLINE void multiply_tile(const layout l, const uint8_t *w, int blocks, const uint8_t *tile, const int tokens, float *out,
                          size_t out_stride) {
  // As few passes over a block's levels as there must be, of about as many tokens each.
  const int passes = (tokens + DOTS - 1) / DOTS, together = (tokens + passes - 1) / passes, rest = tokens % together;
  v16f sums[KVOTA_TILE];
  for (int t = 0; t < tokens; t++) sums[t] = splat(0);
  for (int first = 0; first < blocks; first += l.blocks, w += super_block_bytes(l)) {
    const uint8_t *block = w + multipliers_bytes(l);
    for (int b = 0; b < l.blocks; b++, block += block_bytes(l), tile += KVOTA_ACTIVATION_BLOCK) {
      fetch_ahead(l, block);
      row_scales rows = load_scales(l, w, block);
      v64b levels[8];
      load_levels(l, block + record_bytes(l), levels);
      for (int t = 0; t < tokens - rest; t += together) add_block(l, levels, &rows, tile, t, together, sums + t);
      if (rest > 0) add_block(l, levels, &rows, tile, tokens - rest, rest, sums + tokens - rest);
    }
  }
  for (int t = 0; t < tokens; t++) save(out + t * out_stride, sums[t]);
}

// The tile sizes as constants, so that each keeps what it can in registers.
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
