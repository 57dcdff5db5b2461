// Q6_K: super-blocks of 256 values: 128 bytes of low nibbles, 64 bytes of high pairs, 16 signed scales for 16 values each, a
// half-float scale. Each half of 128 values is four runs of 32 that share bytes.
#include "blocks.h"

INLINE void take_q6_k(const uint8_t *row, int block, parted_block *out) {
  const uint8_t *super = row + (size_t)(block / 8) * 210;
  const int half = block % 8 / 4, run = block % 4;
  out->scale = half_at(super + 208);
  for (int part = 0; part < 2; part++) out->scales[part] = (int8_t)super[192 + 2 * (block % 8) + part];
  take_bits(super + 64 * half + 32 * (run % 2), run / 2 * 4, 15, 0, out->levels);
  take_bits(super + 128 + 32 * half, 2 * run, 3, 4, out->levels);
}
QUANTIZED_TYPE(q6_k, I6K, take_q6_k)
