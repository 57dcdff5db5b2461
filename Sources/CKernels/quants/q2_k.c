// Q2_K: super-blocks of 256 values: 16 bytes of a scale (low nibble) and a minimum (high) for 16 values each, 64 bytes of pairs,
// a half-float scale, a half-float minimum to subtract. Each half of 128 values is four runs of 32 that share bytes.
#include "blocks.h"

INLINE void take_q2_k(const uint8_t *row, int block, parted_block *out) {
  const uint8_t *super = row + (size_t)(block / 8) * 84;
  const int run = block % 8;
  out->scale = half_at(super + 80);
  out->minimum = half_at(super + 82) ^ half_sign;
  for (int part = 0; part < 2; part++) {
    out->scales[part] = (int8_t)(super[2 * run + part] & 15);
    out->minima[part] = (int8_t)(super[2 * run + part] >> 4);
  }
  take_bits(super + 16 + 32 * (run / 4), 2 * (run % 4), 3, 0, out->levels);
}
QUANTIZED_TYPE(q2_k, U2K, take_q2_k)
