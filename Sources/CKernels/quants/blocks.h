// What the quantized file types share. A type says how to take a block apart; reading and packing follow from that.
#pragma once
#include "halves.h"
#include "layout.h"
#include "vectors.h"

// A block of 32 values. Value i is scale * scales[part] * (level - zero level) + minimum * minima[part], where a part is the
// whole block or half of it, and where a type without super-blocks has no integers (they count as 1). With a codebook the level is
// what that has for it.
typedef struct {
  uint8_t levels[KVOTA_BLOCK];
  uint16_t scale, minimum; // half floats, or bfloats where the format's scales are those
  int8_t scales[2], minima[2];
} parted_block;

// Takes apart block `block` (of 32 values) of a row into an `out` of zeros.
typedef void (*take_apart)(const uint8_t *row, int block, parted_block *out);

static const uint16_t half_sign = 0x8000; // flipped where a type subtracts its minimum

INLINE uint64_t eight_levels(const uint8_t *levels) {
  uint64_t eight;
  memcpy(&eight, levels, 8);
  return eight;
}

// For types whose blocks share each of 32 bytes: the bits `mask` from bit `from` of every byte, put at bit `to` of the levels.
INLINE void take_bits(const uint8_t *bytes, int from, uint8_t mask, int to, uint8_t *levels) {
  for (int i = 0; i < KVOTA_BLOCK; i += 8) {
    uint64_t eight = eight_levels(levels + i) | ((eight_levels(bytes + i) >> from) & (mask * 0x0101010101010101)) << to;
    memcpy(levels + i, &eight, 8);
  }
}

INLINE void dequantize_blocks(const layout l, take_apart take, const uint8_t *source, float *out, int count) {
  for (int b = 0; b < count / KVOTA_BLOCK; b++, out += KVOTA_BLOCK) {
    parted_block block = {0};
    take(source, b, &block);
    for (int part = 0; part < l.parts; part++) {
      const float multiplier = has_bfloat_scales(l) ? bfloat_to_float(block.scale) : half_to_float(block.scale);
      const float scale = multiplier * (float)(l.blocks > 1 ? block.scales[part] : 1);
      const float minimum =
          l.has_minimum ? half_to_float(block.minimum) * (float)(l.blocks > 1 ? block.minima[part] : 1) : 0;
      const int values = KVOTA_BLOCK / l.parts;
      for (int i = part * values; i < (part + 1) * values; i++) {
        const int level = l.codebook ? codebooks[l.codebook].levels[block.levels[i]] : block.levels[i];
        out[i] = scale * (float)(level - zero_level(l)) + minimum;
      }
    }
  }
}

// The two low bits of all levels: byte (p, row, c) of [2][16][4] holds inner values 4p + c + 8k, k from the low pair up.
INLINE void put_pairs(const uint8_t *levels, int shift, int row, uint8_t *plane) {
  uint64_t pairs = 0;
  for (int k = 0; k < 4; k++) pairs |= ((eight_levels(levels + 8 * k) >> shift) & 0x0303030303030303) << (2 * k);
  for (int p = 0; p < 2; p++, pairs >>= 32) memcpy(plane + 64 * p + 4 * row, &pairs, 4);
}

// The four low bits: byte (j, row, c) of [4][16][4] holds inner values 4j + c low and 16 + 4j + c high.
INLINE void put_nibbles(const uint8_t *levels, int row, uint8_t *plane) {
  for (int j = 0; j < 4; j += 2) {
    const uint64_t low = eight_levels(levels + 4 * j), high = eight_levels(levels + 16 + 4 * j);
    uint64_t nibbles = (low & 0x0f0f0f0f0f0f0f0f) | (high & 0x0f0f0f0f0f0f0f0f) << 4;
    for (int i = 0; i < 2; i++, nibbles >>= 32) memcpy(plane + 64 * (j + i) + 4 * row, &nibbles, 4);
  }
}

// One bit: bit 4 row + c of the 64 at [j] belongs to inner value 4j + c. Rows come in order.
INLINE void put_bits(const uint8_t *levels, int shift, int row, uint8_t *plane) {
  for (int j = 0; j < 8; j += 2) {
    // The product gathers the eight lowest bits of bytes in its highest byte.
    const uint64_t bits = (((eight_levels(levels + 4 * j) >> shift) & 0x0101010101010101) * 0x0102040810204080) >> 56;
    for (int i = 0; i < 2; i++) {
      uint8_t *at = plane + 8 * (j + i) + row / 2;
      const uint8_t nibble = (uint8_t)(bits >> (4 * i)) & 15;
      *at = row % 2 == 0 ? nibble : (uint8_t)(*at | nibble << 4);
    }
  }
}

// The planes of a block's bits: pairs or nibbles first, then what is missing above them. Bytes are [8][16][4].
INLINE void put_levels(const int bits, const uint8_t *levels, int row, uint8_t *planes) {
  if (bits == 8)
    for (int j = 0; j < 8; j++) memcpy(planes + 64 * j + 4 * row, levels + 4 * j, 4);
  else if (bits < 4) put_pairs(levels, 0, row, planes);
  else put_nibbles(levels, row, planes);
  if (bits == 3 || bits == 5) put_bits(levels, bits - 1, row, planes + planes_bytes((layout){.bits = bits - 1}));
  if (bits == 6) put_pairs(levels, 4, row, planes + planes_bytes((layout){.bits = 4}));
}

INLINE void pack_block(const layout l, take_apart take, const uint8_t *source, size_t row_bytes, int rows, int block,
                       uint8_t *group) {
  uint8_t *multipliers = group + block / l.blocks * super_block_bytes(l);
  uint8_t *record = multipliers + multipliers_bytes(l) + block % l.blocks * block_bytes(l), *planes = record + record_bytes(l);
  for (int row = 0; row < rows; row++) {
    parted_block parted = {0};
    take(source + row * row_bytes, block, &parted);
    put_levels(l.bits, parted.levels, row, planes);
    uint8_t *halves = l.blocks > 1 ? multipliers : record;
    memcpy(halves + 2 * row, &parted.scale, 2);
    if (l.has_minimum) memcpy(halves + 2 * (KVOTA_GROUP + row), &parted.minimum, 2);
    for (int part = 0; l.blocks > 1 && part < l.parts; part++) {
      record[KVOTA_GROUP * part + row] = (uint8_t)parted.scales[part];
      if (l.has_minimum) record[KVOTA_GROUP * (l.parts + part) + row] = (uint8_t)parted.minima[part];
    }
  }
}

// The two functions of a type.
#define QUANTIZED_TYPE(name, format, take)                                                                           \
  void kvota_dequantize_##name(const uint8_t *source, float *out, int count) {                                       \
    dequantize_blocks(layout_##format, take, source, out, count);                                                    \
  }                                                                                                                  \
  void kvota_pack_##name(const uint8_t *source, size_t row_bytes, int rows, int inner, int block, uint8_t *group) {  \
    (void)inner;                                                                                                     \
    pack_block(layout_##format, take, source, row_bytes, rows, block, group);                                        \
  }
