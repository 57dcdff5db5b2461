// Q3_K: super-blocks of 256 values: 32 bytes of third bits (bit b of byte i: value 32b + i), 64 bytes of pairs as in Q2_K, 16
// scales of 6 bits with zero at 32, one for 16 values each, a half-float scale.
#include "blocks.h"

// Scale i of 16: four low bits in the first 8 bytes, two high bits in the other 4.
static inline int8_t q3_scale(const uint8_t *scales, int i) {
  const int low = (i < 8 ? scales[i] : scales[i - 8] >> 4) & 15, high = scales[8 + i % 4] >> (2 * (i / 4)) & 3;
  return (int8_t)((low | high << 4) - 32);
}

INLINE void take_q3_k(const uint8_t *row, int block, parted_block *out) {
  const uint8_t *super = row + (size_t)(block / 8) * 110;
  const int run = block % 8;
  out->scale = half_at(super + 108);
  for (int part = 0; part < 2; part++) out->scales[part] = q3_scale(super + 96, 2 * run + part);
  take_bits(super + 32 + 32 * (run / 4), 2 * (run % 4), 3, 0, out->levels);
  take_bits(super, run, 1, 2, out->levels);
}
QUANTIZED_TYPE(q3_k, I3K, take_q3_k)
